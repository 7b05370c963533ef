// Takes credentials out of text before it is stored or shown.

const redacted = '[redacted]';

const sensitiveWord =
  /authorization|cookie|token|passw(?:or)?d|passphrase|secret|api[_-]?key|credential|session[_-]?id|private[_-]?key/i;

/** True for names of fields, headers and variables such as `accessToken`, `db_password`, `Authorization`. */
export const isSensitiveName = (name: string): boolean => sensitiveWord.test(name);

/**
 * Name and value in the three ways they are written. Groups: what stands before the value, the name, the value.
 * Names are bounded and judged apart, so that no text makes the search slow.
 */
const jsonField = /(["']([^"'\\]{1,100})["']\s{0,20}:\s{0,20})("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,}\]"'[{]+)/g;
const quotedJsonField = /(\\"([^"\\]{1,100})\\"\s{0,20}:\s{0,20})(\\"(?:[^"\\]|\\[^"])*(?:\\")?)/g;
const parameter = /((?:[?&;\s]|^)([\w.[\]-]{1,100})=)([^&\s;"']+)/g;

/** To the end of the line: their values hold spaces, commas and semicolons. */
const header =
  /\b((?:proxy-)?authorization|(?:set-)?cookie2?|x-[\w-]{0,60}(?:token|key|secret)[\w-]{0,60})(\s{0,20}[:=]\s{0,20})(?!")[^\r\n]+/gi;

const bare: readonly (readonly [RegExp, string])[] = [
  [header, `$1$2${redacted}`],
  [/\b(Bearer|Basic|Digest)\s+[\w\-.~+/]{6,}=*/gi, `$1 ${redacted}`],
  // a JSON web token
  [/\beyJ[\w-]{5,4000}\.[\w-]{5,4000}(?:\.[\w-]{0,4000})?/g, redacted],
  // https://user:password@host
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@:]{0,200}:[^\s/@]{1,200}@/gi, `$1${redacted}@`],
];

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The forms in which a secret may stand in text: as it is, in a URL (alone, in its path, in a query or form), in JSON, in basic authentication. */
const formsOf = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  encodeURI(secret),
  // As steps write it into a path: only what no URL holds is encoded.
  secret.replace(/[^\x21\x22\x24-\x7e]/gu, encodeURIComponent),
  new URLSearchParams([['', secret]]).toString().slice(1),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64'),
];

/** The value goes when its name is a sensitive one; `mark` is what stands in its place. */
const replaceNamed = (text: string, shape: RegExp, mark: string): string =>
  text.replace(shape, (whole: string, start: string, name: string) =>
    isSensitiveName(name) ? `${start}${mark}` : whole,
  );

/** A function that replaces the values of declared secrets, and whatever looks like a credential. */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const forms = [...new Set(secrets.filter((secret) => secret !== '').flatMap(formsOf))]
    .sort((a, b) => b.length - a.length)
    .map(escaped);
  const declared = forms.length === 0 ? null : new RegExp(forms.join('|'), 'g');
  return (text) => {
    let result = declared === null ? text : text.replace(declared, redacted);
    result = replaceNamed(result, jsonField, `"${redacted}"`);
    result = replaceNamed(result, quotedJsonField, `\\"${redacted}\\"`);
    result = replaceNamed(result, parameter, redacted);
    for (const [shape, replacement] of bare) result = result.replace(shape, replacement);
    return result;
  };
}
