// Reads toxics from request bodies: defaults, merging and the checks that keep a value out of range from doing harm.

import { badBody, invalidStream, invalidToxicType } from './api-error.ts';
import { type Fields, fieldsOf, numberField, textField } from './body.ts';
import { toxicKind } from './toxics/registry.ts';
import type { ToxicKind } from './toxics/toxic.ts';

/** upstream: client to server; downstream: server to client. */
export type Stream = 'upstream' | 'downstream';

export interface ToxicSettings {
  /** The share of connections it acts on, 0…1. */
  readonly toxicity: number;
  readonly attributes: Readonly<Record<string, number>>;
  /** It removes itself this long after it was added or last given a ttlMs. Absent = stays. */
  readonly ttlMs: number | undefined;
}

export interface ToxicInput extends ToxicSettings {
  readonly name: string;
  readonly kind: ToxicKind;
  readonly stream: Stream;
}

/** A new toxic. The checks and their order are Toxiproxy's; `taken` throws when the name is in use. */
export function readToxic(body: unknown, taken: (name: string) => void): ToxicInput {
  const fields = fieldsOf(body, 'toxic');
  const type = textField(fields, 'type') ?? '';
  const stream = readStream(textField(fields, 'stream'));
  const kind = toxicKind(type);
  if (kind === undefined) throw invalidToxicType();
  const given = textField(fields, 'name');
  const name = given === undefined || given === '' ? `${type}_${stream}` : given;
  taken(name);
  const defaults = Object.fromEntries(
    Object.entries(kind.attributes).map(([key, range]) => [key, range.default]),
  );
  const settings = readSettings(fields, kind, { toxicity: 1, attributes: defaults, ttlMs: undefined });
  return { ...settings, name, kind, stream };
}

/** Merges attributes, toxicity and ttlMs; everything else in the body is ignored. */
export function mergeToxic(body: unknown, kind: ToxicKind, current: ToxicSettings): ToxicSettings {
  return readSettings(fieldsOf(body, 'toxic'), kind, current);
}

function readSettings(fields: Fields, kind: ToxicKind, current: ToxicSettings): ToxicSettings {
  const given = fieldsOf(fields.get('attributes'), 'attributes');
  const attributes: Record<string, number> = {};
  for (const [key, range] of Object.entries(kind.attributes)) {
    const value =
      numberField(given, key, { ...range, whole: true }) ?? current.attributes[key] ?? range.default;
    if (value < range.min)
      throw badBody(`${key} must be between ${range.min} and ${range.max}, got ${value}`);
    attributes[key] = value;
  }
  const wrong = kind.refuse?.(attributes);
  if (wrong !== undefined) throw badBody(wrong);
  return {
    attributes,
    toxicity: numberField(fields, 'toxicity', { min: 0, max: 1, whole: false }) ?? current.toxicity,
    ttlMs: readTtlMs(fields) ?? current.ttlMs,
  };
}

/** `ttlMs`: whole milliseconds, at least 1. Undefined when not given. */
export function readTtlMs(fields: Fields): number | undefined {
  return numberField(fields, 'ttlms', { min: 1, max: Number.MAX_SAFE_INTEGER, whole: true });
}

function readStream(text: string | undefined): Stream {
  const stream = (text ?? 'downstream').toLowerCase();
  if (stream === 'downstream') return 'downstream';
  if (stream === 'upstream') return 'upstream';
  throw invalidStream();
}
