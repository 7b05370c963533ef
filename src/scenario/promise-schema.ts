// A promise as a scenario writes it: one line, or a map with what it means when it is broken or cannot be judged.

import { z } from 'zod';
import { secondsInput } from './quantities.ts';
import type { PromiseSpec } from './scenario.ts';

const promiseInput = z
  .union([
    z
      .string()
      .min(1)
      .meta({ title: 'Promise', examples: ['p95(query) < 2s', 'error_rate < 1% during steady'] }),
    z.strictObject({
      assert: z.string().min(1).describe('The promise, e.g. `error_rate < 1%`.'),
      severity: z.enum(['fail', 'warn']).optional().describe('What a broken promise means; default: fail.'),
      window: secondsInput
        .optional()
        .describe('Every stretch of this length must hold, too; also what `abort` looks at (default: 10s).'),
      abort: z
        .strictObject({
          after: secondsInput.describe('Significantly broken for so long without a break.'),
        })
        .optional()
        .describe('Stops the run, faults undone first, when the promise is broken while it goes on.'),
      min_samples: z
        .int()
        .min(1)
        .optional()
        .describe(
          'Fewer samples say nothing, besides what the metric needs; with a window: in each stretch.',
        ),
      on_no_data: z
        .enum(['invalid', 'fail', 'warn', 'skip'])
        .optional()
        .describe(
          'What it means when there is too little to judge it by; skip: not judged; default: invalid.',
        ),
    }),
  ])
  .transform((written): PromiseSpec => {
    if (typeof written === 'string') return { assert: written, severity: 'fail' };
    const {
      assert,
      severity = 'fail',
      window,
      abort,
      min_samples: minSamples,
      on_no_data: onNoData,
    } = written;
    return {
      assert,
      severity,
      ...(window === undefined ? {} : { windowMicros: window }),
      ...(abort === undefined ? {} : { abortAfterMicros: abort.after }),
      ...(minSamples === undefined ? {} : { minSamples }),
      ...(onNoData === undefined ? {} : { onNoData }),
    };
  });

/** The list under `slo`. */
export const promisesInput = z.array(promiseInput);
