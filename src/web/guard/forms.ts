import type { MiddlewareHandler } from 'hono';
import { problemResponse } from '../problem-response.ts';
import type { WebEnv } from '../web-env.ts';
import type { AntiForgery } from './anti-forgery.ts';
import { readCookie, writeCookie } from './cookies.ts';
import { isOwnOrigin } from './host-name.ts';

const FORM_TOKEN_FIELD = 'form_token';

/** Gives each browser a cookie that its forms belong to. */
export function provideFormToken(antiForgery: AntiForgery): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const known = readCookie(c, 'form');
    const cookie = known ?? antiForgery.newCookie();
    if (known === undefined) writeCookie(c, 'form', { value: cookie });
    c.set('formToken', antiForgery.tokenOf(cookie));
    await next();
  };
}

/** A change is a POST from a page of this server, in the browser that received the page. */
export function requireOwnForm(antiForgery: AntiForgery): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const headers = {
      origin: c.req.header('origin'),
      fetchSite: c.req.header('sec-fetch-site'),
      host: c.req.header('host'),
    };
    if (!isOwnOrigin(headers)) {
      return problemResponse(c, 403, {
        message: 'the request comes from another site, so nothing was changed',
        hint: 'If a proxy is in between, it must pass on the Host header.',
      });
    }
    const form = await c.req.parseBody();
    const token = form[FORM_TOKEN_FIELD];
    const isValid = antiForgery.isValid(
      readCookie(c, 'form'),
      typeof token === 'string' ? token : undefined,
    );
    if (isValid) return next();
    return problemResponse(c, 403, {
      message: 'the form is outdated, so nothing was changed',
      hint: 'Go back, load the page again, and repeat what you did.',
    });
  };
}
