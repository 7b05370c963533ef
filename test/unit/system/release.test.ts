// Letting go of what was created.

import { describe, expect, it } from 'vitest';
import { createReleases } from '../../../src/system/release.ts';

describe('letting go', () => {
  it('goes from the newest to the oldest, each once', async () => {
    const order: string[] = [];
    const releases = createReleases();
    for (const name of ['a', 'b', 'c']) releases.add(() => void order.push(name));
    await Promise.all([releases.letGo(), releases.letGo()]);
    expect(order).toEqual(['c', 'b', 'a']);
  });

  it('goes on past a failure, tells of it, and tries it again when asked again', async () => {
    const order: string[] = [];
    const releases = createReleases();
    let broken = true;
    releases.add(() => void order.push('first'));
    releases.add(() => {
      order.push('second');
      if (broken) throw new Error('stuck');
    });
    await expect(releases.letGo()).rejects.toMatchObject({
      code: 'NOT_RELEASED',
      message: 'stuck',
      exitCode: 4,
    });
    broken = false;
    await releases.letGo();
    expect(order).toEqual(['second', 'first', 'second']);
  });

  it('after a failed start throws what failed, unless it cannot let go: that outranks it', async () => {
    const failure = new Error('not ready');
    await expect(createReleases().letGoAfter(failure)).rejects.toBe(failure);
    const releases = createReleases();
    releases.add(() => Promise.reject(new Error('stuck')));
    await expect(releases.letGoAfter(failure)).rejects.toMatchObject({
      exitCode: 4,
      message: 'not ready; after that: stuck',
      cause: failure,
    });
  });
});
