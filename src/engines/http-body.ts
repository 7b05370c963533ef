// The body of a step's request: its templates compiled once, its type, and how it is made for each request.

import type { Json } from '../kernel/json.ts';
import type { EngineEnvironment, Scope, TemplateCompiler } from './engine.ts';
import type { OpenFile } from './held-files.ts';
import { typeOfFile } from './held-files.ts';
import type { HttpRequest } from './http-exchange.ts';
import type { HttpBody } from './http-body-input.ts';
import { compileMultipart } from './multipart.ts';
import { jsonText } from './unresolved.ts';

interface RenderedBody {
  readonly body: HttpRequest['body'];
  /** Of a stream; null = what the body itself says. */
  readonly bytes: number | null;
  /** What `{{sent.…}}` refers to. */
  readonly sent: Json | null;
}

export interface BodyPlan {
  /** Its content type; null = none. */
  readonly type: string | null;
  readonly isFixed: boolean;
  /** Throws UnresolvedValue. */
  render(scope: Scope): RenderedBody;
}

export interface Fields {
  readonly isFixed: boolean;
  render(scope: Scope): URLSearchParams;
}

export function compileFields(fields: Readonly<Record<string, string>>, templates: TemplateCompiler): Fields {
  const compiled = Object.entries(fields).map(([name, value]) => [name, templates.text(value)] as const);
  return {
    isFixed: compiled.every(([, value]) => value.fixed !== undefined),
    render: (scope) =>
      new URLSearchParams(compiled.map(([name, value]): [string, string] => [name, value.render(scope)])),
  };
}

type PlanOf<Kind extends HttpBody['kind']> = (
  body: Extract<HttpBody, { kind: Kind }>,
  environment: EngineEnvironment,
  open: OpenFile,
) => BodyPlan;

const jsonPlan: PlanOf<'json'> = ({ value }, { templates }) => {
  const template = templates.json(value);
  return {
    type: 'application/json',
    isFixed: template.fixed !== undefined,
    render: (scope) => {
      const sent = template.render(scope);
      return { body: jsonText(sent), bytes: null, sent };
    },
  };
};

const formPlan: PlanOf<'form'> = (body, { templates }) => {
  const fields = compileFields(body.fields, templates);
  return {
    type: 'application/x-www-form-urlencoded',
    isFixed: fields.isFixed,
    render: (scope) => {
      const form = fields.render(scope);
      return { body: form.toString(), bytes: null, sent: Object.fromEntries(form) };
    },
  };
};

const textPlan: PlanOf<'text'> = ({ text }, { templates }) => {
  const template = templates.text(text);
  return {
    type: 'text/plain; charset=utf-8',
    isFixed: template.fixed !== undefined,
    render: (scope) => {
      const sent = template.render(scope);
      return { body: sent, bytes: null, sent };
    },
  };
};

const filePlan: PlanOf<'file'> = ({ file }, environment, open) => {
  const { content, bytes, open: stream } = open(environment.file(file));
  const rendered: RenderedBody = {
    body: content ?? stream,
    bytes: content === null ? bytes : null,
    sent: null,
  };
  return { type: typeOfFile(file), isFixed: true, render: () => rendered };
};

const multipartPlan: PlanOf<'multipart'> = ({ parts }, environment, open) => {
  const { templates, file } = environment;
  const form = compileMultipart(parts, templates, (written) => open(file(written)));
  return {
    type: form.type,
    isFixed: form.isFixed,
    render: (scope) => {
      const { body, bytes, sent } = form.render(scope);
      return { body, bytes: Buffer.isBuffer(body) ? null : bytes, sent };
    },
  };
};

const nothing: RenderedBody = { body: null, bytes: null, sent: null };

/** Throws MettleError (a file that cannot be read) and what the template compiler throws. */
export function compileBody(body: HttpBody | null, environment: EngineEnvironment, open: OpenFile): BodyPlan {
  if (body === null) return { type: null, isFixed: true, render: () => nothing };
  switch (body.kind) {
    case 'json':
      return jsonPlan(body, environment, open);
    case 'form':
      return formPlan(body, environment, open);
    case 'text':
      return textPlan(body, environment, open);
    case 'file':
      return filePlan(body, environment, open);
    case 'multipart':
      return multipartPlan(body, environment, open);
  }
}
