// Command lines of target files without a shell: words and quotes, nothing that could expand or chain.

/** Text that a shell would act on; without one it would be passed on as a plain word and surprise. */
const shellOnly = /^(?:&&|\|\||\||;|&|>|>>|<|2>|2>&1)$/;

/**
 * The words of a command line: blanks separate, '…' is literal, "…" knows \" and \\, a backslash elsewhere is itself.
 * Returns a sentence instead when the text cannot be a command.
 */
export function splitCommand(text: string): string[] | string {
  const words: string[] = [];
  const token = /\s+|'([^']*)'|"((?:\\.|[^"\\])*)"|([^\s'"]+)|(.)/gs;
  let word: string | undefined;
  let quoted = false;
  const finish = (): string | undefined => {
    if (word === undefined) return undefined;
    if (!quoted && shellOnly.test(word)) return word;
    words.push(word);
    word = undefined;
    quoted = false;
    return undefined;
  };
  for (const match of text.matchAll(token)) {
    const [whole, single, double, plain, stray] = match;
    if (stray !== undefined) return `the quote ${stray} is not closed`;
    const piece = single ?? double?.replace(/\\(["\\])/g, '$1') ?? plain;
    if (piece === undefined) {
      const operator = finish();
      if (operator !== undefined) return notAShell(operator);
    } else {
      word = (word ?? '') + piece;
      quoted ||= whole.startsWith("'") || whole.startsWith('"');
    }
  }
  const operator = finish();
  if (operator !== undefined) return notAShell(operator);
  const program = words[0];
  if (program === undefined) return 'a command is needed, e.g. `node dist/server.js`';
  if (/^[A-Za-z_]\w*=/.test(program)) return `\`${program}\` is no program: variables belong in \`env:\``;
  return words;
}

function notAShell(operator: string): string {
  return `\`${operator}\` needs a shell, and commands run without one; put it in a script of the target`;
}
