import { createHmac, randomBytes } from 'node:crypto';
import { LOGIN_LIMITS } from '../limits.ts';
import { isSameSecret } from './compare-secrets.ts';

/** Logins of browsers. They survive a restart, and end when the configured token changes. */
export interface Sessions {
  /** The value of a new login's cookie. */
  begin(now: number): string;
  isValid(cookie: string, now: number): boolean;
}

/** A cookie is `EXPIRY.NONCE.SIGNATURE`, signed with a key derived from the token. */
export function createSessions(token: string): Sessions {
  const sign = (text: string) =>
    createHmac('sha256', `sharetrail session ${token}`).update(text).digest('base64url');
  return {
    begin: (now) => {
      const content = `${now + LOGIN_LIMITS.sessionMsMax}.${randomBytes(18).toString('base64url')}`;
      return `${content}.${sign(content)}`;
    },
    isValid: (cookie, now) => {
      const [expiry = '', nonce = '', signature = '', ...rest] = cookie.split('.');
      if (rest.length > 0 || !isSameSecret(signature, sign(`${expiry}.${nonce}`))) return false;
      const until = Number(expiry);
      return now < until && until <= now + LOGIN_LIMITS.sessionMsMax;
    },
  };
}
