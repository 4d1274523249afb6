import { getCookie, setCookie } from 'hono/cookie';
import type { WebContext } from '../web-env.ts';
import { isLoopbackHeader } from './host-name.ts';

const NAMES = { session: 'sharetrail_session', form: 'sharetrail_form' } as const;
type CookieName = keyof typeof NAMES;

export function readCookie(c: WebContext, name: CookieName): string | undefined {
  const value = getCookie(c, NAMES[name]);
  return value === '' ? undefined : value;
}

/** Without `secondsMax`, until the browser closes. A browser on loopback has no https. */
export function writeCookie(
  c: WebContext,
  name: CookieName,
  { value, secondsMax }: { readonly value: string; readonly secondsMax?: number },
): void {
  setCookie(c, NAMES[name], value, {
    path: '/',
    httpOnly: true,
    sameSite: 'Strict',
    secure: !isLoopbackHeader(c.req.header('host')),
    ...(secondsMax !== undefined && { maxAge: secondsMax }),
  });
}
