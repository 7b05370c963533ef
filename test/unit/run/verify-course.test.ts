import { expect, it } from 'vitest';
import { createCourse } from '../../../src/run/verify-course.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { realisticRun } from '../../support/run-data.ts';

const second = 1_000_000;

it('a verification says which run begins, how the last one went, and how long the rest will take', async () => {
  const clock = new FakeClock();
  const lines: string[] = [];
  const course = createCourse(6, (line) => void lines.push(line), clock);
  const data = realisticRun();
  const { primary, verdict } = data.run;
  const before = { pair: 1, role: 'before', variant: 'before', plannedMicros: 30 * second };
  const after = { pair: 1, role: 'after', variant: 'candidate', plannedMicros: 30 * second };

  expect(course.begin(before)).toMatchObject({ runsDone: 0, runs: 12, meanRunMicros: null, last: null });
  await clock.advance(40 * second);
  course.end(before, data);
  const place = course.begin(after);
  expect(place).toMatchObject({
    what: 'pair 1 of 6: after (candidate)',
    runsDone: 1,
    meanRunMicros: 40 * second,
  });
  expect(place.last).toMatch(new RegExp(`^before: ${verdict.status}, `));
  expect(place.last).toContain(primary ?? 'p95(');
  await clock.advance(50 * second);
  course.end(after, data);
  course.again(after, 'the generator was saturated');
  expect(course.begin(after)).toMatchObject({ runsDone: 1, meanRunMicros: 45 * second });

  expect(lines.filter((line) => !line.includes(verdict.status))).toEqual([
    'pair 1 of 6: before, run 1 of 12, at least 6m00s left',
    'pair 1 of 6: after (candidate), run 2 of 12, about 7m20s left',
    'pair 1 of 6, after: repeated, because the generator was saturated',
    'pair 1 of 6: after (candidate), run 2 of 12, about 8m15s left',
  ]);
  expect(lines).toHaveLength(6);
});
