const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
/** `[` and `{`, `]` and `}` differ in this bit only. */
const BRACE_BIT = 0x20;
const OPENING = 0x5b | BRACE_BIT;
const CLOSING = 0x5d | BRACE_BIT;

/** What parsing a JSON text costs, apart from its length. */
export interface JsonShape {
  /** how deep arrays and objects are nested */
  readonly levels: number;
  /** arrays and objects */
  readonly containers: number;
  /** of all arrays and objects; those that are empty count as one */
  readonly elements: number;
}

/**
 * Counts without parsing: a few megabytes of brackets become hundreds of megabytes of objects, and
 * deep nesting overflows the stack of whatever walks through it. For a text that is not JSON, the
 * counts are at least those of its longest JSON prefix.
 */
export function jsonShapeOf(text: Uint8Array): JsonShape {
  let depth = 0;
  let levels = 0;
  let containers = 0;
  let commas = 0;
  const { length } = text;
  for (let at = 0; at < length; at += 1) {
    const byte = text[at] as number;
    if (byte === QUOTE) {
      at = endOfString(text, at);
    } else if (byte === COMMA) {
      commas += 1;
    } else if ((byte | BRACE_BIT) === OPENING) {
      containers += 1;
      depth += 1;
      if (depth > levels) levels = depth;
    } else if ((byte | BRACE_BIT) === CLOSING) {
      depth -= 1;
    }
  }
  return { levels, containers, elements: containers + commas };
}

function endOfString(text: Uint8Array, start: number): number {
  let at = start + 1;
  const { length } = text;
  for (; at < length && text[at] !== QUOTE; at += 1) if (text[at] === BACKSLASH) at += 1;
  return at;
}
