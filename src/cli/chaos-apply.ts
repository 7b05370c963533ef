// mettle chaos apply: one fault by hand, on a proxy of a Toxiproxy server, for a time.

import type { Command } from 'commander';
import { type ExitCode, exitCodes, MettleError } from '../kernel/errors.ts';
import { containerSelector } from '../faults/container/selector.ts';
import { faultParameters } from '../faults/registry.ts';
import { type AppliedFault, applyFault, prepareFault } from '../run/apply-fault.ts';
import { faultByHand } from '../scenario/fault-by-hand.ts';
import { loadTarget } from '../scenario/load-target.ts';
import type { ScheduledFault } from '../scenario/scenario.ts';
import { commandLine } from './command-line.ts';
import { interruptible } from './interrupt.ts';
import { collect, outputOf } from './options.ts';
import type { Output } from './output.ts';
import type { AppliedDocument } from './applied-document.ts';
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
  readonly dryRun?: boolean;
}

/** Where `mettle chaos proxy` and toxiproxy-server listen unless told otherwise. */
const usualServer = 'http://127.0.0.1:8474';

export function addApply(chaos: Command, finish: (code: number) => void): void {
  const command = chaos
    .command('apply')
    .summary('one fault by hand: held for a time, undone, verified')
    .description(
      'Puts one fault on a proxy of a Toxiproxy server (a real one, or `mettle chaos proxy`), holds it for a time and ' +
        'undoes it: then, on Ctrl-C, and by its watchdog after kill -9. ' +
        'Exit code 3: it did not do what was asked; 4: it could not be undone.',
    )
    .argument('<fault>', 'a fault (latency), a piece of the library (dependency-slow), or a path to one')
    .option('--on <place>', 'the name of a proxy on the server (or proxy:<name>)')
    .option('--proxy <name>', 'the same as --on proxy:<name>')
    .option('--for <duration>', 'how long, e.g. 30s; a piece may say it itself')
    .option('--with <key=value>', 'a parameter, e.g. latency=300ms; may be repeated', collect)
    .option('--toxiproxy <url>', `the server (default: TOXIPROXY_URL, else ${usualServer})`)
    .option('--target <name or file>', 'whose lock is taken, and whose `allow` holds')
    .option(
      '--allow <host>',
      'a host besides loopback, of the server or behind the proxy; may be repeated',
      collect,
    )
    .option(
      '--allow-production',
      'break what is not on this machine, though nobody says that it is no production',
    )
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
  const proxy = proxyOf(flags);
  const fault = await faultByHand({ what, on: proxy, for: flags.for, with: flags.with ?? [] });
  const target = flags.target === undefined ? null : await loadTarget(flags.target);
  const request = {
    ...{ fault, proxy, signal, progress: output.progress, command: commandLine() },
    toxiproxyUrl: flags.toxiproxy ?? process.env['TOXIPROXY_URL'] ?? usualServer,
    allow: [...(target?.allow ?? []), ...(flags.allow ?? [])],
    allowProduction: flags.allowProduction ?? false,
    target: target?.name ?? null,
  };
  if (flags.dryRun === true) {
    printPlanned(output, fault, (await prepareFault(request, '0'.repeat(16))).link);
    return exitCodes.ok;
  }
  const applied = await applyFault(request);
  printApplied(output, documentOf(fault, request.toxiproxyUrl, applied));
  return applied.exitCode;
}

function proxyOf({ on, proxy }: ApplyFlags): string {
  if (on !== undefined && proxy !== undefined) {
    throw usage('--on and --proxy say the same thing: give one of them');
  }
  const place = on?.replace(/^proxy:/, '') ?? proxy ?? '';
  if (place === '') throw usage('where? --on <proxy> is missing', 'e.g. --on postgres');
  if (on !== undefined && !on.startsWith('proxy:') && containerSelector(on) !== null) {
    throw usage(
      `${on} names containers: faults on those belong into a scenario`,
      'here a fault is put on a proxy: --on <its name on the server>',
    );
  }
  return place;
}

const usage = (message: string, hint?: string): MettleError =>
  new MettleError({ code: 'FAULT_PLACE', message, hint });

function documentOf(
  { id, fault, on, forMicros }: ScheduledFault,
  toxiproxy: string,
  { result, lastedMicros, endedEarly, exitCode }: AppliedFault,
): AppliedDocument {
  const { status, note, fidelity, traffic, observation } = result;
  return {
    ...{ id, kind: fault.kind, on, toxiproxy, with: faultParameters(fault) },
    ...{ forMicros, lastedMicros: Math.round(lastedMicros), endedEarly },
    ...{ status, note, fidelity, traffic, observation, exitCode },
  };
}
