const TIME = '\\d{2}:\\d{2}:\\d{2}';
/** The three forms of an HTTP date (RFC 9110, 5.6.7), all in UTC. `Date.parse` takes far more. */
const HTTP_DATES = [
  new RegExp(`^[a-z]{3}, \\d{2} [a-z]{3} \\d{4} ${TIME} gmt$`, 'i'),
  new RegExp(`^[a-z]+, \\d{2}-[a-z]{3}-\\d{2} ${TIME} gmt$`, 'i'),
  new RegExp(`^[a-z]{3} [a-z]{3} [ \\d]\\d ${TIME} \\d{4}$`, 'i'),
];

/** The wait that a response requests; empty if it requests none, or none that makes sense. */
export function retryAfterIn(
  headers: Readonly<Record<string, string>>,
  nowMs: number,
): { readonly retryAfterMs?: number } {
  const retryAfterMs = retryAfterMsOf(headers['retry-after'], nowMs);
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}

/**
 * The wait that a Retry-After header requests, in milliseconds from `nowMs` (epoch milliseconds):
 * whole seconds or an HTTP date. Undefined for anything else and for a date that has passed: then
 * the caller's own delay applies.
 */
export function retryAfterMsOf(header: string | undefined, nowMs: number): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d+$/.test(value)) {
    const waitMs = Number(value) * 1_000;
    return Number.isSafeInteger(waitMs) ? waitMs : undefined;
  }
  if (!HTTP_DATES.some((form) => form.test(value))) return undefined;
  // Only the last form does not name its zone, and would be read as local time.
  const waitMs = Date.parse(/gmt$/i.test(value) ? value : `${value} GMT`) - nowMs;
  return waitMs >= 0 ? waitMs : undefined;
}
