// The text format of Prometheus and what OpenMetrics adds: what is read of it, and what is refused line by line.

import { describe, expect, it } from 'vitest';
import { kindOf, parseExposition, parseSeries } from '../../../src/system/exposition.ts';

const plain = `# HELP http_requests_total The total: \\\\ and \\n "quoted" {braces}
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9
metric_without_timestamp_and_labels 12.47
something_weird{problem="division by zero"} +Inf -3982045
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{le="0.05"} 24054
http_request_duration_seconds_bucket{le="+Inf"} 144320
http_request_duration_seconds_sum 53423
http_request_duration_seconds_count 144320
# TYPE rpc_duration_seconds summary
rpc_duration_seconds{quantile="0.99"} NaN
rpc_duration_seconds_sum 1.7560473e+07
rpc_duration_seconds_count 2693
`;

const valueOf = (line: string): number | undefined => parseExposition(line).samples[0]?.value;

describe('the text format 0.0.4', () => {
  const { samples, types, malformed } = parseExposition(plain);
  const kinds = Object.fromEntries(
    samples.map(({ series }) => {
      const parsed = parseSeries(series);
      const name = typeof parsed === 'string' ? parsed : parsed.name;
      return [name, kindOf(name, types)];
    }),
  );

  it('is read line by line', () => {
    expect(malformed).toBe(0);
    expect(samples).toHaveLength(12);
    expect(samples[0]).toEqual({ series: 'http_requests_total{method="post",code="200"}', value: 1027 });
    expect(samples.map(({ value }) => value)).toEqual([
      ...[1027, 3, 1_458_255_915, 12.47, Infinity, 24_054, 144_320, 53_423, 144_320, NaN, 17_560_473, 2693],
    ]);
  });

  it('unescapes the values of labels', () => {
    expect(parseSeries(samples[2]?.series ?? '')).toEqual({
      name: 'msdos_file_access_time_seconds',
      labels: { error: 'Cannot find file:\n"FILE.TXT"', path: 'C:\\DIR\\FILE.TXT' },
    });
  });

  it('gives each sample the kind of its family', () => {
    expect(kinds).toEqual({
      http_requests_total: 'counter',
      msdos_file_access_time_seconds: 'untyped',
      metric_without_timestamp_and_labels: 'untyped',
      something_weird: 'untyped',
      http_request_duration_seconds_bucket: 'histogram',
      http_request_duration_seconds_sum: 'histogram',
      http_request_duration_seconds_count: 'histogram',
      rpc_duration_seconds: 'summary',
      rpc_duration_seconds_sum: 'summary',
      rpc_duration_seconds_count: 'summary',
    });
  });

  it.each<[string, number]>([
    ['a -0.5', -0.5],
    ['a .5', 0.5],
    ['a 5.', 5],
    ['a 1E-3', 0.001],
    ['a -Inf', -Infinity],
    ['a inf', Infinity],
    ['a nan', NaN],
    ['a{} 1', 1],
    ['a{b="}"} 2', 2],
    ['a {b="1", c="2",} 3', 3],
    ['a\t4\t17', 4],
    ['a 5\r', 5],
    ['  a 6', 6],
  ])('%j has a value', (line, value) => {
    expect(valueOf(line)).toBe(value);
  });
});

describe('OpenMetrics', () => {
  const text = `# TYPE foo counter
# UNIT foo seconds
foo_total{a="b"} 17.0 1520879607.789 # {trace_id="KOO5S4vxi0o"} 0.67 1520879607.5
foo_created 1520430000.123
# TYPE size gaugehistogram
size_bucket{le="+Inf"} 4
size_gcount 4
# TYPE build info
build_info{version="1"} 1
# TYPE load unknown
load 3
# EOF
after_the_end 1
`;
  const { samples, types, malformed, hasEnd } = parseExposition(text);

  it('has exemplars, which are passed over, and an end', () => {
    expect(malformed).toBe(0);
    expect(hasEnd).toBe(true);
    expect(samples[0]).toEqual({ series: 'foo_total{a="b"}', value: 17 });
    expect(samples.map(({ series }) => series)).not.toContain('after_the_end');
    expect(parseExposition('foo_total 1\n').hasEnd).toBe(false);
  });

  it.each([
    ['foo_total', 'counter'],
    ['foo_created', 'gauge'],
    ['size_bucket', 'gauge'],
    ['size_gcount', 'gauge'],
    ['build_info', 'gauge'],
    ['load', 'untyped'],
    ['foo', 'counter'],
    ['foo_sum', 'untyped'],
  ])('%s is a %s', (name, kind) => {
    expect(kindOf(name, types)).toBe(kind);
  });
});

describe('what cannot be read', () => {
  it.each([
    ['a', 1, 'no value', ['a']],
    ['<!doctype html>', 1, 'its value is no number', []],
    ['a 0x10', 1, 'its value is no number', ['a']],
    ['a 1_000', 1, 'its value is no number', ['a']],
    ['a 1e', 1, 'its value is no number', ['a']],
    ['a 1 soon', 1, 'its timestamp is no number', ['a']],
    ['a 1 2 3', 1, 'more than a value and a timestamp', ['a']],
    ['a{b="c" 1', 1, 'the labels are never closed', ['a']],
    ['{b="c"}', 1, 'no value', []],
    ['ok 1\n\na ', 3, 'no value', ['a']],
  ])('%j is counted and told, with the names that lack a value by it', (text, number, why, unread) => {
    const { malformed, first, ...told } = parseExposition(text);
    expect([malformed, first]).toEqual([1, { number, line: text.split('\n').at(-1)?.trim(), why }]);
    expect([...told.unread]).toEqual(unread);
  });

  it('does not cost the lines around it', () => {
    const { samples, malformed } = parseExposition('a 1\nb\nc{d="\nc 3');
    expect(samples.map(({ series }) => series)).toEqual(['a', 'c']);
    expect(malformed).toBe(2);
  });

  it.each([
    ['{b="c"}', 'no name of a metric'],
    ['1a', 'no name of a metric'],
    ['a{1b="c"}', 'labels that cannot be read'],
    ['a{b=c}', 'labels that cannot be read'],
    ['a{b="c" d="e"}', 'labels that cannot be read'],
    ['a{b="c",,d="e"}', 'labels that cannot be read'],
    ['a{__proto__="x"}', 'a label that begins with `__` is reserved'],
    ['a{b="c",b="d"}', 'a label stands twice'],
    [`a{b="${'x'.repeat(2_000)}"}`, 'a label of more than 1024 characters'],
    [`a{${Array.from({ length: 65 }, (_, index) => `l${index}="1"`).join(',')}}`, 'more than 64 labels'],
    ['a'.repeat(301), 'a name of more than 300 characters'],
  ])('%.40s is no series', (series, wrong) => {
    expect(parseSeries(series)).toBe(wrong);
  });

  it('takes types from the target as words only', () => {
    const { types } = parseExposition('# TYPE a constructor\n# TYPE b counter\n');
    expect(kindOf('a', types)).toBe('untyped');
    expect(kindOf('b_constructor', types)).toBe('untyped');
  });
});
