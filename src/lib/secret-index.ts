/** A part of a text, from `start` up to but not including `end`. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Shorter values would blank out ordinary words. */
export const SECRET_LENGTH_MIN = 6;

/** Finds any of many secrets in a text, at a cost that does not depend on their number. */
export class SecretIndex {
  readonly #byPrefix = new Map<string, Set<string>>();

  add(secret: string): void {
    if (secret.length < SECRET_LENGTH_MIN) return;
    const prefix = secret.slice(0, SECRET_LENGTH_MIN);
    const same = this.#byPrefix.get(prefix);
    if (same === undefined) this.#byPrefix.set(prefix, new Set([secret]));
    else same.add(secret);
  }

  delete(secret: string): void {
    const prefix = secret.slice(0, SECRET_LENGTH_MIN);
    const same = this.#byPrefix.get(prefix);
    same?.delete(secret);
    if (same?.size === 0) this.#byPrefix.delete(prefix);
  }

  rangesIn(text: string): TextRange[] {
    const ranges: TextRange[] = [];
    for (let start = 0; start <= text.length - SECRET_LENGTH_MIN; start += 1) {
      const candidates = this.#byPrefix.get(text.slice(start, start + SECRET_LENGTH_MIN));
      if (candidates === undefined) continue;
      const found = [...candidates].filter((secret) => text.startsWith(secret, start));
      const length = Math.max(0, ...found.map((secret) => secret.length));
      if (length > 0) ranges.push({ start, end: start + length });
    }
    return ranges;
  }
}
