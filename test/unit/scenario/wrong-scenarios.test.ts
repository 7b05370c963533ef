import { describe, expect, test } from 'vitest';
import { changed, problemsOf, scenarioText } from './read-fixture.ts';

/** What is changed in the example, to what, and every line that comes of it. */
type Case = readonly [from: string, to: string, ...problems: string[]];

const table = (cases: readonly Case[]): void => {
  test.each(cases.map(([from, to, ...problems]) => ({ from, to, problems })))(
    '$to',
    async ({ from, to, problems }) => {
      expect(await problemsOf(changed(from, to))).toEqual(problems);
    },
  );
};

describe('unknown keys, at every level', () => {
  table([
    ['warmup: 10s', 'wramup: 10s', 'rag.yml:50:1: unknown key "wramup" — did you mean "warmup"?'],
    ['arrivals:', 'arivals:', 'rag.yml:40:5: unknown key "arivals" — did you mean "arrivals"?'],
    ['spacing: poisson', 'spacng: poisson', 'rag.yml:43:33: unknown key "spacng" — did you mean "spacing"?'],
    ['pick: random', 'pik: random', 'rag.yml:6:37: unknown key "pik" — did you mean "pick"?'],
    [
      '    steps:\n      - http',
      '    stesp:\n      - http',
      'rag.yml:9:5: unknown key "stesp" — did you mean "steps"?',
    ],
    ['name: answer', 'nmae: answer', 'rag.yml:19:9: unknown key "nmae" — did you mean "name"?'],
    ['status: 200', 'staus: 200', 'rag.yml:15:19: unknown key "staus" — did you mean "status"?'],
    ['as: feed', 'az: feed', 'rag.yml:24:9: unknown key "az" — did you mean "as"?'],
    [
      'reply: { match: { $.type',
      'reply: { mtach: { $.type',
      'rag.yml:30:18: unknown key "mtach" — did you mean "match"?',
    ],
    ['think: 200ms..800ms', 'tink: 1s', 'rag.yml:17:9: unknown key "tink" — did you mean "think"?'],
    ['on: postgres', 'onn: postgres', 'rag.yml:56:5: unknown key "onn" — did you mean "on"?'],
    ['latency: 300ms', 'latncy: 300ms', 'rag.yml:57:13: unknown key "latncy" — did you mean "latency"?'],
    ['severity: warn', 'sevrity: warn', 'rag.yml:66:5: unknown key "sevrity" — did you mean "severity"?'],
    ['because: the', 'becuase: the', 'rag.yml:76:5: unknown key "becuase" — did you mean "because"?'],
    [
      'maxInFlight: 500',
      'color: red',
      'rag.yml:44:5: unknown key "color" — known here: flow, delay, saturate, every, iterations, arrivals, users, maxInFlight, onLimit',
    ],
    [
      'jitter: 50ms',
      'rate: 3',
      'rag.yml:57:29: unknown key "rate" — known here: latency, jitter, toxicity, direction',
    ],
  ]);
});

describe('connections', () => {
  const where = 'expected an address such as "http://127.0.0.1:3128"';
  table([
    ['seed: 42', 'http: { version: 3 }', 'rag.yml:4:18: expected 1.1 or 2'],
    ['seed: 42', 'http: { proxy: "socks5://127.0.0.1:1080" }', `rag.yml:4:16: ${where}`],
    ['seed: 42', 'http: { proxy: "http://me:secret@127.0.0.1:3128" }', `rag.yml:4:16: ${where}`],
    ['seed: 42', 'http: { proxy: "http://127.0.0.1:99999" }', `rag.yml:4:16: ${where}`],
    [
      'seed: 42',
      'http: { localAddress: eth0 }',
      'rag.yml:4:23: expected an address of this machine, such as "10.0.0.7"',
    ],
    [
      'seed: 42',
      'http: { connectTimeout: 5 }',
      'rag.yml:4:25: expected a duration with its unit, such as "5s"',
    ],
    [
      'seed: 42',
      'http: { keepalive: true }',
      'rag.yml:4:9: unknown key "keepalive" — did you mean "keepAlive"?',
    ],
    ['seed: 42', 'tls: { cert: a.pem }', 'rag.yml:4:6: `cert` and `key` go together: give both'],
    ['seed: 42', 'tls: { passphrase: x }', 'rag.yml:4:20: `passphrase` opens a `key`, and there is none'],
    [
      'seed: 42',
      'tls: { minVersion: TLSv1 }',
      'rag.yml:4:20: unknown word "TLSv1" — known here: TLSv1.2, TLSv1.3',
    ],
    ['seed: 42', 'tls: { ca: nowhere.pem }', 'rag.yml:4:12: nowhere.pem: no such file'],
  ]);
});

