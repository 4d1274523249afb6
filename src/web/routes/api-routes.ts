import type { Hono } from 'hono';
import { eventDetailJson, eventJson } from '../../operator/event-json.ts';
import { explain } from '../../operator/explain.ts';
import { explanationsJson } from '../../operator/explanation-json.ts';
import { healthOf } from '../../operator/health.ts';
import { LIST_LIMITS } from '../../operator/limits.ts';
import { workersJson } from '../../operator/queue-status.ts';
import { syncCursors } from '../../operator/status.ts';
import { statusJson } from '../../operator/status-json.ts';
import { listAttempts } from '../../outbox/find-events.ts';
import type { AppContext } from '../../runs/app-context.ts';
import {
  BadQuery,
  EVENT_PARAMETERS,
  readEventQuery,
  readLimit,
  requireSearchable,
} from '../event-query.ts';
import { findOneEvent, listFor, tenantsFor } from '../find-events.ts';
import { withParameters } from '../known-parameters.ts';
import type { WebData } from '../web-data.ts';
import type { WebContext, WebEnv } from '../web-env.ts';

/** The JSON of the commands: one document, or for lists one object per line. */
export function addApiRoutes(
  app: Hono<WebEnv>,
  { context: { asTyped }, data }: { readonly context: AppContext; readonly data: WebData },
): void {
  app.get('/api/status', withParameters('tenant'), async (c) => {
    const name = c.req.query('tenant') || undefined;
    const statuses = await data.statuses();
    const tenants = await data.read(async (view) => {
      const requested = name && tenantsFor(view, name).map(({ tenant }) => tenant);
      const records: unknown[] = [];
      for (const status of statuses) {
        if (requested && !requested.includes(status.tenant)) continue;
        const cursors = await syncCursors(view.context, status.tenant);
        records.push(statusJson({ status, health: healthOf(status), cursors }, asTyped));
      }
      return records;
    });
    return c.json({ tenants, workers: workersJson(await data.queue()) });
  });
  app.get('/api/events', withParameters(...EVENT_PARAMETERS, 'limit'), async (c) => {
    const query = readEventQuery((name) => c.req.query(name));
    const limit = readLimit((name) => c.req.query(name), {
      default: LIST_LIMITS.eventsDefault,
      max: LIST_LIMITS.eventsMax,
    });
    const events = await data.read((view) => listFor(view, query, limit));
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
    const text = requireSearchable((c.req.query('q') ?? c.req.query('text') ?? '').trim());
    if (text === '') throw new BadQuery('q is missing: the text to explain');
    const limit = readLimit((name) => c.req.query(name), {
      default: LIST_LIMITS.explainedDefault,
      max: LIST_LIMITS.explainedMax,
    });
    const found = await data.read((view) =>
      explain(view.context, tenantsFor(view, c.req.query('tenant')), { text, limit }),
    );
    return jsonLines(c, explanationsJson(found, asTyped));
  });
}

function jsonLines(c: WebContext, records: readonly unknown[]): Response {
  const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  return c.body(lines, 200, { 'Content-Type': 'application/x-ndjson; charset=utf-8' });
}
