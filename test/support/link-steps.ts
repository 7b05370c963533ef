// Whatever can befall one direction of a connection, as steps that fast-check makes up and a link harness plays.

import fc from 'fast-check';
import { linkHarness, type LinkHarness } from './link-harness.ts';

/** Toxic types with what they may be told. */
export type Kinds = Readonly<Record<string, fc.Arbitrary<Record<string, number>>>>;

/** No piece of it looks like its neighbour. */
const period = 251;
const pattern = Buffer.from(Array.from({ length: 71_000 }, (_, index) => index % period));

const name = fc.constantFrom('a', 'b', 'c');
const toxicity = fc.constantFrom(0, 0.5, 1);

/** Settings that fit whatever type a name happens to have: every kind's attributes at once, unknown ones are ignored. */
const anySettings = (kinds: Kinds) =>
  fc.record({
    attributes: fc
      .tuple(...Object.values(kinds))
      .map((all) => all.reduce((merged, one) => ({ ...merged, ...one }), {})),
    toxicity,
  });

const stepOf = (kinds: Kinds) =>
  fc.oneof(
    fc.record({ do: fc.constant('send' as const), bytes: fc.integer({ min: 1, max: 70_000 }) }),
    fc.record({ do: fc.constant('wait' as const), forMs: fc.integer({ min: 0, max: 250 }) }),
    fc.record({
      ...{ do: fc.constant('add' as const), name, settings: anySettings(kinds) },
      type: fc.constantFrom(...Object.keys(kinds)),
    }),
    fc.record({ do: fc.constant('update' as const), name, settings: anySettings(kinds) }),
    fc.record({ do: fc.constant('remove' as const), name }),
    fc.constant({ do: 'end' as const }),
    fc.record({ do: fc.constant('full' as const), full: fc.boolean() }),
  );

type Step = ReturnType<typeof stepOf> extends fc.Arbitrary<infer Value> ? Value : never;

export const stepsOf = (kinds: Kinds): fc.Arbitrary<Step[]> => fc.array(stepOf(kinds), { maxLength: 60 });

function perform(step: Step, harness: LinkHarness, send: (bytes: number) => void): void {
  const { toxics, link } = harness;
  const has = 'name' in step && toxics.list().some((toxic) => toxic.name === step.name);
  if (step.do === 'send') send(step.bytes);
  if (step.do === 'wait') harness.scheduler.advance(step.forMs);
  if (step.do === 'add' && !has) toxics.add({ type: step.type, name: step.name, ...step.settings });
  if (step.do === 'update' && has) toxics.update(step.name, step.settings);
  if (step.do === 'remove' && has) toxics.remove(step.name);
  if (step.do === 'end') link.end();
  if (step.do === 'full') {
    harness.sinkTakes = !step.full;
    if (!step.full) link.drained();
  }
}

/** Plays the steps; at the end all toxics go and the source ends. `sent`: everything the source sent before it ended. */
export function playSteps(steps: readonly Step[], seed: number): { sent: Buffer; harness: LinkHarness } {
  const harness = linkHarness(seed);
  const sent: Buffer[] = [];
  let ended = false;
  for (const step of steps) {
    perform(step, harness, (bytes) => {
      if (ended) return;
      const offset = (sent.length * 7) % period;
      const data = pattern.subarray(offset, offset + bytes);
      sent.push(data);
      harness.link.receive(data);
    });
    if (step.do === 'end') ended = true;
  }
  harness.toxics.clear();
  harness.link.end();
  return { sent: Buffer.concat(sent), harness };
}