describe('parameters of faults', () => {
  const latency =
    'fault: latency\n    on: postgres\n    with: { latency: 300ms, jitter: 50ms, toxicity: 100% }';
  const instead = (fault: string, parameters: string): readonly [string, string] => [
    latency,
    `fault: ${fault}\n    on: postgres\n    with: { ${parameters} }`,
  ];
  table([
    instead('bandwidth', 'rate: 500KB/s, toxicity: 50%, direction: upstream'),
    instead('slow_close', 'delay: 2s'),
    instead('slicer', 'size: 64B, variation: 16B, delay: 500us'),
    instead('limit_data', 'bytes: 64KiB'),
    [...instead('bandwidth', 'toxicity: 50%'), 'rag.yml:57:11: missing key "rate"'],
    [...instead('bandwidth', 'rate: 500'), 'rag.yml:57:19: 500 has no unit; write 500KB/s'],
    [...instead('bandwidth', 'rate: 50/s'), 'rag.yml:57:19: "50/s" is not a rate such as 500KB/s or 1MB/s'],
    [...instead('bandwidth', 'rate: 0KB/s'), 'rag.yml:57:19: must be at least 1KB/s'],
    [
      ...instead('bandwidth', 'rate: 500B/s'),
      'rag.yml:57:19: "500B/s" is finer than the proxy can do: whole KB/s',
    ],
    [
      ...instead('bandwidth', 'rte: 1MB/s, rate: 1MB/s'),
      'rag.yml:57:13: unknown key "rte" — did you mean "rate"?',
    ],
    [...instead('slow_close', 'delay: 0s'), 'rag.yml:57:20: must be at least 1ms'],
    [
      ...instead('slicer', 'size: 64B, variation: 65B'),
      'rag.yml:57:35: must not be larger than size: a real Toxiproxy dies of it',
    ],
    [
      ...instead('slicer', 'size: 64KiB'),
      'rag.yml:57:19: must, with its variation, be below 32KiB: data comes in no larger pieces anyway',
    ],
    [...instead('limit_data', 'bytes: 64KB'), 'rag.yml:57:20: "64KB" is not a size such as 512B or 64KiB'],
    [...instead('limit_data', 'bytes: 1024'), 'rag.yml:57:20: 1024 has no unit; write 1024B'],
    instead('connections', 'count: 200, rate: 100/s, reopen: false'),
    [...instead('connections', 'rate: 100/s'), 'rag.yml:57:11: missing key "count"'],
    [...instead('connections', 'count: 0'), 'rag.yml:57:20: at least one connection'],
    [...instead('connections', 'count: 30000'), 'rag.yml:57:20: at most 20000 connections'],
    [...instead('connections', 'count: 5, rate: fast'), 'rag.yml:57:29: "fast" is not a rate such as 100/s'],
    [...instead('connections', 'count: 5, rate: 9000/s'), 'rag.yml:57:29: must be 1/s to 5000/s'],
    [
      ...instead('connections', 'count: 5, toxicity: 50%'),
      'rag.yml:57:23: unknown key "toxicity" — known here: count, rate, reopen',
    ],
  ]);
});

