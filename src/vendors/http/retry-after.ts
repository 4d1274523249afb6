import { parseHttpDate } from './http-date.ts';

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
  const at = parseHttpDate(value, nowMs);
  return at === undefined || at < nowMs ? undefined : at - nowMs;
}
