// Reads the training set that ships with the service.
import { readFileSync } from 'node:fs';

export interface Example {
  readonly text: string;
  readonly toxic: boolean;
}

const corpusFile = new URL('../../data/corpus.csv', import.meta.url);

/** Every example of data/corpus.csv, in file order. Lines are `label,text`; texts hold no line breaks. */
export function readCorpus(): Example[] {
  const lines = readFileSync(corpusFile, 'utf8').trimEnd().split('\n').slice(1);
  return lines.map((line, index) => {
    const comma = line.indexOf(',');
    const label = line.slice(0, comma);
    if (label !== 'toxic' && label !== 'clean') {
      throw new Error(`data/corpus.csv line ${index + 2}: the label must be toxic or clean, not "${label}"`);
    }
    return { text: line.slice(comma + 1), toxic: label === 'toxic' };
  });
}
