// Handlebars templates of reports/templates: compiled once, strict, everything escaped unless a chart made it.

import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import { MettleError } from '../kernel/errors.ts';
import { packagePath } from '../kernel/entry.ts';
import { withoutControls } from './escape.ts';

const folder = 'reports/templates';
const read = (name: string): string => readFileSync(packagePath(`${folder}/${name}`), 'utf8');

/** Markup made by the charts, which escape what they draw. */
export type Markup = InstanceType<typeof Handlebars.SafeString>;
export const markup = (text: string): Markup => new Handlebars.SafeString(text);

/** Compiles on first use, so that commands without reports read no template. `name` is a file of reports/templates. */
export function template(name: string): (view: object) => string {
  let compiled: ((view: object) => string) | undefined;
  return (view) => {
    compiled ??= compileTemplate(read(name));
    return compiled(view);
  };
}

/** A field that the view lacks is an error, as is one without anything to print. Throws REPORT_VIEW or Handlebars' own. */
export function compileTemplate(source: string): (view: object) => string {
  const handlebars = Handlebars.create();
  handlebars.registerPartial('page', read('page.hbs'));
  const styles = markup(read('styles.css').trim());
  const render = handlebars.compile<object>(source, { strict: true, preventIndent: true });
  return (view) => render({ ...(printable(view, 'view') as object), styles });
}

/** The same view with nothing in it that would silently print as nothing, and no control characters. */
function printable(value: unknown, path: string): unknown {
  if (typeof value === 'string') return withoutControls(value);
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value;
  if (value instanceof Handlebars.SafeString) return value;
  if (Array.isArray(value)) return value.map((entry, index) => printable(entry, `${path}[${index}]`));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [key, printable(entry, `${path}.${key}`)]),
    );
  }
  throw new MettleError({
    code: 'REPORT_VIEW',
    message: `a report has nothing to print for ${path}: ${String(value)}`,
    hint: 'This is a defect of Mettle; please report it with the record.',
  });
}
