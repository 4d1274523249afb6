import type { Hono } from 'hono';
import { checkToken, type Login, rejection } from '../guard/access.ts';
import { writeCookie } from '../guard/cookies.ts';
import { isLoopbackHeader } from '../guard/host-name.ts';
import { LOGIN_LIMITS } from '../limits.ts';
import { loginPage } from '../pages/login-page.ts';
import { parameterReader } from '../parameters.ts';
import type { WebContext, WebEnv } from '../web-env.ts';

/** Shows the login, and begins and ends sessions. */
export function addLoginRoutes(app: Hono<WebEnv>, login: Login): void {
  app.get('/login', (c) => c.html(pageOf(c, { next: parameterReader(c)('next') })));
  app.post('/login', async (c) => {
    const form = await c.req.parseBody();
    const token = typeof form['token'] === 'string' ? form['token'].trim() : '';
    const next = typeof form['next'] === 'string' ? form['next'] : undefined;
    const result = await checkToken(c, login, token);
    if (result === 'too-many') return rejection(c, result);
    if (result === 'wrong') {
      return c.html(pageOf(c, { next, problem: 'This token is wrong.' }), 401);
    }
    writeCookie(c, 'session', {
      value: login.sessions.begin(login.clock.now()),
      secondsMax: LOGIN_LIMITS.sessionMsMax / 1_000,
    });
    return c.redirect(ownPath(next), 303);
  });
  app.post('/logout', (c) => {
    writeCookie(c, 'session', { value: '', secondsMax: 0 });
    return c.redirect('/login', 303);
  });
}

function pageOf(
  c: WebContext,
  page: { readonly next: string | undefined; readonly problem?: string },
) {
  const { next, problem } = page;
  return loginPage({
    formToken: c.get('formToken'),
    next: ownPath(next),
    needsHttps: !isLoopbackHeader(c.req.header('host')) && isPlain(c),
    ...(problem !== undefined && { problem }),
  });
}

function isPlain(c: WebContext): boolean {
  return c.req.header('x-forwarded-proto') !== 'https';
}

/** A path of this server: `//host` and `/\host` are other servers to a browser. */
function ownPath(next: string | undefined): string {
  const url = next?.startsWith('/') ? URL.parse(next, 'http://localhost') : null;
  if (url === null || url.origin !== 'http://localhost') return '/';
  return url.pathname.startsWith('//') ? '/' : url.pathname + url.search;
}
