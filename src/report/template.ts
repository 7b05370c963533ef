// Handlebars templates of reports/templates: compiled once, strict, everything escaped unless a chart made it.

import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import { packagePath } from '../kernel/entry.ts';
import { escapeMarkup } from './escape.ts';

const folder = 'reports/templates';
const read = (name: string): string => readFileSync(packagePath(`${folder}/${name}`), 'utf8');

/** Markup made by the charts, which escape what they draw. */
export type Markup = InstanceType<typeof Handlebars.SafeString>;
export const markup = (text: string): Markup => new Handlebars.SafeString(text);

/** Compiles on first use, so that commands without reports read no template. */
export function template<View extends object>(name: string): (view: View) => string {
  let compiled: ((view: object) => string) | undefined;
  return (view) => {
    compiled ??= compile(name);
    return compiled(view);
  };
}

function compile(name: string): (view: object) => string {
  const handlebars = Handlebars.create();
  handlebars.Utils.escapeExpression = (value: unknown) => {
    if (value instanceof Handlebars.SafeString) return value.toString();
    return typeof value === 'string' || typeof value === 'number' ? escapeMarkup(String(value)) : '';
  };
  handlebars.registerPartial('page', read('page.hbs'));
  const styles = read('styles.css');
  const render = handlebars.compile<object>(read(name), {
    strict: false,
    preventIndent: true,
  });
  return (view) => render({ ...view, styles: markup(styles) });
}
