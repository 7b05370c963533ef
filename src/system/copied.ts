// Text that stands for itself: a piece cut from a longer text keeps all of that text in memory.

/** Of text that was decoded from UTF-8. */
export const copied = (text: string): string => Buffer.from(text).toString();