describe('promises in windows, and those that stop a run', () => {
  const recovery = '- recovery(slow-db) < 5s';
  table([
    ['severity: warn', 'window: 10s, abort: { after: 15s }'.replace(', ', '\n    ')],
    ['severity: warn', 'window: 10', 'rag.yml:66:13: 10 has no unit; write 10s or 10ms'],
    [
      'severity: warn',
      'window: 1500ms',
      'rag.yml:66:13: "1500ms" is finer than what is measured: whole seconds',
    ],
    [
      'severity: warn',
      'window: 91s',
      'rag.yml:66:13: the window is longer than the load that is judged, 90s',
    ],
    [
      recovery,
      '- { assert: recovery(slow-db) < 5s, window: 10s }',
      'rag.yml:63:47: `recovery` is about a whole fault: it has no windows',
    ],
    [
      recovery,
      '- { assert: silence(postgres) < 5s, window: 10s }',
      'rag.yml:63:47: `silence` is about a whole fault: it has no windows',
    ],
    ['severity: warn', 'abort: {}', 'rag.yml:66:12: missing key "after"'],
    [
      'severity: warn',
      'abort: { after: 2m }',
      'rag.yml:66:21: the load that is judged lasts 90s: it would be over before',
    ],
    [
      recovery,
      '- { assert: mean(query) < 5s, abort: { after: 5s } }',
      'rag.yml:63:40: `mean` cannot stop a run: it allows no share of bad answers that could be counted — use a percentile with `<`, or `error_rate`',
    ],
    [
      recovery,
      '- { assert: p95(query) < 5s during warmup, abort: { after: 5s } }',
      'rag.yml:63:53: nothing stops a run during its warm-up',
    ],
  ]);
});

describe('faults that repeat', () => {
  const times = (text: string): readonly [string, string] => [
    'for: 20s\n    fault',
    `for: 2s\n    ${text}\n    fault`,
  ];
  table([
    times('every: 10s'),
    times('every: 10s\n    times: 5'),
    [...times('every: 0s'), 'rag.yml:55:12: must be longer than 0'],
    [
      ...times('every: 2s'),
      'rag.yml:55:12: every 2s leaves less than 1s between the end of one and the begin of the next — `every` at least 3s, or a shorter `for`',
    ],
    [...times('times: 3'), 'rag.yml:55:12: `times` goes with `every`'],
    [...times('every: 10s\n    times: 9'), 'rag.yml:56:12: only 7 of 9 end inside the load of 100s'],
    [...times('every: 10s\n    times: 0'), 'rag.yml:56:12: at least one time'],
  ]);
});

