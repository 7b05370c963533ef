// What editors show for keys whose schema does not say it itself, by the end of a key's path (`variants.start`).

export type Descriptions = Readonly<Record<string, string>>;

export const scenarioDescriptions: Descriptions = {
  'chaos.fault': 'The kind of fault.',
  'chaos.with': 'Parameters of the fault.',
  'step.http': 'Method and path, or an absolute URL: `GET /answers/{{answerId}}`.',
  'step.ws':
    '`connect <path>` (with `as:`), then `send`, `await`, `ping`, `close` or `await-close` and its name.',
  'step.think': 'A pause: `1s`, or a range: `200ms..800ms`.',
  'step.call': 'The function of the hooks module that is called.',
  'step.with': 'The second argument of the function; texts inside are templates.',
  'step.sets': 'Names that the function sets itself, for the templates of later steps.',
  'step.repeat':
    '`5 times` or `for 10s` (back to back), `20 times every 500ms` or `for 10s every 1s` (on a grid of due times).',
  'step.steps': 'The steps of one turn.',
  'step.until': 'Asked after each turn: names compared with values, e.g. `status == "done"`.',
  'step.every': 'From the start of a turn to the start of the next; default: back to back.',
  'step.atMost': 'The most turns, e.g. `20 times`; not reached by then, the iteration has failed.',
  'step.within': 'The longest time, e.g. `30s`; not reached by then, the iteration has failed.',
  'step.if': 'Names compared with values, e.g. `status == "done" and not token`.',
  'step.then': 'The steps that are run when it holds.',
  'step.else': 'The steps that are run when it does not.',
  'step.name': "The series' name, unique in the file; default: what the step does.",
  'step.via': 'A client of the target to send through, instead of to the target itself.',
  'step.as': 'Names the socket for the steps after it.',
  'step.headers': 'Header lines by name; values are templates.',
  'step.query': 'Parameters added to the path; values are templates.',
  'step.json': 'A JSON body or message; texts inside are templates.',
  'step.form': 'A form body (URL-encoded); values are templates.',
  'step.text': 'A text body or message; a template.',
  'step.timeout': 'How long the answer may take, connecting and redirects included; default: 30s.',
  'step.expect': 'What a good answer is; default: any status from 200 to 399.',
  'expect.status': 'The status, or a list of them.',
  'expect.headers': 'Header lines by name: `present`, `absent`, or the exact value.',
  'expect.json': 'By JSONPath: `present`, `absent`, or the exact value.',
  'step.capture':
    'Keeps parts of the answer for later steps, by name: a JSONPath, `status`, a header, a cookie or a regular expression.',
  'text.regex': 'A regular expression that the body matches.',
  'capture.header': 'The name of a header.',
  'capture.regex': 'A regular expression: its first group in the body, or the whole match.',
  'step.wait': 'false: the iteration goes on at once, and waits for the answer at its end; default: true.',
  'basic.user': 'User name; a template.',
  'basic.password': 'Password; a template, so that it can come from `{{env.…}}`.',
  'step.onError': 'What a failed step does to the rest of its iteration; default: stop.',
  'step.reply': 'The message that ends the round trip; other messages do not disturb it.',
  'reply.match':
    'JSONPaths (`present`, `absent`, or the exact value; `{{sent.…}}` is the message sent), `any`, a text, a regular expression, or bytes.',
  'reply.timeout': 'How long the reply may take; default: 30s.',
  'step.match':
    'The awaited message: JSONPaths (`present`, `absent`, or the exact value), `any`, a text, a regular expression, or bytes.',
};

const start = 'A command, run in the folder of this file; it can run code.';

export const targetDescriptions: Descriptions = {
  name: 'The name of the target.',
  variants: 'Ways to run the target, e.g. `before` and `after`, by name.',
  start,
  'variants.env': 'Environment variables of this variant.',
  'variants.http': 'Base URL of a server that runs already.',
  'variants.ws': 'Base URL of the WebSockets of a server that runs already.',
  'variants.environment':
    'What kind of system it is, e.g. `staging`; a host that is not loopback and says nothing is production.',
  'variants.limits': 'The most load that may be sent to it.',
  'limits.rate': 'Arrivals, e.g. `100/s`.',
  'limits.users': 'Virtual users.',
  http: 'Base URL of variants that are started; `{{port}}` is picked by Mettle and given as PORT.',
  ws: 'Base URL of the WebSockets of variants that are started.',
  ready: 'When it can be loaded: `GET /ready within 60s`.',
  dependencies: 'What the target needs, each reached through a fault proxy of its own, by name.',
  'dependencies.provide': 'An embedded server, or yours when the variable in `env` is set.',
  'dependencies.env': 'The variable in which the target is given the address.',
  clients: 'Processes that are clients of the target, by name; steps reach them with `via:`.',
  'clients.env': "The variable in which the client is given the target's address.",
  prepare:
    'A command run once per variant; each run starts from a fresh copy of what it left. It can run code.',
  docker: 'The containers that faults may be put on, and the engine that runs them.',
  observe: 'What is measured of the target itself.',
  'observe.docker': 'What the containers of `docker.project` use and what happens to them, faults or not.',
  'observe.process': 'CPU and memory of the process tree that was started.',
  secrets:
    'The only environment variables that templates may read, as `{{env.<name>}}`; redacted everywhere.',
  allow: 'Hosts that load may be sent to besides loopback.',
};
