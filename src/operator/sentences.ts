/** `“Deck”`: a title or a name inside a sentence. */
export function quoted(text: string): string {
  return `“${text}”`;
}

/** `a`, `a and b`, `a, b and c` */
export function andList(parts: readonly string[]): string {
  const last = parts.at(-1);
  if (last === undefined || parts.length === 1) return last ?? '';
  return `${parts.slice(0, -1).join(', ')} and ${last}`;
}
