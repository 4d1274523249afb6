import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { DatabaseError, messageOf, RetryableError, UserError } from '../lib/errors.ts';
import type { AppContext } from '../runs/app-context.ts';
import { allowedMethods } from './allowed-methods.ts';
import { BadQuery } from './event-query.ts';
import { NotFound } from './find-events.ts';
import { type Login, requireLogin, requireLoopbackHost } from './guard/access.ts';
import { createAntiForgery } from './guard/anti-forgery.ts';
import { limitBody } from './guard/body-limit.ts';
import { provideFormToken, requireOwnForm } from './guard/forms.ts';
import { LoginAttempts } from './guard/login-attempts.ts';
import { createSessions } from './guard/sessions.ts';
import { setSecurityHeaders } from './headers.ts';
import type { LiveUpdates } from './live-updates.ts';
import type { Metrics } from './metrics/metrics.ts';
import { problemResponse } from './problem-response.ts';
import { Overloaded } from './read-gate.ts';
import type { Readiness } from './readiness.ts';
import { addApiRoutes } from './routes/api-routes.ts';
import { addAssetRoutes } from './routes/asset-routes.ts';
import { addChangeRoutes } from './routes/change-routes.ts';
import { addHealthRoutes } from './routes/health-routes.ts';
import { addLoginRoutes } from './routes/login-routes.ts';
import { addPageRoutes } from './routes/page-routes.ts';
import type { WebData } from './web-data.ts';
import type { WebContext, WebEnv } from './web-env.ts';

export interface AppOptions {
  /** its database is written to */
  readonly context: AppContext;
  readonly data: WebData;
  readonly metrics: Metrics;
  readonly live: LiveUpdates;
  readonly readiness: () => Promise<Readiness>;
  /** absent: only this machine has access, and needs no login */
  readonly token: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * 1. Health, assets and the login, which need no login.
 * 2. What programs read.
 * 3. The pages, and the changes that their forms request.
 */
export function createApp(options: AppOptions): Hono<WebEnv> {
  const { context, token } = options;
  const app = new Hono<WebEnv>();
  const antiForgery = createAntiForgery();
  const login = token === undefined ? undefined : loginOf(context, token);
  app.onError((error, c) => explainError(context, c, error));
  app.notFound((c) => explainNoRoute(app, c));
  app.use(setSecurityHeaders);
  if (login === undefined) app.use(requireLoopbackHost);
  addHealthRoutes(app, options);
  addAssetRoutes(app);
  app.post('*', limitBody);
  app.use('/login', provideFormToken(antiForgery));
  app.post('*', requireOwnForm(antiForgery));
  if (login !== undefined) {
    addLoginRoutes(app, login);
    app.use(requireLogin(login));
  }
  app.get('/metrics', async (c) => {
    const text = await options.metrics.render(options.data);
    return c.body(text, 200, { 'Content-Type': options.metrics.contentType });
  });
  addApiRoutes(app, options);
  app.use(provideFormToken(antiForgery));
  app.use(async (c, next) => {
    c.set('canLogOut', login !== undefined);
    await next();
  });
  addPageRoutes(app, options);
  addChangeRoutes(app, options);
  return app;
}

function loginOf({ clock }: AppContext, token: string): Login {
  return { token, clock, sessions: createSessions(token), attempts: new LoginAttempts(clock) };
}

/** RFC 9110, 15.5.6: a path that exists for other methods is not "not found". */
function explainNoRoute(app: Hono<WebEnv>, c: WebContext): Response | Promise<Response> {
  const allowed = allowedMethods(app, c.req.path);
  if (allowed === undefined) return problemResponse(c, 404, { message: 'there is no such page' });
  c.header('Allow', allowed);
  return problemResponse(c, 405, { message: `this page does not accept ${c.req.method}` });
}

function explainError(
  { log, asTyped }: AppContext,
  c: WebContext,
  error: Error,
): Response | Promise<Response> {
  if (error instanceof HTTPException) {
    return problemResponse(c, error.status as 400, { message: messageOf(error) });
  }
  if (error instanceof Overloaded) c.header('Retry-After', '5');
  if (error instanceof UserError) {
    const { message, hint } = error;
    const problem = { message, ...(hint !== undefined && { hint: asTyped(hint) }) };
    return problemResponse(c, statusOfProblem(error), problem);
  }
  if (error instanceof RetryableError) {
    return problemResponse(c, 502, { message: error.message, hint: 'Try again later.' });
  }
  log.error('a request to the operator page failed', { stage: 'web', err: error });
  return problemResponse(c, 500, {
    message: 'this is a bug in sharetrail',
    hint: 'The log has the details. Please report it.',
  });
}

function statusOfProblem(error: UserError): 400 | 404 | 409 | 503 {
  if (error instanceof NotFound) return 404;
  if (error instanceof BadQuery) return 400;
  return error instanceof DatabaseError || error instanceof Overloaded ? 503 : 409;
}
