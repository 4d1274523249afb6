/** What one try of a post came to; `reason` never holds any part of the address. */
export type AttemptResult =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string };

const TRY_AGAIN: ReadonlySet<number> = new Set([408, 425, 429]);
const CLIENT_ERROR = 400;
const SERVER_ERROR = 500;

/** What a status of the chat tool means. The answer's text is left out: it may quote the address. */
export function classifyStatus(status: number): AttemptResult {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  const reason = `it answered ${status}`;
  if (status >= SERVER_ERROR || TRY_AGAIN.has(status)) return { kind: 'unavailable', reason };
  if (status >= CLIENT_ERROR) return { kind: 'refused', reason };
  return { kind: 'refused', reason: `${reason}, and alerts go to no other address than the given` };
}

/**
 * What kept the answer away: the code alone, since messages name the host. `fetch` wraps what the
 * network said (https://undici.nodejs.org, Errors).
 */
export function classifyFailure(error: unknown): AttemptResult {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return { kind: 'unavailable', reason: 'it gave no answer in time' };
  }
  const code = codeOf(error) ?? 'no connection';
  return { kind: 'unavailable', reason: `it could not be reached (${code})` };
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return /^[A-Z][A-Z0-9_]+$/.test(code ?? '') ? code : codeOf(error.cause);
}
