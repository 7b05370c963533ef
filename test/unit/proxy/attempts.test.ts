// Turns of connections as attempts: when one begins, how it ends, and what lies between them.

import { describe, expect, it } from 'vitest';
import { Observation } from '../../../src/proxy/observation.ts';
import { observationWindowSchema, observeWindow } from '../../../src/proxy/observation-window.ts';
import { fakeScheduler } from '../../support/fake-scheduler.ts';

function setUp() {
  const scheduler = fakeScheduler(10_000_000);
  const observation = new Observation(scheduler);
  const look = (sinceMicros?: number, untilMicros?: number) => {
    const nowMicros = scheduler.nowMicros();
    const request = { nowMicros, sinceMicros, untilMicros, openConnections: 0 };
    return observationWindowSchema.parse(observeWindow(observation, [], request)).attempts;
  };
  return { scheduler, observation, look, open: () => observation.attempts.opened() };
}

describe('an attempt', () => {
  it('is a turn: everything the client sends until it gets something', () => {
    const { scheduler, look, open } = setUp();
    const turn = open();
    turn.sent();
    turn.sent();
    scheduler.advance(20);
    turn.answered();
    turn.answered();
    turn.sent();
    expect(look()).toMatchObject({ started: 2, answered: 1, open: 1, longestOpenMicros: 0 });
    scheduler.advance(5);
    expect(look()).toMatchObject({ longestOpenMicros: 5_000 });
    expect(look().answerMicros?.p50).toBeCloseTo(20_000, -3);
  });

  it('whose client leaves before the answer was given up, after so long', () => {
    const { scheduler, look, open } = setUp();
    const turn = open();
    turn.sent();
    scheduler.advance(300);
    turn.clientLeft();
    turn.serverLeft();
    turn.closed();
    expect(look()).toMatchObject({ started: 1, givenUp: 1, serverEnded: 0, longestHoldMicros: 300_000 });
  });

  it('ended by the server, or cut by a toxic, is not given up', () => {
    const { scheduler, look, open } = setUp();
    const [ended, cut] = [open(), open()];
    ended.sent();
    cut.sent();
    scheduler.advance(7);
    ended.serverLeft();
    cut.cut();
    cut.clientLeft();
    expect(look()).toMatchObject({ serverEnded: 1, cut: 1, givenUp: 0, longestCutMicros: 7_000 });
  });

  it('that nobody ends is ended with its connection', () => {
    const { look, open } = setUp();
    const turn = open();
    turn.sent();
    turn.closed();
    turn.closed();
    expect(look()).toMatchObject({ started: 1, serverEnded: 1, open: 0, withoutData: 0 });
    expect(look().lifeMicros?.count).toBe(1);
  });

  it('needs data: a connection without any is counted apart', () => {
    const { scheduler, look, open } = setUp();
    const turn = open();
    scheduler.advance(1_000);
    turn.answered();
    turn.clientLeft();
    turn.closed();
    expect(look()).toMatchObject({ started: 0, withoutData: 1 });
  });

  it('belongs to the window in which it began, whenever it ends', () => {
    const { scheduler, observation, look, open } = setUp();
    const turn = open();
    turn.sent();
    scheduler.advance(10);
    observation.cut();
    const cutMicros = scheduler.nowMicros();
    scheduler.advance(500);
    turn.answered();
    expect(look(0, cutMicros)).toMatchObject({ started: 1, answered: 1 });
    expect(look(cutMicros)).toMatchObject({ started: 0, answered: 0 });
  });
});

describe('the course of attempts', () => {
  it('falls into bursts, with when the last of each was done', () => {
    const { scheduler, look, open } = setUp();
    const turn = open();
    for (let times = 0; times < 3; times += 1) {
      turn.sent();
      scheduler.advance(10);
      turn.answered();
    }
    scheduler.advance(500);
    turn.sent();
    const { bursts } = look();
    expect(
      bursts.map(({ firstMicros, attempts, quietAtMicros }) => [firstMicros, attempts, quietAtMicros]),
    ).toEqual([
      [10_000_000, 3, 10_030_000],
      [10_530_000, 1, null],
    ]);
  });

  it('counts a refused attempt as one that is over at once', () => {
    const { scheduler, observation, look } = setUp();
    observation.refused();
    scheduler.advance(50);
    observation.refused();
    expect(look()).toMatchObject({ started: 0, pausesMicros: [50_000] });
    expect(look().bursts).toMatchObject([{ attempts: 2, quietAtMicros: 10_050_000 }]);
  });

  it('has a pause after a failure with nothing pending, none after an answer or beside another attempt', () => {
    const { scheduler, look, open } = setUp();
    const [one, other] = [open(), open()];
    one.sent();
    one.cut();
    scheduler.advance(50);
    one.sent();
    one.answered();
    scheduler.advance(50);
    other.sent();
    one.sent();
    one.cut();
    scheduler.advance(50);
    one.sent();
    expect(look().pausesMicros).toEqual([50_000]);
  });

  it('keeps no more than ten bursts a second for five minutes, and the last pauses', () => {
    const { scheduler, observation, look } = setUp();
    for (let times = 0; times < 5_000; times += 1) {
      observation.refused();
      scheduler.advance(100);
    }
    expect(observation.attempts.bursts.length).toBeLessThanOrEqual(3_102);
    expect(look(0).pausesMicros.length).toBeLessThanOrEqual(2_000);
  });
});
