import type { MiddlewareHandler } from 'hono';
import type { Clock } from '../../lib/clock.ts';
import { LOGIN_LIMITS } from '../limits.ts';
import { problemResponse } from '../problem-response.ts';
import type { WebContext, WebEnv } from '../web-env.ts';
import { isSameSecret } from './compare-secrets.ts';
import { readCookie } from './cookies.ts';
import { isLoopbackHeader } from './host-name.ts';
import type { LoginAttempts } from './login-attempts.ts';
import type { Sessions } from './sessions.ts';

export interface Login {
  readonly token: string;
  readonly sessions: Sessions;
  readonly attempts: LoginAttempts;
  readonly clock: Clock;
}

/** Without a token, only this machine may ask, under its own name: a page of another site may not. */
export const requireLoopbackHost: MiddlewareHandler<WebEnv> = async (c, next) => {
  if (isLoopbackHeader(c.req.header('host'))) return next();
  return problemResponse(c, 403, {
    message: 'this server answers only to localhost, 127.0.0.1 or [::1]',
    hint: 'To reach it under another name, set http.token in sharetrail.yaml.',
  });
};

/** Lets browsers pass that are logged in, and programs that send the token. */
export function requireLogin(login: Login): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const session = readCookie(c, 'session');
    if (session !== undefined && login.sessions.isValid(session, login.clock.now())) return next();
    const authorization = authorizationsOf(c);
    if (authorization.length === 0) return askForLogin(c);
    if (authorization.length > 1) {
      return problemResponse(c, 400, { message: 'the Authorization header is repeated' });
    }
    const token = /^Bearer +(\S+)$/i.exec(authorization[0] ?? '')?.[1] ?? '';
    const result = await checkToken(c, login, token);
    return result === 'right' ? next() : rejection(c, result);
  };
}

/** Node keeps only the first of repeated headers, so the raw ones are counted. */
function authorizationsOf(c: WebContext): string[] {
  const { rawHeaders } = c.env.incoming;
  return rawHeaders.filter(
    (_value, index) => index % 2 === 1 && /^authorization$/i.test(rawHeaders[index - 1] ?? ''),
  );
}

export type TokenCheck = 'right' | 'wrong' | 'too-many';

export async function checkToken(c: WebContext, login: Login, token: string): Promise<TokenCheck> {
  const address = c.env.incoming.socket.remoteAddress ?? 'unknown';
  if ((await login.attempts.admit(address)) === 'refused') return 'too-many';
  if (isSameSecret(token, login.token)) return 'right';
  login.attempts.addWrong(address);
  return 'wrong';
}

function askForLogin(c: WebContext): Response | Promise<Response> {
  const isPage = c.req.method === 'GET' && (c.req.header('accept') ?? '').includes('text/html');
  if (isPage && !c.req.path.startsWith('/api/')) {
    const { pathname, search } = new URL(c.req.url);
    return c.redirect(`/login?next=${encodeURIComponent(pathname + search)}`, 303);
  }
  c.header('WWW-Authenticate', 'Bearer realm="sharetrail"');
  return problemResponse(c, 401, {
    message: 'this needs the token',
    hint: 'Send it as "Authorization: Bearer TOKEN", or log in at /login.',
  });
}

export function rejection(
  c: WebContext,
  result: 'wrong' | 'too-many',
): Response | Promise<Response> {
  if (result === 'too-many') {
    c.header('Retry-After', `${(LOGIN_LIMITS.waitingMax * LOGIN_LIMITS.delayMs) / 1_000}`);
    return problemResponse(c, 429, {
      message: 'too many attempts with a wrong token',
      hint: 'Wait a moment, then try again.',
    });
  }
  c.header('WWW-Authenticate', 'Bearer realm="sharetrail", error="invalid_token"');
  return problemResponse(c, 401, {
    message: 'the token is wrong',
    hint: 'It is http.token in sharetrail.yaml.',
  });
}
