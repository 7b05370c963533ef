import { expect, it } from 'vitest';
import { fixedDesign, twoLooks } from '../../../src/compare/design.ts';
import { createCourse } from '../../../src/run/verify-course.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { realisticRun } from '../../support/run-data.ts';

const second = 1_000_000;

it('a verification says which run begins, how the last one went, and how long the rest will take', async () => {
  const clock = new FakeClock();
  const lines: string[] = [];
  const course = createCourse(
    { design: fixedDesign(6), coolDownMicros: 0 },
    (line) => void lines.push(line),
    clock,
  );
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

it('with looks it says the most that may be left, until the last of them is the only one', async () => {
  const clock = new FakeClock();
  const lines: string[] = [];
  const plan = { design: twoLooks(12), coolDownMicros: 2 * second };
  const course = createCourse(plan, (line) => void lines.push(line), clock);
  const run = (pair: number, role: string) => ({ pair, role, variant: role, plannedMicros: 10 * second });
  expect(course.begin(run(1, 'before'))).toMatchObject({ mayEndEarly: true, pauseMicros: 2 * second });
  await clock.advance(20 * second);
  course.end(run(1, 'before'), realisticRun());
  expect(course.begin(run(6, 'after'))).toMatchObject({ mayEndEarly: true });
  expect(course.begin(run(7, 'after'))).toMatchObject({ mayEndEarly: false });
  expect(lines.filter((line) => line.includes('left'))).toEqual([
    // 24 runs of 10 s and 23 pauses of 2 s
    'pair 1 of at most 12: before, run 1 of 24, at most about 4m46s left',
    // 23 runs of 20 s and 22 pauses of 2 s
    'pair 6 of at most 12: after, run 2 of 24, at most about 8m24s left',
    'pair 7 of 12: after, run 2 of 24, about 8m24s left',
  ]);
});
