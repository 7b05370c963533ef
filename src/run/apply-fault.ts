// `mettle chaos apply`: one fault on somebody else's proxy, held for a time, with everything that a run has around it:
// guards, a lock, a journal, a watchdog, and an undo that is verified.

import { findLink } from '../faults/clients/found-link.ts';
import { pinnedToxiproxy } from '../faults/clients/pinned-toxiproxy.ts';
import { leftoverLines } from '../faults/server-leftovers.ts';
import type { FaultLink, InjectionResult } from '../faults/fault.ts';
import { guardToxiproxy, resolveHost } from '../faults/guard.ts';
import { guardUpstream } from '../faults/guard-upstream.ts';
import { inject } from '../faults/inject.ts';
import { type Journal, openJournal } from '../faults/journal.ts';
import { lockTarget } from '../faults/lock.ts';
import { makerToken } from '../faults/made-names.ts';
import { isNetworkFault, type NetworkFaultSpec } from '../faults/registry.ts';
import { stateOwner } from '../faults/state-owner.ts';
import { startWatchdog } from '../faults/watchdog.ts';
import { isAborted } from '../kernel/abort.ts';
import { systemClock } from '../kernel/clock.ts';
import { type ExitCode, exitCodes, MettleError } from '../kernel/errors.ts';
import { formatDuration } from '../kernel/units.ts';
import type { ScheduledFault } from '../scenario/scenario.ts';
import { heldResources } from './held-resources.ts';
import { interrupted } from './stage.ts';

export interface ApplyRequest {
  readonly fault: ScheduledFault;
  /** The name of the proxy on the server. */
  readonly proxy: string;
  readonly toxiproxyUrl: string;
  /** Hosts besides loopback: the target file's `allow`, and `--allow`. */
  readonly allow: readonly string[];
  /** `--allow-production` */
  readonly allowProduction: boolean;
  /** Whose lock is taken besides the proxy's; null: no target was named. */
  readonly target: string | null;
  /** What the user ran, for the journal. */
  readonly command: string;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

export interface AppliedFault {
  readonly result: InjectionResult;
  readonly lastedMicros: number;
  /** It was ended before its time. */
  readonly endedEarly: boolean;
  readonly exitCode: ExitCode;
}

/** The proxy, once every guard has let it pass; nothing is changed. Throws MettleError (exit code 2). */
export async function prepareFault(
  request: Pick<ApplyRequest, 'fault' | 'proxy' | 'toxiproxyUrl' | 'allow' | 'allowProduction'>,
  command: string,
): Promise<{ readonly link: FaultLink; readonly spec: NetworkFaultSpec }> {
  const { fault, proxy, toxiproxyUrl, allow, allowProduction } = request;
  const spec = fault.fault;
  if (!isNetworkFault(spec)) {
    throw new MettleError({
      code: 'FAULT_PLACE',
      message: `${spec.kind} cannot be put on a proxy: it is a fault of processes and containers`,
      hint: 'Mettle puts it only on processes that it has started itself: in the `chaos:` of a scenario',
    });
  }
  const addresses = await resolveHost(toxiproxyUrl);
  const apiUrl = await pinnedToxiproxy(guardToxiproxy(toxiproxyUrl, addresses, allow), addresses);
  const token = makerToken(command, await stateOwner());
  const link = await findLink({ apiUrl, name: proxy, makerToken: token });
  guardUpstream(proxy, link.upstream, allow, allowProduction);
  return { link, spec };
}

/** Throws MettleError: 2 when it may not or cannot be begun, 3 when it did not take, 4 when an undo failed, 130. */
export async function applyFault(request: ApplyRequest): Promise<AppliedFault> {
  const { command, target, proxy, toxiproxyUrl } = request;
  const held = heldResources();
  return await held.around(async () => {
    const lock = await lockTarget(`proxy ${proxy} at ${sameServer(toxiproxyUrl)}`);
    held.later(() => lock.release());
    if (target !== null) {
      const targetLock = await lockTarget(target);
      held.later(() => targetLock.release());
    }
    const journal = await openJournal({ command });
    held.later(() => journal.close());
    const watchdog = await startWatchdog(journal.path);
    held.later(() => watchdog.close());
    const outcome: { applied?: AppliedFault } = {};
    // A result that says what is left, and how to finish it, is not to be lost to an error that says the same.
    held.later(() => undone(journal, outcome.applied?.result.status === 'undo failed'));
    return (outcome.applied = await holdFault(request, journal));
  });
}

async function holdFault(request: ApplyRequest, journal: Journal): Promise<AppliedFault> {
  const { fault, signal, progress } = request;
  const { id, forMicros, traffic } = fault;
  const { link, spec } = await prepareFault(request, journal.childToken);
  for (const line of await leftoverLines(link.apiUrl)) progress(line);
  if (isAborted(signal)) throw interrupted();
  const injection = await inject({ id, spec, link, traffic, forMicros, tracker: journal });
  progress(
    `${id} took effect on ${link.name} at ${link.apiUrl} for ${formatDuration(forMicros)}; Ctrl-C ends it`,
  );
  await systemClock.sleepUntil(injection.effectAtMicros + forMicros, signal);
  const endedEarly = isAborted(signal);
  const cleared = await injection.clear();
  const lastedMicros = (cleared.clearedAtMicros ?? systemClock.nowMicros()) - injection.effectAtMicros;
  const result = endedEarly ? withoutDuration(cleared, lastedMicros) : cleared;
  return { result, lastedMicros, endedEarly, exitCode: exitCodeOf(result, endedEarly) };
}

/** Whoever ends a fault by hand has not asked for its whole time. */
const withoutDuration = (result: InjectionResult, lastedMicros: number): InjectionResult => ({
  ...result,
  fidelity: result.fidelity.map((check) =>
    check.name === 'duration'
      ? { ...check, happened: `${formatDuration(lastedMicros)}, ended by hand`, status: 'unmeasured' }
      : check,
  ),
});

function exitCodeOf({ status, fidelity }: InjectionResult, endedEarly: boolean): ExitCode {
  if (status === 'undo failed') return exitCodes.undoFailed;
  if (endedEarly) return exitCodes.interrupted;
  return fidelity.some((check) => check.status === 'outside') ? exitCodes.invalid : exitCodes.ok;
}

/** What the injection itself could not undo is tried once more here; its own result says that it failed. */
async function undone(journal: Journal, told: boolean): Promise<void> {
  const { failed } = await journal.undoAll();
  const [first] = failed;
  if (first === undefined || told) return;
  throw new MettleError({
    code: 'UNDO_FAILED',
    message: `${first.describe} could not be undone: ${first.note}`,
    hint: 'finish it with: mettle chaos rollback',
    exitCode: exitCodes.undoFailed,
  });
}

const sameServer = (url: string): string => url.replace('//localhost', '//127.0.0.1').replace(/\/+$/, '');
