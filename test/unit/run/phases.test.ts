import { describe, expect, it } from 'vitest';
import { phasesOf } from '../../../src/run/phases.ts';

const names = (phases: ReturnType<typeof phasesOf>): string[] =>
  phases.map((phase) => `${phase.name} ${phase.startMicros}-${phase.endMicros}`);

describe('phases', () => {
  it('call everything steady that is neither warm-up nor fault nor recovery', () => {
    const fault = { id: 'slow', effectAtMicros: 40, clearedAtMicros: 60, recoveredAtMicros: 65 };
    expect(names(phasesOf(10, 100, [fault]))).toEqual([
      'warmup 0-10',
      'steady 10-40',
      'fault:slow 40-60',
      'recovery:slow 60-65',
      'steady 65-100',
    ]);
  });

  it('let recovery run to the end when it was not reached, and a fault when it was not cleared', () => {
    const never = { id: 'a', effectAtMicros: 40, clearedAtMicros: 60, recoveredAtMicros: null };
    const open = { id: 'b', effectAtMicros: 40, clearedAtMicros: null, recoveredAtMicros: null };
    expect(names(phasesOf(0, 100, [never]))).toEqual(['steady 0-40', 'fault:a 40-60', 'recovery:a 60-100']);
    expect(names(phasesOf(0, 100, [open]))).toEqual(['steady 0-40', 'fault:b 40-100']);
  });

  it('count what follows a fault as steady, too, where nothing says when the target has recovered', () => {
    const one = { id: 'a', effectAtMicros: 40, clearedAtMicros: 60, recoveredAtMicros: null };
    const two = { id: 'b', effectAtMicros: 80, clearedAtMicros: null, recoveredAtMicros: null };
    expect(names(phasesOf(10, 100, [one, two], 'untold'))).toEqual([
      ...['warmup 0-10', 'steady 10-40', 'fault:a 40-60', 'steady 60-80', 'recovery:a 60-100'],
      'fault:b 80-100',
    ]);
  });

  it('are steady again beside a recovery that was never certain', () => {
    const one = {
      id: 'a',
      effectAtMicros: 20,
      clearedAtMicros: 30,
      recoveredAtMicros: null,
      steadyAtMicros: 70,
    };
    const two = { id: 'b', effectAtMicros: 50, clearedAtMicros: 60, recoveredAtMicros: 70 };
    expect(names(phasesOf(0, 100, [one, two]))).toEqual([
      ...['steady 0-20', 'fault:a 20-30', 'recovery:a 30-100', 'fault:b 50-60', 'recovery:b 60-70'],
      'steady 70-100',
    ]);
  });

  it('leave out a recovery of no length, and let overlapping faults share time', () => {
    const one = { id: 'a', effectAtMicros: 20, clearedAtMicros: 50, recoveredAtMicros: 50 };
    const two = { id: 'b', effectAtMicros: 30, clearedAtMicros: 50, recoveredAtMicros: 50 };
    expect(names(phasesOf(0, 100, [one, two]))).toEqual([
      'steady 0-20',
      'fault:a 20-50',
      'fault:b 30-50',
      'steady 50-100',
    ]);
  });
});
