// Everything that came from outside is text, never markup.

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters and halves of surrogate pairs, which XML forbids, become `�`; tabs and line breaks stay. */
export function withoutControls(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g, '\ufffd')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

/** For HTML, SVG and XML, in text as well as in quoted attributes. */
export const escapeMarkup = (text: string): string =>
  withoutControls(text.replace(/[&<>"']/g, (character) => entities[character] ?? character));
