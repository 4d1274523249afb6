import type { Hono } from 'hono';
import { UserError } from '../../lib/errors.ts';
import { findActionable, retryEvents, skipEvents } from '../../operator/retry-and-skip.ts';
import type { AppContext } from '../../runs/app-context.ts';
import { findOneEvent, tenantsFor } from '../find-events.ts';
import { eventPath } from '../paths.ts';
import type { WebData } from '../web-data.ts';
import type { WebContext, WebEnv } from '../web-env.ts';

export interface ChangeOptions {
  readonly context: AppContext;
  readonly data: WebData;
  readonly signal: AbortSignal;
}

/** Retry and skip, with the same rules as the commands. */
export function addChangeRoutes(app: Hono<WebEnv>, options: ChangeOptions): void {
  app.post('/events/:tenant/:id/retry', async (c) => {
    const { tenant, events } = await chosen(c, options, 'retry');
    const { signal } = options;
    const report = await retryEvents(writable(options), tenant, { events, signal });
    if (report.rejected > 0) throw cannotBeSent(report.problems);
    return back(c, report.queued > 0 ? 'queued' : 'unchanged');
  });
  app.post('/events/:tenant/:id/skip', async (c) => {
    const { events } = await chosen(c, options, 'skip');
    const skipped = await skipEvents(writable(options), events);
    return back(c, skipped > 0 ? 'skipped' : 'unchanged');
  });
}

/** The event stays as it was. */
function cannotBeSent([problem = 'no reason is known']: readonly string[]): UserError {
  return new UserError('the event cannot be sent as it is, so nothing was changed', {
    hint: problem,
  });
}

async function chosen(c: WebContext, options: ChangeOptions, action: 'retry' | 'skip') {
  const { tenant: name = '', id = '' } = c.req.param();
  const view = options.data.view();
  const [tenant] = tenantsFor(view, [name]);
  if (tenant === undefined) throw new Error(`no tenant ${name}`);
  const { eventId } = await options.data.read((now) => findOneEvent(now, { tenant: name, id }));
  const eventIds = [eventId];
  const events = await findActionable(writable(options), [tenant], { eventIds, action });
  return { tenant, events };
}

/** The configuration in effect, with the database that can be written to. */
function writable({ context, data }: ChangeOptions): AppContext {
  return { ...context, config: data.view().context.config };
}

function back(c: WebContext, done: 'queued' | 'skipped' | 'unchanged'): Response {
  const { tenant = '', id = '' } = c.req.param();
  return c.redirect(`${eventPath({ tenant, eventId: id })}?done=${done}`, 303);
}