describe('quantities', () => {
  table([
    ['warmup: 10s', 'warmup: 10', 'rag.yml:50:9: 10 has no unit; write 10s or 10ms'],
    ['warmup: 10s', "warmup: '10'", 'rag.yml:50:9: 10 has no unit; write 10s or 10ms'],
    [
      'warmup: 10s',
      'warmup: 10 parsecs',
      'rag.yml:50:9: "10 parsecs" is not a duration such as 300ms, 2s or 1m30s',
    ],
    [
      'warmup: 10s',
      'warmup: [10s]',
      'rag.yml:50:9: expected a duration such as 300ms, 2s or 1m30s, found a list',
    ],
    ['warmup: 10s', 'warmup:', 'rag.yml:50:1: "warmup" has no value'],
    ['rate: 5/s, for: 10s', 'rate: 5, for: 10s', 'rag.yml:41:17: 5 has no unit; write 5/s'],
    ['rate: 5/s, for: 10s', 'rate: 5/s, for: 0s', 'rag.yml:41:27: must be longer than 0'],
    ['5/s -> 40/s', '5/s -> 40', 'rag.yml:42:17: 40 has no unit; write 40/s'],
    [
      '5/s -> 40/s',
      '5/s > 40/s',
      'rag.yml:42:17: "5/s > 40/s" is not a rate such as 50/s, or a ramp such as 5/s -> 40/s',
    ],
    [
      'users: 0 -> 50',
      'users: 0..50',
      'rag.yml:48:18: "0..50" is not a number of users such as 50, or a ramp such as 0 -> 50',
    ],
    [
      'users: 50,',
      'users: -3,',
      'rag.yml:49:18: -3 is not a number of users such as 50, or a ramp such as 0 -> 50',
    ],
    ['200ms..800ms', '800ms..200ms', 'rag.yml:17:16: the range "800ms..200ms" runs backwards'],
    ['200ms..800ms', '200..800ms', 'rag.yml:17:16: 200 has no unit; write 200s or 200ms'],
    ['20 times every 500ms', '20', 'rag.yml:31:17: 20 has no unit; write 20 times'],
    ['20 times every 500ms', '20 times every 500', 'rag.yml:31:17: 500 has no unit; write 500s or 500ms'],
    ['20 times every 500ms', '0 times', 'rag.yml:31:17: must be repeated at least 1 time'],
    ['latency: 300ms', 'latency: 300', 'rag.yml:57:22: 300 has no unit; write 300ms'],
    ['seed: 42', 'seed: 4.2', 'rag.yml:4:7: expected a whole number, found the number 4.2'],
    ['seed: 42', 'seed: -1', 'rag.yml:4:7: must be at least 0'],
    ['p95(query) < 2s', 'p95(query) < 2', 'rag.yml:60:18: `2` needs a unit — write `2ms`'],
  ]);
});

describe('words and shapes', () => {
  table([
    ['name: rag with a slow database\n', '', 'rag.yml:1:1: missing key "name"'],
    ['fault: latency\n', 'inject: always # no fault\n', 'rag.yml:58:5: key "inject" occurs twice'],
    ['    fault: latency\n', '', 'rag.yml:52:5: missing key "fault"'],
    ['fault: latency', 'fault: latncy', 'rag.yml:55:12: unknown word "latncy" — did you mean "latency"?'],
    ['onLimit: drop', 'onLimit: wait', 'rag.yml:45:14: unknown word "wait" — known here: drop, queue'],
    ['maxInFlight: 500', 'maxInFlight: lots', 'rag.yml:44:18: expected a number, found the text "lots"'],
    [
      'users:\n      -',
      'maxInFlight: 3\n    users:\n      -',
      'rag.yml:47:18: `maxInFlight` goes with `arrivals`, not with `users`',
    ],
    [
      '    maxInFlight: 500',
      '    users: [{ users: 1, for: 1s }]',
      'rag.yml:44:12: `arrivals`, `users` and `saturate` exclude each other; write an entry for each',
    ],
    ['- p95(query) < 2s', '- 5', 'rag.yml:60:5: expected text or a map of keys, found the number 5'],
    [
      '- think: 200ms..800ms',
      '- wait a moment',
      'rag.yml:17:9: expected a map of keys, found the text "wait a moment"',
    ],
    [
      '- think: 200ms..800ms',
      '- name: x',
      'rag.yml:17:9: needs one of the keys http, ws, call, think, repeat, if, until',
    ],
    [
      'flows:\n',
      'flows:\n  1st: { steps: [{ think: 1s }] }\n',
      'rag.yml:8:3: a name is letters, digits, - and _, and begins with a letter',
    ],
    [
      "'Bearer {{env.RAG_TOKEN}}'",
      '{{env.RAG_TOKEN}}',
      'rag.yml:12:36: a key must be a text — put a text that begins with {{ in quotes',
    ],
    [
      'target: ../target.yml',
      'target: { http: "ftp://x" }',
      'rag.yml:2:17: a base URL is written like `http://127.0.0.1:{{port}}`, not `ftp://x`',
    ],
  ]);
});

