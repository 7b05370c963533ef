// What the record knows of each series before anything is measured: whose due times, and whether all of it has them.

import { expect, test } from 'vitest';
import { seriesRecords } from '../../../src/run/assemble.ts';
import { seriesOf } from '../../../src/run/series-info.ts';
import { arrivals, users } from '../../support/load-plans.ts';
import { watchedScenario } from '../../support/watched-runs.ts';

const recorded = (load: ReturnType<typeof watchedScenario>['load']) =>
  seriesRecords(seriesOf(watchedScenario({ load })), [], [], 0);

test('a series with due times from one entry of the load and none from another is marked', () => {
  const mixed = recorded([arrivals(40, 20), users(5, 20)]);
  expect(mixed.map(({ name, hasDueTime, isMixed }) => [name, hasDueTime, isMixed])).toEqual([
    ['ask', true, true],
    ['flow:main', true, true],
  ]);
});

test('one that is all of one kind is not', () => {
  for (const load of [[arrivals(40, 20)], [users(5, 20)]])
    for (const series of recorded(load)) expect(series).not.toHaveProperty('isMixed');
});
