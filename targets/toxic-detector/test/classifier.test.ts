// The classifier learns from the shipped training set, the same way every time.
import { describe, expect, it } from 'vitest';
import { classify } from '../src/model/classify.ts';
import { readCorpus } from '../src/model/corpus.ts';
import { featureBuckets, features } from '../src/model/features.ts';
import { train } from '../src/model/train.ts';

const corpus = readCorpus();
const heldOut = corpus.filter((_, index) => index % 5 === 0);
const taught = corpus.filter((_, index) => index % 5 !== 0);
const passes = 3;
const weights = new Float32Array(train(taught, passes));

describe('the training set', () => {
  it('has the size and the share of toxic comments that the README states', () => {
    expect(corpus).toHaveLength(12_000);
    const share = corpus.filter((example) => example.toxic).length / corpus.length;
    expect(share).toBeGreaterThan(0.38);
    expect(share).toBeLessThan(0.43);
  });
});

describe('the classifier', () => {
  it('is right about most comments that it has not seen', () => {
    const right = heldOut.filter(
      (example) => (classify(weights, example.text).prediction === 'toxic') === example.toxic,
    );
    // One label in fifty is wrong on purpose; guessing "clean" would be right in 60 %.
    expect(right.length / heldOut.length).toBeGreaterThan(0.95);
  });

  it('knows less without training', () => {
    const untrained = new Float32Array(featureBuckets + 1);
    expect(classify(untrained, 'you are such an idiot').confidence).toBe(0.5);
  });

  it.each([
    ['you are such an idiot', 'toxic'],
    ['You are such an IDIOT!!!', 'toxic'],
    ['you are such an 1d10t', 'toxic'],
    ['thank you for this lovely recipe', 'clean'],
    ['you are not an idiot everybody gets the recipe wrong once', 'clean'],
  ])('says of "%s": %s', (text, prediction) => {
    expect(classify(weights, text).prediction).toBe(prediction);
  });

  it('answers for a text without a single word', () => {
    const verdict = classify(weights, '!!! …');
    expect(verdict.confidence).toBeGreaterThanOrEqual(0.5);
    expect(verdict.confidence).toBeLessThanOrEqual(1);
  });

  it('learns the same weights again', () => {
    const bytes = () => Buffer.from(new Uint8Array(train(corpus.slice(0, 200), 2)));
    expect(bytes().equals(bytes())).toBe(true);
  });
});

describe('features', () => {
  it('stay inside the buckets and do not depend on case or punctuation', () => {
    const found = features('Hello, World');
    expect(found.every((bucket) => bucket >= 0 && bucket < featureBuckets)).toBe(true);
    expect(features('hello world!')).toEqual(found);
    expect(features('world hello')).not.toEqual(found);
  });
});