describe('requests and answers', () => {
  const step = 'expect: { status: [200, 304] }';
  table([
    ['http: GET', 'http: TRACE', 'rag.yml:18:15: TRACE is not a method that steps can send'],
    [
      step,
      'stream: { untill: { events: 1 } }',
      'rag.yml:20:19: unknown key "untill" — did you mean "until"?',
    ],
    [step, 'stream: { until: { evnts: 1 } }', 'rag.yml:20:28: unknown key "evnts" — did you mean "events"?'],
    [
      step,
      'stream: { until: { events: 1, event: a } }',
      'rag.yml:20:26: expected one of events, match, text, event, such as { events: 5 }',
    ],
    [step, 'stream: evnts', 'rag.yml:20:17: unknown word "evnts" — did you mean "events"?'],
    [step, 'stream: 5', 'rag.yml:20:17: expected text or a map of keys, found the number 5'],
    [step, 'stream: { for: 5 }', 'rag.yml:20:24: expected a duration with its unit, such as "5s"'],
    [
      step,
      'stream: { for: 40s }\n        timeout: 30s',
      'rag.yml:20:24: the stream would be cut off before: make `timeout` longer than `for`',
    ],
    [
      step,
      'stream: { until: { text: "{{answerid}}" } }',
      'rag.yml:20:37: nothing is called {{answerid}} here — did you mean "answerId"?',
    ],
    [step, 'auth: { baerer: a }', 'rag.yml:20:17: unknown key "baerer" — did you mean "bearer"?'],
    [step, 'auth: { basic: { user: a } }', 'rag.yml:20:24: missing key "password"'],
    [step, 'auth: {}', 'rag.yml:20:15: expected either `basic` or `bearer`'],
    [step, 'auth: { basic: { user: "a:b", password: c } }', 'rag.yml:20:32: a user name holds no ":"'],
    [
      step,
      'auth: { bearer: "{{env.RAG_TOKN}}" }',
      'rag.yml:20:28: {{env.RAG_TOKN}} reads a variable that the target does not declare — did you mean "RAG_TOKEN"?',
    ],
    [step, 'redirects: 100', 'rag.yml:20:20: must be at most 20'],
    [step, 'file: nothing.bin', 'rag.yml:20:15: nothing.bin: no such file'],
    [
      step,
      'file: ../../../../../package.json',
      'rag.yml:20:15: ../../../../../package.json: the file is outside the project',
    ],
    [
      step,
      'file: "{{user}}.bin"',
      'rag.yml:20:15: the path of a file is no template: it must be known before the run',
    ],
    [step, 'multipart: { a: [b, { file: nothing.bin }] }', 'rag.yml:20:37: nothing.bin: no such file'],
    [step, 'multipart: { a: { fil: x } }', 'rag.yml:20:27: unknown key "fil" — did you mean "file"?'],
    [
      step,
      'json: 1\n        file: questions.csv',
      'rag.yml:21:15: a request has one body: `json` and `file` are both given',
    ],
    [
      step,
      'headers: { content-length: 5 }',
      'rag.yml:20:36: "content-length" cannot be set: it follows from the body',
    ],
    [
      step,
      'expect: { duration: 500ms }',
      'rag.yml:20:29: "500ms" does not say how much: expected a limit with its unit, such as "< 500ms"',
    ],
    [
      step,
      'expect: { text: { regex: ( } }',
      'rag.yml:20:34: "(" is not a regular expression (Invalid regular expression: /(/u: Unterminated group)',
    ],
    [step, 'expect: { events: 5 }', 'rag.yml:20:27: `events` goes with `stream`'],
    [step, 'wait: maybe', 'rag.yml:20:15: expected true or false, found the text "maybe"'],
  ]);
});

