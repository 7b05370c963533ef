// Which variant a command means when the user did not say.

import { MettleError } from '../kernel/errors.ts';
import type { TargetSpec } from '../system/target-spec.ts';

export function onlyVariant(asked: string | null, target: TargetSpec): string {
  const names = Object.keys(target.variants);
  if (asked !== null) return knownVariant(asked, target);
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw new MettleError({
    code: 'NO_VARIANT',
    message: `${target.name} has several variants, and none was named`,
    hint: `Add --variant with one of: ${names.join(', ')}.`,
  });
}

export function knownVariant(name: string, target: TargetSpec): string {
  if (Object.hasOwn(target.variants, name)) return name;
  throw new MettleError({
    code: 'UNKNOWN_VARIANT',
    message: `${target.name} has no variant "${name}"`,
    hint: `Its variants: ${Object.keys(target.variants).join(', ')}.`,
  });
}
