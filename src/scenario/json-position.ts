// Where a text stops being JSON: JSON.parse does not always say, and an error without a line is hard to find.

const space = /[ \t\r\n]*/y;
const scalar =
  /(?:"(?:[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w"])/y;

type Expected = 'value' | 'key' | ':' | ', or end';

/** The offset of the first thing that cannot stand where it stands; the text's length when it ends too early. */
export function jsonErrorOffset(source: string): number {
  const closers: ('}' | ']')[] = [];
  let expected = 'value' as Expected;
  let mayClose = false;
  let position = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = position;
    if (!pattern.test(source)) return false;
    position = pattern.lastIndex;
    return true;
  };
  const stepOver = (next: Expected, orClose: boolean): void => {
    position += 1;
    expected = next;
    mayClose = orClose;
  };
  for (;;) {
    skip(space);
    const character = source[position];
    const closer = closers.at(-1);
    if (mayClose && closer !== undefined && character === closer) {
      closers.pop();
      stepOver(', or end', true);
    } else if (expected === 'value' && (character === '{' || character === '[')) {
      closers.push(character === '{' ? '}' : ']');
      stepOver(character === '{' ? 'key' : 'value', true);
    } else if (expected === 'value' && skip(scalar)) {
      expected = ', or end';
      mayClose = true;
    } else if (expected === 'key' && character === '"' && skip(scalar)) {
      expected = ':';
      mayClose = false;
    } else if (expected === ':' && character === ':') stepOver('value', false);
    else if (expected === ', or end' && character === ',' && closer !== undefined) {
      stepOver(closer === '}' ? 'key' : 'value', false);
    } else return position;
  }
}
