// mettle chaos apply: one fault by hand, on a proxy of a Toxiproxy server or on containers, for a time.

import { type Command, InvalidArgumentError } from 'commander';
import { type ExitCode, exitCodes, MettleError } from '../kernel/errors.ts';
import { containerSelector } from '../faults/container/selector.ts';
import { faultParameters } from '../faults/registry.ts';
import { type AppliedFault, applyFault, type Place } from '../run/apply-fault.ts';
import { noAllowance, onContainers } from '../run/apply-on-containers.ts';
import { onProxy } from '../run/apply-on-proxy.ts';
import { faultByHand } from '../scenario/fault-by-hand.ts';
import { loadTarget } from '../scenario/load-target.ts';
import type { ScheduledFault } from '../scenario/scenario.ts';
import type { TargetSpec } from '../system/target-spec.ts';
import type { AppliedDocument } from './applied-document.ts';
import { commandLine } from './command-line.ts';
import { interruptible } from './interrupt.ts';
import { collect, outputOf } from './options.ts';
import type { Output } from './output.ts';
import { printApplied, printPlanned } from './print-applied.ts';

interface ApplyFlags {
  readonly on?: string;
  readonly proxy?: string;
  readonly for?: string;
  readonly with?: readonly string[];
  readonly toxiproxy?: string;
  readonly target?: string;
  readonly allow?: readonly string[];
  readonly allowProduction?: boolean;
  readonly allowExec?: boolean;
  readonly pick?: number;
  readonly dryRun?: boolean;
}

/** Where `mettle chaos proxy` and toxiproxy-server listen unless told otherwise. */
const usualServer = 'http://127.0.0.1:8474';

export function addApply(chaos: Command, finish: (code: number) => void): void {
  const command = chaos
    .command('apply')
    .summary('one fault by hand: held for a time, undone, verified')
    .description(
      'Puts one fault on a proxy of a Toxiproxy server (a real one, or `mettle chaos proxy`) or on containers, holds it ' +
        'for a time and undoes it: then, on Ctrl-C, and by its watchdog after kill -9. ' +
        'Exit code 3: it did not do what was asked; 4: it could not be undone.',
    )
    .argument('<fault>', 'a fault (latency), a piece of the library (dependency-slow), or a path to one')
    .option(
      '--on <place>',
      'the name of a proxy on the server (or proxy:<name>); container:<name>, service:<Compose service>, label:<key>=<value>',
    )
    .option('--pick <n>', 'of the containers that match, so many at random', pickNumber)
    .option('--proxy <name>', 'the same as --on proxy:<name>')
    .option('--for <duration>', 'how long, e.g. 30s; a piece may say it itself')
    .option('--with <key=value>', 'a parameter, e.g. latency=300ms; may be repeated', collect)
    .option('--toxiproxy <url>', `the server (default: TOXIPROXY_URL, else ${usualServer})`)
    .option('--target <name or file>', 'whose lock is taken, and whose `allow` and `docker` hold')
    .option(
      '--allow <host>',
      'a host besides loopback, of the server or behind the proxy; may be repeated',
      collect,
    )
    .option(
      '--allow-production',
      'break what is not on this machine, though nobody says that it is no production',
    )
    .option('--allow-exec', 'let the fault `exec` run its command')
    .option('--dry-run', 'print the injection with its undo, and do nothing')
    .action(async (what: string, flags: ApplyFlags) => {
      const output = outputOf(command);
      finish(await interruptible(output.progress, (signal) => apply(what, flags, output, signal)));
    });
}

async function apply(
  what: string,
  flags: ApplyFlags,
  output: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  const on = placeOf(flags);
  const fault = await faultByHand({ what, on, for: flags.for, with: flags.with ?? [], pick: flags.pick });
  const target = flags.target === undefined ? null : await loadTarget(flags.target);
  const server = flags.toxiproxy ?? process.env['TOXIPROXY_URL'] ?? usualServer;
  const containers = containerSelector(on) !== null;
  const place = containers ? containersOf(fault, flags, target) : proxyOf(fault, flags, target, server);
  if (flags.dryRun === true) {
    printPlanned(output, fault, await place.prepare('0'.repeat(16)));
    return exitCodes.ok;
  }
  const applied = await applyFault({
    ...{ fault, place, signal, progress: output.progress, command: commandLine() },
    target: target?.name ?? null,
  });
  printApplied(output, documentOf(fault, containers ? null : server, applied));
  return applied.exitCode;
}

const allowedBy = (flags: ApplyFlags, target: TargetSpec | null) => ({
  allow: [...(target?.allow ?? []), ...(flags.allow ?? [])],
  allowProduction: flags.allowProduction ?? false,
});

const proxyOf = (
  fault: ScheduledFault,
  flags: ApplyFlags,
  target: TargetSpec | null,
  toxiproxyUrl: string,
): Place => onProxy({ fault, proxy: fault.on, toxiproxyUrl, ...allowedBy(flags, target) });

const containersOf = (fault: ScheduledFault, flags: ApplyFlags, target: TargetSpec | null): Place =>
  onContainers({
    ...{ fault, rules: target?.docker ?? noAllowance, seed: Math.floor(Math.random() * 2 ** 32) },
    ...{ ...allowedBy(flags, target), allowExec: flags.allowExec ?? false },
  });

function pickNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError(`"${text}" is not a number of containers.`);
  return value;
}

function placeOf({ on, proxy, pick }: ApplyFlags): string {
  if (on !== undefined && proxy !== undefined) {
    throw usage('--on and --proxy say the same thing: give one of them');
  }
  const place = on?.replace(/^proxy:/, '') ?? proxy ?? '';
  if (place === '')
    throw usage('where? --on <place> is missing', 'e.g. --on postgres, --on container:shop_db_1');
  if (pick !== undefined && containerSelector(place) === null) throw usage('--pick is for containers');
  return place;
}

const usage = (message: string, hint?: string): MettleError =>
  new MettleError({ code: 'FAULT_PLACE', message, hint });

function documentOf(
  { id, fault, on, forMicros }: ScheduledFault,
  toxiproxy: string | null,
  { result, lastedMicros, endedEarly, exitCode }: AppliedFault,
): AppliedDocument {
  const { status, note, fidelity, traffic, observation, hit = [] } = result;
  return {
    ...{ id, kind: fault.kind, on, with: faultParameters(fault, on) },
    ...(toxiproxy === null ? { containers: hit } : { toxiproxy }),
    ...{ forMicros, lastedMicros: Math.round(lastedMicros), endedEarly },
    ...{ status, note, fidelity, traffic, observation, exitCode },
  };
}
