// OpenSLO v1 as far as promises can be made of it: strict where a word left out would change what is promised.

import { z } from 'zod';

const metadata = z.looseObject({
  name: z.string().min(1),
  labels: z.record(z.string(), z.unknown()).optional(),
  annotations: z.record(z.string(), z.unknown()).optional(),
});

export type Metadata = z.output<typeof metadata>;

const source = z.strictObject({
  metricSource: z.looseObject({
    type: z.string().optional(),
    metricSourceRef: z.string().optional(),
    spec: z.record(z.string(), z.unknown()).optional(),
  }),
});

export type Source = z.output<typeof source>;

const indicatorSpec = z
  .strictObject({
    description: z.string().optional(),
    thresholdMetric: source.optional(),
    ratioMetric: z
      .strictObject({
        counter: z.boolean().optional(),
        good: source.optional(),
        bad: source.optional(),
        total: source.optional(),
        rawType: z.enum(['success', 'failure']).optional(),
        raw: source.optional(),
      })
      .optional(),
  })
  .refine(
    ({ thresholdMetric, ratioMetric }) => (thresholdMetric === undefined) !== (ratioMetric === undefined),
    'needs one of the keys thresholdMetric, ratioMetric',
  );

export type IndicatorSpec = z.output<typeof indicatorSpec>;

const share = z
  .number()
  .gt(0, 'a target of 0 promises nothing')
  .lt(1, 'a target is below 1: it leaves something to fail');

const objective = z
  .strictObject({
    displayName: z.string().optional(),
    op: z.enum(['lt', 'lte', 'gt', 'gte']).optional(),
    value: z.number().optional(),
    target: share.optional(),
    targetPercent: z
      .number()
      .gt(0, 'a target of 0 promises nothing')
      .lt(100, 'a target is below 100: it leaves something to fail')
      .optional(),
    timeSliceTarget: z.number().gt(0).max(1).optional(),
    timeSliceWindow: z.union([z.number(), z.string()]).optional(),
  })
  .refine(
    ({ target, targetPercent }) => (target === undefined) !== (targetPercent === undefined),
    'needs one of the keys target, targetPercent',
  );

export type Objective = z.output<typeof objective>;

/** `kind: SLO` */
export const sloInput = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata,
  spec: z
    .strictObject({
      description: z.string().optional(),
      service: z.string().optional(),
      indicator: z.strictObject({ metadata: metadata.optional(), spec: indicatorSpec }).optional(),
      indicatorRef: z.string().optional(),
      timeWindow: z
        .array(
          z.strictObject({
            duration: z.string(),
            isRolling: z.boolean().optional(),
            calendar: z.unknown().optional(),
          }),
        )
        .max(1, 'one time window, not several')
        .optional(),
      budgetingMethod: z.enum(['Occurrences', 'Timeslices', 'RatioTimeslices']).optional(),
      objectives: z.array(objective).min(1),
      alertPolicies: z.unknown().optional(),
    })
    .refine(
      ({ indicator, indicatorRef }) => (indicator === undefined) !== (indicatorRef === undefined),
      'needs one of the keys indicator, indicatorRef',
    ),
});

export type OpenSlo = z.output<typeof sloInput>;

/** `kind: SLI` */
export const sliInput = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata,
  spec: indicatorSpec,
});

/** What says nothing about promises, or only where figures come from. */
export const passedOver = [
  'DataSource',
  'Service',
  'AlertPolicy',
  'AlertCondition',
  'AlertNotificationTarget',
] as const;
