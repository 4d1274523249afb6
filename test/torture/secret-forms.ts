/** Ways in which a vendor, a proxy, or a library can write a text. */
export const encodings: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  'in a URL': (text) => encodeURIComponent(text.toWellFormed()),
  'in a URL in lower case': (text) =>
    encodeURIComponent(text.toWellFormed()).replace(/%../g, (part) => part.toLowerCase()),
  'in a form': (text) => new URLSearchParams({ a: text }).toString().slice(2),
  'in JSON': (text) => JSON.stringify(text).slice(1, -1),
  'in JSON in JSON': (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
  'in JSON with escapes': (text) =>
    [...Array(text.length).keys()]
      .map((at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  'in HTML': (text) => text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`),
  'in base64': (text) => Buffer.from(text).toString('base64'),
  'in base64 after one byte': (text) => Buffer.from(`:${text}`).toString('base64'),
  'in base64 after two bytes': (text) => Buffer.from(`u:${text}`).toString('base64'),
  'in base64url': (text) => Buffer.from(text).toString('base64url'),
  'in hexadecimal': (text) => Buffer.from(text).toString('hex'),
  'in upper-case hexadecimal': (text) => Buffer.from(text).toString('hex').toUpperCase(),
};

/** A secret of the configuration. */
export interface Canary {
  readonly name: string;
  readonly value: string;
}

/**
 * What shows that the text contains the value, in any encoding: of base64, the characters that do not
 * depend on what comes before and after.
 */
function tracesOf(value: string): string[] {
  const { 'in base64': _a, 'in base64 after one byte': _b, ...others } = encodings;
  const { 'in base64 after two bytes': _c, 'in base64url': _d, ...exact } = others;
  const base64 = [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
    const from = Math.ceil((offset * 8) / 6);
    const to = Math.floor((bytes.length * 8) / 6);
    return (['base64', 'base64url'] as const).map((form) => bytes.toString(form).slice(from, to));
  });
  return [...new Set([...Object.values(exact).map((encode) => encode(value)), ...base64])];
}

/** Where a secret is visible, as sentences. A part of a secret counts: `CORE` begins each. */
export function leaksIn(
  places: Readonly<Record<string, string>>,
  canaries: readonly Canary[],
): string[] {
  return canaries.flatMap(({ name, value }) => {
    const traces = tracesOf(value);
    return Object.entries(places).flatMap(([place, text]) => {
      const trace = traces.find((each) => text.includes(each));
      return trace === undefined ? [] : [`${place} shows ${name} as ${trace.slice(0, 60)}`];
    });
  });
}