describe('references', () => {
  table([
    ['flow: ask', 'flow: aks', 'rag.yml:39:11: unknown flow "aks" — did you mean "ask"?'],
    ['variant: after', 'variant: aftr', 'rag.yml:3:10: unknown variant "aftr" — did you mean "after"?'],
    [
      'name: answer',
      'name: query',
      'rag.yml:19:15: two steps are named "query" — give each a `name` of its own',
    ],
    [
      'http: POST /query',
      'http: POST /query\n        via: extnsion',
      'rag.yml:11:14: unknown client of the target "extnsion" — did you mean "extension"?',
    ],
    ['ws: send feed', 'ws: send fed', 'rag.yml:27:13: unknown socket "fed" — did you mean "feed"?'],
    ['on: postgres', 'on: postgers', 'rag.yml:56:9: unknown link "postgers" — did you mean "postgres"?'],
    ['p95(query) < 2s', 'p95(qurey) < 2s', 'rag.yml:60:9: unknown series `qurey` — did you mean `query`?'],
    [
      'error_rate < 1%',
      'eror_rate < 1%',
      'rag.yml:65:13: unknown metric `eror_rate` — did you mean `error_rate`?',
    ],
    ['during steady', 'during stedy', 'rag.yml:61:31: unknown phase `stedy` — did you mean `steady`?'],
    [
      'during fault:slow-db',
      'during fault:slow-bd',
      'rag.yml:62:35: unknown phase `fault:slow-bd` — did you mean `fault:slow-db`?',
    ],
    ['recovery(slow-db)', 'recovery(fast-db)', 'rag.yml:63:14: unknown fault `fast-db` — known: slow-db'],
    [
      'recovery(slow-db) < 5s',
      'hold(postgers) < 5s',
      'rag.yml:63:10: no network fault is put on `postgers`, so no proxy watches it — did you mean `postgres`?',
    ],
    [
      'recovery(slow-db) < 5s',
      'retry_amplification < 3',
      'rag.yml:63:5: `retry_amplification` needs a dependency — write `retry_amplification(<dependency>)`',
    ],
    [
      'primary: p95(query)',
      'primary: p95(quer)',
      'rag.yml:69:14: unknown series `quer` — did you mean `query`?',
    ],
    [
      'primary: p95(query)',
      'primary: silence(postgres)',
      'rag.yml:69:10: nothing says whether less or more of `silence(postgres)` is better — promise it in `slo` with `<` or `>`, or compare another metric',
    ],
    [
      'metric: p50(query)',
      'metric: p50(qery)',
      'rag.yml:73:17: unknown series `qery` — did you mean `query`?',
    ],
    [
      'achieved(query)',
      'achieved(subscribe)',
      'rag.yml:64:5: `achieved` needs due times, and closed unpaced load has none — use `arrivals`, a paced `repeat … every`, or leave it out',
    ],
    [
      '{{questions.text}}',
      '{{questions.txt}}',
      'rag.yml:13:30: nothing is called {{questions.txt}} here — did you mean "questions.text"?',
    ],
    [
      '{{answerId}}',
      '{{answerid}}',
      'rag.yml:18:30: nothing is called {{answerid}} here — did you mean "answerId"?',
    ],
    [
      'env.RAG_TOKEN',
      'env.RAG_TOKN',
      'rag.yml:12:45: {{env.RAG_TOKN}} reads a variable that the target does not declare — did you mean "RAG_TOKEN"?',
    ],
    [
      'requestId: ',
      "requestId: '{{answerId}}', again: ",
      'rag.yml:13:63: nothing is called {{answerId}} here — known: questions.text, questions.topic, env, iteration, now, random, sent, user, uuid',
    ],
    ['questions.csv', 'question.csv', 'rag.yml:6:22: question.csv: no such file'],
    [
      'questions.csv',
      '../../../../../package.json',
      'rag.yml:6:22: ../../../../../package.json: the file is outside the project — Keep data beside the scenario.',
    ],
  ]);
});

