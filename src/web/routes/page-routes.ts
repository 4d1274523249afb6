import type { Hono } from 'hono';
import { countDays } from '../../operator/event-counts.ts';
import { explain, explainStored } from '../../operator/explain.ts';
import { healthOf, worstFirst } from '../../operator/health.ts';
import { LIST_LIMITS } from '../../operator/limits.ts';
import { readPositions } from '../../operator/sync-cursors.ts';
import { faultyRow, type TenantRow, type ValidTenantRow } from '../../operator/tenant-row.ts';
import { readEventQuery, requireSearchable } from '../event-query.ts';
import { findOneEvent, listFor, NotFound, tenantsFor } from '../find-events.ts';
import { PAGE_LIMITS } from '../limits.ts';
import type { LiveUpdates } from '../live-updates.ts';
import { eventPage } from '../pages/event-page.ts';
import { eventsPage } from '../pages/events-page.ts';
import { titleOf } from '../pages/events-table.ts';
import { type Layout, layout } from '../pages/layout.ts';
import { overviewPage } from '../pages/overview-page.ts';
import { sentencesWith, withoutControls } from '../pages/parts.ts';
import { searchPage } from '../pages/search-page.ts';
import { tenantPage } from '../pages/tenant-page.ts';
import { parameterReader } from '../parameters.ts';
import { eventPath } from '../paths.ts';
import { problemResponse } from '../problem-response.ts';
import { DAY_MS, firstDay, type View, type WebData } from '../web-data.ts';
import type { WebContext, WebEnv } from '../web-env.ts';

export interface PageOptions {
  readonly data: WebData;
  readonly live: LiveUpdates;
}

export function addPageRoutes(app: Hono<WebEnv>, options: PageOptions): void {
  app.get('/', (c) => showOverview(c, options));
  app.get('/tenants/:name', (c) => showTenant(c, options));
  app.get('/events', (c) => showEvents(c, options));
  app.get('/events/:tenant/:id', (c) => showEvent(c, options));
  app.get('/search', (c) => search(c, options));
  app.get('/updates', (c) => {
    const stream = options.live.open();
    if (stream === undefined) {
      return problemResponse(c, 503, {
        message: 'too many pages are open',
        hint: 'Reload instead.',
      });
    }
    return c.body(stream, 200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
  });
}

function page(c: WebContext, { title, content, ...rest }: Layout) {
  const logOutToken = c.get('canLogOut') ? c.get('formToken') : undefined;
  return c.html(layout({ title, content, logOutToken, ...rest }));
}

function rowOf(status: ValidTenantRow['status']): ValidTenantRow {
  return { status, health: healthOf(status) };
}

async function showOverview(c: WebContext, { data }: PageOptions) {
  const { faulty, context } = data.view();
  const statuses = await data.statuses();
  const rows: TenantRow[] = [...statuses.map(rowOf), ...faulty.map(faultyRow)];
  const now = context.clock.now();
  const content = overviewPage({
    rows: worstFirst(rows),
    days: await data.days(),
    recentOf: await data.recent(),
    lastGoodRuns: await data.lastGoodRuns(),
    queue: await data.queue(),
    sentence: sentencesWith(context.asTyped),
    firstDay: firstDay(now) / DAY_MS,
    now,
  });
  return page(c, { title: 'Tenants', content, isLive: true });
}

async function showTenant(c: WebContext, { data }: PageOptions) {
  const name = c.req.param('name') ?? '';
  const [tenant] = tenantsFor(data.view(), [name]);
  const statuses = await data.statuses();
  const status = statuses.find((each) => each.tenant === tenant?.tenant);
  if (status === undefined) throw new NotFound('there is no such tenant');
  const now = data.view().context.clock.now();
  const since = firstDay(now);
  const content = await data.read(async ({ context }) =>
    tenantPage({
      row: rowOf(status),
      sentence: sentencesWith(context.asTyped),
      days: await countDays(context.db, [status.tenant], since),
      positions: await readPositions(context, status.tenant),
      firstDay: since / DAY_MS,
      now,
    }),
  );
  return page(c, { title: status.tenant, content, isLive: true });
}

function zoneOf({ tenants }: View): (name: string) => string {
  const zones = new Map(tenants.map(({ tenant, timezone }) => [tenant, timezone]));
  return (name) => zones.get(name) ?? 'UTC';
}

async function showEvents(c: WebContext, { data }: PageOptions) {
  const query = readEventQuery(parameterReader(c));
  const { tenant: name, ...filter } = query;
  const content = await data.read(async (view) =>
    eventsPage({
      query,
      tenants: view.tenants.map(({ tenant }) => tenant),
      events: await listFor(view, {
        tenants: name === undefined ? [] : [name],
        filter,
        limit: PAGE_LIMITS.eventsPerPage,
      }),
      sentence: sentencesWith(view.context.asTyped),
      zoneOf: zoneOf(view),
      showsTenant: name === undefined && view.tenants.length > 1,
      now: view.context.clock.now(),
    }),
  );
  return page(c, { title: 'Events', content, isLive: true });
}

async function showEvent(c: WebContext, { data }: PageOptions) {
  const { tenant = '', id = '' } = c.req.param();
  const formToken = c.get('formToken');
  const done = parameterReader(c)('done');
  return data.read(async (view) => {
    const event = await findOneEvent(view, { tenant, id });
    if (event.eventId !== id) return c.redirect(eventPath(event), 303);
    const [config] = tenantsFor(view, [tenant]);
    if (config === undefined) throw new NotFound('there is no such tenant');
    const { attempts, summary, sentences } = await explainStored(view.context, config, event);
    const content = eventPage({
      event,
      attempts,
      summary,
      sentences,
      sentence: sentencesWith(view.context.asTyped),
      tenant: config,
      formToken,
      done,
      now: view.context.clock.now(),
    });
    return page(c, { title: withoutControls(titleOf(event)), content, isLive: true });
  });
}

async function search(c: WebContext, { data }: PageOptions) {
  const text = requireSearchable((parameterReader(c)('q') ?? '').trim());
  const limit = LIST_LIMITS.explainedDefault;
  return data.read(async (view) => {
    const found =
      text === '' ? [] : await explain(view.context, view.tenants, { text, limit: limit });
    const events = found.flatMap(({ event }) => event ?? []);
    const [only, ...others] = events;
    if (only !== undefined && others.length === 0) return c.redirect(eventPath(only), 303);
    const content = searchPage({
      text,
      events,
      explanations: found,
      sentence: sentencesWith(view.context.asTyped),
      limit,
      zoneOf: zoneOf(view),
      showsTenant: view.tenants.length > 1,
      now: view.context.clock.now(),
    });
    return page(c, { title: 'Search', content, search: text });
  });
}
