import { createHmac, randomBytes } from 'node:crypto';
import { isSameSecret } from './compare-secrets.ts';

/** Ties a form to the browser that received it, through a cookie that no script can read. */
export interface AntiForgery {
  /** The cookie of a browser that has none. */
  newCookie(): string;
  /** The token in a form for the browser with this cookie. */
  tokenOf(cookie: string): string;
  isValid(cookie: string | undefined, token: string | undefined): boolean;
}

/** The key is the process's own: a form of an earlier process is outdated. */
export function createAntiForgery(): AntiForgery {
  const key = randomBytes(32);
  const tokenOf = (cookie: string) => createHmac('sha256', key).update(cookie).digest('base64url');
  return {
    newCookie: () => randomBytes(18).toString('base64url'),
    tokenOf,
    isValid: (cookie, token) =>
      cookie !== undefined && token !== undefined && isSameSecret(token, tokenOf(cookie)),
  };
}
