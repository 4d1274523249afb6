import type { ConnectionFailed } from '../http/connection-failed.ts';
import type { TextResponse } from '../http/http-message.ts';
import { isRedirect, isTransientStatus } from '../http/status-codes.ts';

/**
 * They mean the same whatever the body says, or without it: a 403 that does not bring Gong's JSON
 * is taken for a firewall's.
 */
const KNOWN_STATUSES = new Set([401, 403, 404, 409]);

/**
 * The response whose body was not read, if its status says enough; undefined: no response came, or
 * what it means depends on the body. A success needs its requestId. A rejection whose body broke
 * off may come with its reasons next time. One whose body cannot be decoded never will: the reason
 * for that is given instead.
 */
export function responseWithoutBody({
  head,
  unreadable,
}: Pick<ConnectionFailed, 'head' | 'unreadable'>): TextResponse | undefined {
  if (head === undefined || head.status < 300) return undefined;
  const { status, isFromProxy } = head;
  if (unreadable !== undefined) {
    return { ...head, body: `the body cannot be read: ${unreadable}` };
  }
  const isKnown = isRedirect(status) || isTransientStatus(status) || KNOWN_STATUSES.has(status);
  return isKnown || isFromProxy ? { ...head, body: '' } : undefined;
}
