// One fault in the words of a command line, held to the rules of a scenario's `chaos`: the same faults, pieces,
// parameters and messages, each placed at the option that it is about.

import { z } from 'zod';
import { faultKinds } from '../faults/registry.ts';
import { MettleError } from '../kernel/errors.ts';
import { didYouMean } from '../kernel/suggest.ts';
import { expandPieces, libraryPieces } from './chaos-pieces.ts';
import { faultEntryInput, faultEntryKeys } from './chaos-schema.ts';
import { invalidFile } from './diagnostics.ts';
import { quoted } from './issue-words.ts';
import { parseValue } from './issues.ts';
import { readValue } from './overrides.ts';
import { placeProblems } from './place.ts';
import type { ScheduledFault } from './scenario.ts';
import type { Path, SourceDocument } from './yaml-document.ts';

/** Every text as it is written on the command line. */
export interface FaultWords {
  /** A fault (`latency`), a piece of the library (`dependency-slow`), or the path of one. */
  readonly what: string;
  /** As it is to be called in reports. */
  readonly on: string;
  /** After `--for`. */
  readonly for?: string | undefined;
  /** After each `--with`: `latency=300ms`. */
  readonly with: readonly string[];
  /** After `--pick`. */
  readonly pick?: number | undefined;
  /** Where relative paths start; default: the process's. */
  readonly cwd?: string;
}

/** Throws INVALID_FILE, INVALID_OVERRIDE or UNKNOWN_FAULT (exit code 2). */
export async function faultByHand(words: FaultWords): Promise<ScheduledFault> {
  const cwd = words.cwd ?? process.cwd();
  const document = wordsDocument(words, await entryOf(words));
  const { document: whole, diagnostics } = await expandPieces(document, { file: null, cwd });
  if (diagnostics.length > 0) throw invalidFile(diagnostics);
  if (!lasts(whole.value)) {
    throw new MettleError({
      code: 'FAULT_FOR',
      message: `--for is missing: how long ${words.what} lasts`,
      hint: 'e.g. --for 30s',
    });
  }
  const knownKeys = (path: Path): readonly string[] => (path.length === 2 ? faultEntryKeys : []);
  const parsed = parseValue(z.object({ chaos: z.array(faultEntryInput) }), whole.value, {
    knownKeys,
    kinds: () => [],
  });
  const fault = parsed.value?.chaos[0];
  if (fault === undefined) throw invalidFile(placeProblems(whole, parsed.problems));
  return fault;
}

async function entryOf({ what, on, for: lasting, with: parameters, pick }: FaultWords): Promise<object> {
  const given = parameters.map((text): [string, unknown] => {
    const origin = `--with ${text}`;
    const equals = text.indexOf('=');
    if (equals > 0) return [text.slice(0, equals).trim(), readValue(text.slice(equals + 1), origin)];
    throw new MettleError({
      code: 'INVALID_OVERRIDE',
      message: `${origin}: expected key=value`,
      hint: 'e.g. --with latency=300ms',
    });
  });
  const twice = given.find(([key], index) => given.findIndex(([other]) => other === key) !== index);
  if (twice !== undefined) {
    throw new MettleError({ code: 'INVALID_OVERRIDE', message: `--with ${twice[0]}=… is given twice` });
  }
  return {
    ...(await kindOrPiece(what)),
    ...{ on, at: '0s' },
    ...(lasting === undefined ? {} : { for: lasting }),
    ...(pick === undefined ? {} : { pick }),
    ...(given.length === 0 ? {} : { with: Object.fromEntries(given) }),
  };
}

async function kindOrPiece(what: string): Promise<object> {
  if (faultKinds.includes(what)) return { fault: what, id: what };
  const pieces = await libraryPieces();
  if (/[/\\]|\.(ya?ml|json)$/.test(what) || pieces.includes(what)) return { use: what };
  throw new MettleError({
    code: 'UNKNOWN_FAULT',
    message: `there is neither a fault nor a piece of the library called ${quoted(what)}`,
    hint:
      didYouMean(what, [...faultKinds, ...pieces]) ??
      `faults: ${faultKinds.join(', ')}; pieces: ${pieces.join(', ')}`,
  });
}

const lasts = (value: unknown): boolean => firstOf(value)?.for !== undefined;

function firstOf(value: unknown): { readonly for?: unknown } | undefined {
  const parsed = z.object({ chaos: z.array(z.looseObject({ for: z.unknown() })) }).safeParse(value);
  return parsed.data?.chaos[0];
}

function wordsDocument(words: FaultWords, entry: object): SourceDocument {
  const optionAt = (path: Path): string => {
    const [key, parameter] = path.slice(2).map(String);
    if (key === 'for') return `--for ${words.for ?? ''}`.trim();
    if (key !== 'with') return words.what;
    const written = words.with.find((text) => text.startsWith(`${parameter ?? ''}=`));
    return parameter === undefined || written === undefined ? `${words.what} --with` : `--with ${written}`;
  };
  return {
    file: '',
    value: { chaos: [entry] },
    place: (path) => ({ file: optionAt(path), line: 0, column: 0 }),
    written: () => '',
  };
}
