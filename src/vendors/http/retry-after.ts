import { parseHttpDate } from './http-date.ts';

/**
 * The wait that a response requests; empty if it requests none, or none that makes sense. A date
 * counts from the response's own Date header: the server's clock wrote both, and this machine's may
 * differ from it. `nowMs`, in epoch milliseconds, replaces a missing Date header.
 */
export function retryAfterIn(
  headers: Readonly<Record<string, string>>,
  nowMs: number,
): { readonly retryAfterMs?: number } {
  const sentAt = parseHttpDate(headers['date']?.trim() ?? '', nowMs) ?? nowMs;
  const retryAfterMs = retryAfterMsOf(headers['retry-after'], sentAt);
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}

/**
 * The wait that a Retry-After header requests, in milliseconds from `nowMs` (epoch milliseconds):
 * whole seconds or an HTTP date. A number that is too large for a wait is the longest one, not none.
 * Undefined for anything else and for a date that has passed: then the caller's own delay applies.
 */
export function retryAfterMsOf(header: string | undefined, nowMs: number): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1_000, Number.MAX_SAFE_INTEGER);
  const at = parseHttpDate(value, nowMs);
  return at === undefined || at < nowMs ? undefined : at - nowMs;
}
