// The journal outlives the command and is shown to people: passwords that reach it are blanked on the way in.

const secretKey = /passw|secret|authorization|credential|cookie|api[-_]?key|private[-_]?key/i;
const userInfo = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]*@/gi;
const assignment = /\b([\w.-]*(?:passw|secret|token|api[-_]?key)[\w.-]*\s*[=:]\s*)[^\s,;]+/gi;

/** One line of JSON, without the user part of URLs, without values of secret-looking keys or assignments in texts. */
export function redacted(value: unknown): string {
  return JSON.stringify(value, (key, item: unknown) => {
    if (secretKey.test(key)) return '[redacted]';
    if (typeof item !== 'string') return item;
    return item.replace(userInfo, '$1').replace(assignment, '$1[redacted]');
  });
}
