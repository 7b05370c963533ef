// Bytes that went through a proxy since it was made, or since they were last taken over.

export const streams = ['downstream', 'upstream'] as const;
export const byteNames = ['received', 'sent'] as const;

export type ByteTotals = Readonly<
  Record<(typeof streams)[number], Record<(typeof byteNames)[number], number>>
>;

export const noBytes = (): ByteTotals => ({
  upstream: { received: 0, sent: 0 },
  downstream: { received: 0, sent: 0 },
});
