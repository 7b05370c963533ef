// Takes credentials out of text before it is stored or shown.

export const redacted = '[redacted]';

/** Names of headers, fields and variables whose values are never shown. */
const sensitiveName =
  '[\\w-]*(?:authorization|cookie|token|passw(?:or)?d|passphrase|secret|api[_-]?key|credential|session[_-]?id|private[_-]?key)[\\w-]*';

const shapes: readonly (readonly [RegExp, string])[] = [
  // "access_token": "…" (also 'single', numbers), the closing quote may have been cut off
  [
    new RegExp(
      `(["']${sensitiveName}["']\\s*:\\s*)(?:"(?:[^"\\\\]|\\\\.)*"?|'[^']*'?|[^\\s,}\\]"'[{]+)`,
      'gi',
    ),
    `$1"${redacted}"`,
  ],
  // the same inside a JSON text that is itself quoted: \"token\":\"…\"
  [
    new RegExp(`(\\\\"${sensitiveName}\\\\"\\s*:\\s*)(?:\\\\"(?:[^"\\\\]|\\\\[^"])*(?:\\\\")?)`, 'gi'),
    `$1\\"${redacted}\\"`,
  ],
  // authorization: Bearer …, cookie: a=b; c=d — to the end of the line
  [
    /\b((?:proxy-)?authorization|(?:set-)?cookie2?|x-[\w-]*(?:token|key|secret)[\w-]*)(\s*[:=]\s*)(?!")[^\r\n]+/gi,
    `$1$2${redacted}`,
  ],
  // token=…, password=… in queries and forms
  [new RegExp(`([?&;\\s]|^)(${sensitiveName})=(?!\\[)[^&\\s;"']+`, 'gi'), `$1$2=${redacted}`],
  [/\b(Bearer|Basic|Digest)\s+[\w\-.~+/]{6,}=*/gi, `$1 ${redacted}`],
  // a JSON web token
  [/\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g, redacted],
  // https://user:password@host
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*:[^\s/@]+@/gi, `$1${redacted}@`],
];

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The forms in which a secret may stand in text: as it is, in a URL, in JSON, in basic authentication. */
const formsOf = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64'),
];

/** True for names such as `accessToken`, `db_password`, `Authorization`. */
export function isSensitiveName(name: string): boolean {
  return new RegExp(`^${sensitiveName}$`, 'i').test(name);
}

/** A function that replaces the values of declared secrets, and whatever looks like a credential. */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const forms = [...new Set(secrets.filter((secret) => secret !== '').flatMap(formsOf))]
    .sort((a, b) => b.length - a.length)
    .map(escaped);
  const declared = forms.length === 0 ? null : new RegExp(forms.join('|'), 'g');
  return (text) => {
    let result = declared === null ? text : text.replace(declared, redacted);
    for (const [shape, replacement] of shapes) result = result.replace(shape, replacement);
    return result;
  };
}
