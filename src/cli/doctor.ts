// mettle doctor: what this machine can do as a load generator, each with a judgement.

import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../kernel/errors.ts';
import type { Doctor } from '../record/doctor-schema.ts';
import { type CheckUp, examineMachine } from '../run/doctor.ts';
import { mettleVersion } from '../run/environment.ts';
import { interrupted } from '../run/stage.ts';
import { interruptible } from './interrupt.ts';
import { outputOf } from './options.ts';
import { type Output, tone } from './output.ts';

export function doctorCommand(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('doctor')
    .summary('what this machine can do: timers, ceiling, bias, limits, servers')
    .description(
      'Measures this machine as a load generator (about ten seconds, loopback only) and says what it means for tests. ' +
        'Records of later runs carry the result. Poor judgements are no failure; exit code 3 = it could not measure.',
    );
  command.action(async () => {
    const output = outputOf(command);
    const measured = (signal: AbortSignal): Promise<ExitCode> => {
      output.progress('measuring this machine; about ten seconds, best while nothing else runs');
      return examine(output, signal);
    };
    finish(await interruptible(output.progress, measured));
  });
}

async function examine(output: Output, signal: AbortSignal): Promise<ExitCode> {
  const checkUp = await examineMachine(signal);
  if (signal.aborted) throw interrupted();
  const { doctor, problems } = checkUp;
  output.document({ mettle: mettleVersion, ...doctor, problems });
  print(checkUp, output);
  return isMeasured(doctor) ? exitCodes.ok : exitCodes.invalid;
}

const isMeasured = ({ timerErrorP99Micros, ceilingPerSecond, biasP99Micros }: Doctor): boolean =>
  timerErrorP99Micros !== null && ceilingPerSecond !== null && biasP99Micros !== null;

function print({ doctor: { judgements }, problems }: CheckUp, output: Output): void {
  const widest = Math.max(...judgements.map(({ name }) => name.length));
  for (const { name, level, value, meaning } of judgements) {
    const padding = ' '.repeat(Math.max(0, 'unknown'.length - level.length));
    output.result(`${name.padEnd(widest)}  ${tone(level)}${padding}  ${value}`);
    output.result(`${' '.repeat(widest + 'unknown'.length + 4)}${meaning}`);
  }
  for (const problem of problems) output.result(`note: ${problem}`);
}
