/** A text without one layer of escapes, and where each of its characters comes from. */
export interface Unescaped {
  readonly text: string;
  /** Start of each character in the original, and the original's length at the end. */
  readonly starts: readonly number[];
}

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** Of a URL, of JSON and JavaScript, of HTML and XML. */
const ESCAPES =
  /%(?<url>[\da-f]{2})|\\(?:u(?<json>[\da-f]{4})|x(?<js>[\da-f]{2})|(?<char>[\\/"'nrtbf]))|&(?:#x(?<hex>[\da-f]{1,6})|#(?<decimal>\d{1,7})|(?<named>amp|lt|gt|quot|apos));/gi;

/** Undefined if the text has no escapes. */
export function removeEscapes(original: string): Unescaped | undefined {
  const parts: string[] = [];
  const starts: number[] = [];
  let at = 0;
  const copyUntil = (end: number) => {
    parts.push(original.slice(at, end));
    for (; at < end; at += 1) starts.push(at);
  };
  for (const match of original.matchAll(ESCAPES)) {
    copyUntil(match.index);
    const decoded = characterOf(match.groups ?? {});
    parts.push(decoded);
    for (let unit = 0; unit < decoded.length; unit += 1) starts.push(match.index);
    at = match.index + match[0].length;
  }
  if (at === 0 && starts.length === 0) return undefined;
  copyUntil(original.length);
  starts.push(original.length);
  const text = parts.join('');
  return text === original ? undefined : { text, starts };
}

function characterOf(groups: Readonly<Record<string, string | undefined>>): string {
  const { url, json, js, char, hex, decimal, named } = groups;
  if (char !== undefined) return CONTROLS[char] ?? char;
  if (named !== undefined) return NAMED[named.toLowerCase()] ?? '';
  const digits = url ?? json ?? js ?? hex;
  const code = digits === undefined ? Number(decimal) : Number.parseInt(digits, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
