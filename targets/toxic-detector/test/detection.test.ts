// Detecting once per id, storing behind the answer, and the live feed.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database, Query } from '../src/database/database.ts';
import { detectionService, type Detection } from '../src/detection/detection-service.ts';
import { detectionWriter } from '../src/detection/detection-writer.ts';
import { parseFeedRequest } from '../src/detection/feed-route.ts';
import { feed } from '../src/detection/feed.ts';
import type { Detector } from '../src/model/detector.ts';

const id = '3f0f3b0e-8f56-4a3c-9d43-0a6b8a1e9f11';

function model(): Detector & { texts: string[] } {
  const texts: string[] = [];
  return {
    texts,
    classify(some) {
      texts.push(...some);
      return Promise.resolve(
        some.map((text) => ({ prediction: text.includes('idiot') ? 'toxic' : 'clean', confidence: 0.9 })),
      );
    },
    close: () => Promise.resolve(),
  };
}

const detection = (name: string): Detection => ({
  id: name,
  platform: 'social',
  text: 'hello',
  at: new Date(0),
  prediction: 'clean',
  confidence: 0.9,
});

describe('detection', () => {
  it('answers in the order of the requests', async () => {
    const detect = detectionService(model(), () => undefined);
    const found = await detect([{ text: 'you idiot' }, { text: 'hello' }]);
    expect(found.map((one) => one.prediction)).toEqual(['toxic', 'clean']);
  });

  it('counts a repeated request once, whether the first is done or still under way', async () => {
    const seen: string[] = [];
    const brain = model();
    const detect = detectionService(brain, (one) => seen.push(one.id));
    const [first, second] = await Promise.all([
      detect([{ id, text: 'hello' }]),
      detect([{ id, text: 'hello' }]),
    ]);
    await detect([
      { id, text: 'hello' },
      { id, text: 'hello' },
    ]);
    expect(first).toEqual(second);
    expect(seen).toEqual([id]);
    expect(brain.texts).toHaveLength(1);
  });

  it('may be tried again after the model failed', async () => {
    const brain = model();
    let broken = true;
    const detect = detectionService(
      { ...brain, classify: (texts) => (broken ? Promise.reject(new Error('lost')) : brain.classify(texts)) },
      () => undefined,
    );
    await expect(detect([{ id, text: 'hello' }])).rejects.toThrow('lost');
    broken = false;
    expect(await detect([{ id, text: 'hello' }])).toHaveLength(1);
  });
});

describe('the writer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function fakeDatabase() {
    const stored: string[][] = [];
    const state = { down: false, stored };
    const query = ((_sql: string, values: readonly unknown[]) => {
      if (state.down) return Promise.reject(new Error('away'));
      stored.push(values[0] as string[]);
      return Promise.resolve([]);
    }) as Query;
    const database: Database = { use: (work) => work(query), close: () => Promise.resolve() };
    return { database, state };
  }
  const events = { waiting: () => undefined, dropped: () => undefined, failed: () => undefined };

  it('stores what has gathered in one statement', async () => {
    const { database, state } = fakeDatabase();
    const writer = detectionWriter(database, events);
    for (const name of ['a', 'b', 'c']) writer.add(detection(name));
    expect(state.stored).toEqual([]);
    await vi.advanceTimersByTimeAsync(250);
    expect(state.stored).toEqual([['a', 'b', 'c']]);
    await writer.close();
  });

  it('keeps what it could not store, in order, and stores it later', async () => {
    const { database, state } = fakeDatabase();
    const writer = detectionWriter(database, events);
    state.down = true;
    writer.add(detection('a'));
    await vi.advanceTimersByTimeAsync(250);
    state.down = false;
    writer.add(detection('b'));
    await vi.advanceTimersByTimeAsync(250);
    expect(state.stored).toEqual([['a', 'b']]);
    await writer.close();
  });

  it('stores the rest when it is closed', async () => {
    const { database, state } = fakeDatabase();
    const writer = detectionWriter(database, events);
    writer.add(detection('a'));
    await writer.close();
    expect(state.stored).toEqual([['a']]);
  });
});

describe('the feed', () => {
  it('sends every prediction to every subscriber, and no text', () => {
    const sent: string[] = [];
    const live = feed(() => undefined);
    const subscriber = { send: (message: string) => void sent.push(message) };
    live.subscribe(subscriber);
    live.publish({ ...detection('a'), text: 'private' });
    live.unsubscribe(subscriber);
    live.publish(detection('b'));
    expect(sent).toHaveLength(1);
    expect(JSON.parse(sent[0]!)).toMatchObject({ type: 'prediction', id: 'a', prediction: 'clean' });
    expect(sent[0]).not.toContain('private');
  });

  it('understands its messages and nothing else', () => {
    expect(parseFeedRequest('{"type":"subscribe","id":"x"}')).toEqual({ type: 'subscribe', id: 'x' });
    expect(parseFeedRequest('{"type":"ping"}')).toEqual({ type: 'ping', id: null });
    for (const text of ['', 'null', '[]', '{"type":"drop"}', '{"type":"ping","id":{}}']) {
      expect(parseFeedRequest(text)).toBeNull();
    }
  });
});