describe('branches, polls and turns', () => {
  const instead = (step: string, ...problems: string[]): Case => ['- think: 200ms..800ms', step, ...problems];
  const poll = (condition: string): string =>
    `- until: ${condition}\n        atMost: 3 times\n        steps: [{ think: 1s }]`;
  table([
    instead(poll('answerId = 3'), 'rag.yml:17:25: "=" is not known here — write "=="'),
    instead(poll('answerId == 3 && uuid'), 'rag.yml:17:30: "&&" is not known here — write "and"'),
    instead(poll('(answerId'), 'rag.yml:17:16: "(" is never closed'),
    instead(poll('answerId =='), 'rag.yml:17:27: expected a name or a value, found the end'),
    instead(
      poll('answerId 3'),
      'rag.yml:17:25: "3" is not expected here — comparisons are joined by "and" or "or"',
    ),
    instead(
      poll('answerId > 3s'),
      'rag.yml:17:27: "3s" is not a number — numbers have no unit, and text stands in quotes',
    ),
    instead(
      poll("'{{answerId}}'"),
      'rag.yml:17:16: names stand without braces in a condition — write status, not {{status}}',
    ),
    instead(poll('anserId'), 'rag.yml:17:16: nothing is called {{anserId}} here — did you mean "answerId"?'),
    instead(poll('answerId == "a'), 'rag.yml:17:28: a text that is never closed'),
    instead(poll('3'), 'rag.yml:17:16: expected a condition such as status == "done"'),
    instead(
      '- until: answerId\n        steps: [{ think: 1s }]',
      'rag.yml:17:9: needs a limit: `atMost: 20 times`, `within: 30s`, or both',
    ),
    instead(poll('answerId').replace('3 times', '3'), 'rag.yml:18:17: 3 has no unit; write 3 times'),
    instead(
      '- if: answerId\n        steps: [{ think: 1s }]',
      'rag.yml:17:9: missing key "then"',
      'rag.yml:18:9: unknown key "steps" — known here: if, then, else',
    ),
    instead(
      '- if: answerId\n        then: [{ tink: 1s }]',
      'rag.yml:18:18: unknown key "tink" — did you mean "think"?',
    ),
    instead(
      '- repeat: for 10\n        steps: [{ think: 1s }]',
      'rag.yml:17:17: 10 has no unit; write 10s or 10ms',
    ),
    [
      '      - http: POST /query',
      '      - if: iteration > 3\n        then: [{ http: GET /x }]\n      - http: POST /query',
      'rag.yml:10:9: the first request must not be inside an `if`: an arrival that is dropped would count nowhere — make a flow of each branch, with weights, or put a step before it',
    ],
  ]);
});

describe('hooks', () => {
  table([
    [
      '- think: 200ms..800ms',
      '- call: sign',
      'rag.yml:17:15: `call` needs a module of functions — name it: `hooks: hooks.ts`',
    ],
    [
      '- think: 200ms..800ms',
      '- call: a.b',
      'rag.yml:17:15: expected the name of a function that the hooks module exports',
    ],
    [
      'seed: 42',
      'hooks: hooks.py',
      'rag.yml:4:8: expected a JavaScript or TypeScript module, such as "hooks.ts"',
    ],
    ['seed: 42', 'hooks: missing.ts', 'rag.yml:4:8: missing.ts: no such file'],
    ['seed: 42', 'hooks: ../../../../../package.js', 'rag.yml:4:8: ../../../../../package.js: no such file'],
  ]);

  test('a function that the module does not export', async () => {
    const text = changed('seed: 42', 'hooks: hooks.mts').replace(
      '- think: 200ms..800ms',
      '- call: signRequst',
    );
    expect(await problemsOf(text)).toEqual([
      'rag.yml:17:15: hooks.mts exports no function "signRequst" — did you mean "signRequest"?',
    ]);
  });
});

