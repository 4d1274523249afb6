import { failureCodesOf } from '../http/describe-failure.ts';
import { PROXY_LOGIN_STATUS } from '../http/proxy-login.ts';
import { isTransientStatus } from '../http/status-codes.ts';

/** The result of one attempt; `reason` never contains any part of the address. */
export type AttemptResult =
  | { readonly kind: 'posted' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** What a status of the chat tool means. The response's text may quote the address: leave it out. */
export function classifyStatus(status: number): AttemptResult {
  if (status >= 200 && status < 300) return { kind: 'posted' };
  if (status === PROXY_LOGIN_STATUS)
    return { kind: 'refused', reason: 'a proxy requires a login (407)' };
  const reason = `it returned ${status}`;
  if (isTransientStatus(status)) return { kind: 'unavailable', reason };
  if (status >= 400) return { kind: 'refused', reason };
  return { kind: 'refused', reason: `${reason}, and alerts do not follow a redirect` };
}

/**
 * Why no response came: only the codes of the failure, since messages name the host. `note`: how a
 * proxy may be involved.
 */
export function classifyFailure(error: unknown, note: string): AttemptResult {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return { kind: 'unavailable', reason: 'it did not respond in time' };
  }
  const codes = failureCodesOf(error).join(', ') || 'no connection';
  const reason = `it could not be reached (${codes})`;
  return { kind: 'unavailable', reason: note === '' ? reason : `${reason}. ${note}` };
}
