import type { Hono } from 'hono';
import { eventDetailJson, eventJson } from '../../operator/event-json.ts';
import { explain } from '../../operator/explain.ts';
import { explanationsJson } from '../../operator/explanation-json.ts';
import { healthOf } from '../../operator/health.ts';
import { LIST_LIMITS } from '../../operator/limits.ts';
import { workersJson } from '../../operator/queue-status.ts';
import { statusJson } from '../../operator/status-json.ts';
import { syncCursors } from '../../operator/sync-cursors.ts';
import { listAttempts } from '../../outbox/find-events.ts';
import type { AppContext } from '../../runs/app-context.ts';
import {
  BadQuery,
  EVENT_PARAMETERS,
  readEventFilter,
  readLimit,
  requireSearchable,
} from '../event-query.ts';
import { findOneEvent, listFor, tenantsFor } from '../find-events.ts';
import { parameterReader, requestedTenants, withParameters } from '../parameters.ts';
import type { WebData } from '../web-data.ts';
import type { WebContext, WebEnv } from '../web-env.ts';

/** The JSON of the commands: one document, or for lists one object per line. */
export function addApiRoutes(
  app: Hono<WebEnv>,
  { context: { asTyped }, data }: { readonly context: AppContext; readonly data: WebData },
): void {
  app.get('/api/status', withParameters('tenant'), async (c) => {
    const names = requestedTenants(c);
    const statuses = await data.statuses();
    const tenants = await data.read(async (view) => {
      const requested = new Set(tenantsFor(view, names).map(({ tenant }) => tenant));
      const records: unknown[] = [];
      for (const status of statuses) {
        if (!requested.has(status.tenant)) continue;
        const cursors = await syncCursors(view.context, status.tenant);
        records.push(statusJson({ status, health: healthOf(status), cursors }, asTyped));
      }
      return records;
    });
    return c.json({ tenants, workers: workersJson(await data.queue()) });
  });
  app.get('/api/events', withParameters('tenant', ...EVENT_PARAMETERS, 'limit'), async (c) => {
    const read = parameterReader(c);
    const filter = readEventFilter(read);
    const limit = readLimit(read, {
      default: LIST_LIMITS.eventsDefault,
      max: LIST_LIMITS.eventsMax,
    });
    const tenants = requestedTenants(c);
    const events = await data.read((view) => listFor(view, { tenants, filter, limit }));
    return jsonLines(c, events.map(eventJson));
  });
  app.get('/api/events/:tenant/:id', withParameters(), async (c) => {
    const { tenant, id } = c.req.param();
    return data.read(async (view) => {
      const event = await findOneEvent(view, { tenant, id });
      return c.json(eventDetailJson(event, await listAttempts(view.context.db, event)));
    });
  });
  app.get('/api/explain', withParameters('q', 'text', 'tenant', 'limit'), async (c) => {
    const read = parameterReader(c);
    const [q, alias] = [read('q'), read('text')];
    if (q !== undefined && alias !== undefined) throw new BadQuery('q and text mean the same');
    const text = requireSearchable((q ?? alias ?? '').trim());
    if (text === '') throw new BadQuery('q is missing: the text to explain');
    const limit = readLimit(read, {
      default: LIST_LIMITS.explainedDefault,
      max: LIST_LIMITS.explainedMax,
    });
    const found = await data.read((view) =>
      explain(view.context, tenantsFor(view, requestedTenants(c)), { text, limit }),
    );
    return jsonLines(c, explanationsJson(found, asTyped));
  });
}

function jsonLines(c: WebContext, records: readonly unknown[]): Response {
  const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  return c.body(lines, 200, { 'Content-Type': 'application/x-ndjson; charset=utf-8' });
}