describe('data and templates', () => {
  table([
    ['pick: random', 'whenOut: fail', 'rag.yml:6:46: `whenOut` goes with `pick: unique`'],
    [
      'pick: random',
      'types: { txt: number }',
      'rag.yml:6:22: questions.csv:1: there is no column "txt" to have a type — did you mean "text"?',
    ],
    [
      'pick: random',
      'types: { text: number }',
      'rag.yml:6:22: questions.csv:2: text: "What is a fault?" is not a number',
    ],
    [
      'capture: { answerId: $.id }',
      'capture: { answerId: $.id, now: $.t }',
      'rag.yml:16:36: "now" always means the same in templates — choose another name',
    ],
    [
      '{{questions.text}}',
      '{{urlencode(questions.txt)}}',
      'rag.yml:13:40: nothing is called {{questions.txt}} here — did you mean "questions.text"?',
    ],
    [
      '{{uuid}}',
      '{{rndom.int(1, 2)}}',
      'rag.yml:13:63: "rndom.int" is not a function of templates — did you mean "random.int"?',
    ],
  ]);
});

describe('times and claims', () => {
  table([
    ['at: 30s', 'at: 300s', 'rag.yml:53:9: the fault begins at 5m, when the load of 100s is over'],
    [
      'for: 20s\n    fault',
      'for: 90s\n    fault',
      'rag.yml:54:10: the fault ends at 2m, after the load of 100s',
    ],
    [
      'warmup: 10s',
      'warmup: 100s',
      'rag.yml:50:9: a warm-up of 100s leaves nothing of a load of 100s — make it shorter than the load',
    ],
    [
      'at least 60% lower',
      'at lest 60% lower',
      'rag.yml:74:13: cannot read `at lest 60% lower` — write `at least 60% lower`, `at least 2x higher`, `at least 5 points lower` or `no worse than 10%`',
    ],
    [
      '    because: the documented 80 % was measured with a different model\n',
      '',
      'rag.yml:74:13: "at least 60% lower" is less than what is documented (9.62s to 2s) — say why in `because`',
    ],
  ]);
});

test('the same id twice is refused for faults and for claims', async () => {
  const fault = '  - { id: slow-db, at: 60s, for: 5s, fault: down, on: llm }\nslo:';
  expect(await problemsOf(changed('slo:', fault))).toEqual([
    'rag.yml:59:11: two faults have the id "slow-db"',
  ]);
  const claim =
    'claims:\n  - { id: latency-under-load, says: x, metric: p50(query), expect: no worse than 10% }';
  expect(await problemsOf(changed('claims:', claim))).toEqual([
    'rag.yml:72:9: two claims have the id "latency-under-load"',
  ]);
});

test('a primary metric that may be good or bad is taken as it is promised', async () => {
  const silent = changed('primary: p95(query)', 'primary: silence(postgres)');
  const promised = (slo: string): string => silent.replace('slo:', `slo:\n${slo}`);
  expect(await problemsOf(promised('  - silence(postgres) > 2s'))).toEqual([]);
  const both = await problemsOf(promised('  - silence(postgres) > 2s\n  - silence(postgres) < 9s'));
  expect(both).toEqual([expect.stringContaining('nothing says whether less or more of `silence(postgres)`')]);
});

test('recovery needs steady promises, and no other fault at its end', async () => {
  const slo = /slo:[^]*primary:/.exec(scenarioText)?.[0] ?? '';
  const alone = changed(slo, 'slo:\n  - recovery(slow-db) < 5s\nprimary:');
  expect(await problemsOf(alone)).toEqual([
    'rag.yml:60:5: `recovery` is held against steady promises, and there is none — add one, e.g. `error_rate < 1%`',
  ]);
  const second = '  - { id: late, at: 45s, for: 20s, fault: down, on: llm }\nslo:';
  expect(await problemsOf(changed('slo:', second))).toEqual([
    'rag.yml:64:5: the fault "late" is still in effect when "slow-db" is cleared — let it end before, or begin after',
  ]);
});

test('an unknown target is told with those in reach', async () => {
  const [problem] = await problemsOf(changed('target: ../target.yml', 'target: no-such-target'));
  expect(problem).toMatch(/^rag\.yml:2:9: there is no target `no-such-target` — /);
});
