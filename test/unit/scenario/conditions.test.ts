// The language of `if` and `until`: what holds of which values, and what is refused where.

import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/kernel/random.ts';
import { ConditionError } from '../../../src/scenario/condition-words.ts';
import { compileCondition } from '../../../src/scenario/conditions.ts';
import { plainScope } from '../../support/engine-users.ts';

const values = {
  status: 'done',
  count: 5,
  text: '5',
  zero: 0,
  empty: '',
  yes: true,
  no: false,
  none: null,
  csv: 'true',
  list: ['a', 2],
  job: { state: 'done', 'sub-state': 1 },
  day: '2026-03-01',
};

describe('a condition', () => {
  it.each([
    ['status == "done"', true],
    ["status == 'busy'", false],
    ['status != "busy"', true],
    ['job.state == "done" and job.sub-state == 1', true],
    ['count > 3', true],
    ['count >= 5 and count <= 5', true],
    ['count < 5', false],
    ['count == -1.5', false],
    // Headers and cells are text: beside a number they count as one.
    ['text == 5', true],
    ['text > 4.5', true],
    ['text == count', true],
    ['csv == true', true],
    ['csv == yes', true],
    ['text == "5.0"', false],
    ['yes == 1', false],
    // Alone, a value holds unless it is missing, null, false, 0 or empty.
    ['status', true],
    ['zero', false],
    ['empty', false],
    ['no', false],
    ['none', false],
    ['missing', false],
    ['list', true],
    ['not token', true],
    ['not not status', true],
    ['true', true],
    // A name without a value is null.
    ['missing == null', true],
    ['missing != "done"', true],
    ['missing > 0', false],
    ['not (missing > 0)', true],
    ['list contains "a"', true],
    ['list contains "2"', true],
    ['list contains 3', false],
    ['status contains "on"', true],
    ['count contains 5', false],
    ['day > "2026-02-28"', true],
    ['status > 3', false],
    ['list > 1', false],
    // `and` binds closer than `or`.
    ['status or missing and zero', true],
    ['(status or missing) and zero', false],
    ['not zero and status', true],
    ['random.int(1, 1) == 1', true],
  ])('%s is %s', (source, expected) => {
    const scope = plainScope({ ...values, random: createRandom(1) });
    expect(compileCondition(source).holds(scope)).toBe(expected);
  });

  it('names what it reads, where it stands', () => {
    const source = 'status == "a" and not (env.TOKEN or uuid) and row.x == 1';
    const { references } = compileCondition(source);
    expect(references.map(({ path }) => path)).toEqual(['status', 'env.TOKEN', 'row.x']);
    for (const { path, offset } of references) expect(source.slice(offset, offset + path.length)).toBe(path);
  });

  it('shows what it was asked of, but nothing that looks like a secret', () => {
    const condition = compileCondition('status == 1 or missing or accessToken or env.KEY or status == 2');
    expect(condition.values(plainScope({ status: 'x'.repeat(100), accessToken: 'abc' }))).toBe(
      ` (status is "${'x'.repeat(59)}…, missing is not set)`,
    );
    expect(compileCondition('accessToken').values(plainScope({ accessToken: 'abc' }))).toBe('');
  });
});

describe('a condition that cannot be compiled', () => {
  it.each([
    ['', 0, /expected a name or a value, found the end/],
    ['a =', 2, /"=" is not known here/],
    ['a == ', 5, /found the end/],
    ['a === 1', 2, /"===" is not known/],
    ['a == 1 == 2', 7, /"==" is not expected here/],
    ['a b', 2, /"b" is not expected here/],
    ['a and', 5, /found the end/],
    ['and a', 0, /found "and"/],
    ['(a', 0, /never closed/],
    ['a)', 1, /"\)" is not expected/],
    ['!a', 0, /"!" is not known/],
    ['a AND b', 2, /"AND" is not known/],
    ['{{a}}', 0, /without braces/],
    ['a == "x', 5, /never closed/],
    ['a > 5s', 4, /"5s" is not a number/],
    ['a + 1', 2, /"\+" is not known/],
    ['random.int(2, 1) == 1', 0, /two whole numbers/],
    ['a == base64(b)', 5, /compares names with values/],
    ['env.A.B', 0, /not a variable/],
    ['user.x', 0, /no such field/],
  ])('%j fails at %d', (source, offset, message) => {
    let thrown: unknown;
    try {
      compileCondition(source);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConditionError);
    expect(thrown).toMatchObject({ offset, exitCode: 2, message: expect.stringMatching(message) as string });
  });
});
