import { removeEscapes } from './remove-escapes.ts';
import { SECRET_LENGTH_MIN, type SecretIndex, type TextRange } from './secret-index.ts';

/** A form inside a form inside JSON; deeper than any vendor or proxy quotes. */
const LAYERS_MAX = 4;
/** A URL in base64, or a Basic login in headers in base64. */
const ENCODINGS_MAX = 2;
const BASE64_LENGTH_MIN = Math.ceil((SECRET_LENGTH_MIN * 4) / 3);
const BASE64 = new RegExp(`[\\w+/-]{${BASE64_LENGTH_MIN},}`, 'g');
const HEX = new RegExp(`(?:[\\da-f]{2}){${SECRET_LENGTH_MIN},}`, 'gi');
/** Text that precedes it can look like the same encoding. */
const ALIGNMENTS = [0, 1, 2, 3];

/**
 * Where the text contains a secret of the index: as it is, with the escapes of a URL, JSON, or HTML,
 * in base64 or in hexadecimal, or in several of these at once.
 */
export function secretsIn(text: string, index: SecretIndex): TextRange[] {
  return rangesIn(text, index, ENCODINGS_MAX);
}

/** `encodings`: how many of base64 and hexadecimal can be inside each other. */
function rangesIn(text: string, index: SecretIndex, encodings: number): TextRange[] {
  const ranges: TextRange[] = [];
  let layer = text;
  let originOf = (at: number) => at;
  for (let depth = 0; depth < LAYERS_MAX; depth += 1) {
    for (const { start, end } of [
      ...index.rangesIn(layer),
      ...encodedIn(layer, index, encodings),
    ]) {
      ranges.push({ start: originOf(start), end: originOf(end) });
    }
    const unescaped = removeEscapes(layer);
    if (unescaped === undefined) break;
    const before = originOf;
    layer = unescaped.text;
    originOf = (at) => before(unescaped.starts[at] ?? 0);
  }
  return ranges;
}

/** The complete base64 or hexadecimal text: it contains little else. */
function encodedIn(text: string, index: SecretIndex, encodings: number): TextRange[] {
  if (encodings === 0) return [];
  return [...found(text, BASE64, 'base64'), ...found(text, HEX, 'hex')]
    .filter(({ texts }) =>
      texts.some((decoded) => rangesIn(decoded, index, encodings - 1).length > 0),
    )
    .map(({ range }) => range);
}

function found(text: string, pattern: RegExp, encoding: 'base64' | 'hex') {
  return [...text.matchAll(pattern)].map(({ 0: run, index: start }) => ({
    range: { start, end: start + run.length },
    texts: ALIGNMENTS.map((skipped) =>
      Buffer.from(run.slice(skipped), encoding).toString('latin1'),
    ),
  }));
}
