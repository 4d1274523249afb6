import { html } from 'hono/html';
import { STATES } from '../../outbox/states.ts';
import { HOLD_REASONS, SKIP_REASONS } from '../../share/policy.ts';
import type { EventQuery } from '../event-query.ts';
import { PAGE_LIMITS } from '../limits.ts';
import { eventsPath } from '../paths.ts';
import { type EventsTable, eventsTable } from './events-table.ts';
import type { Html } from './layout.ts';
import type { SentenceHtml } from './parts.ts';

export interface EventsPage extends EventsTable {
  readonly query: EventQuery;
  readonly tenants: readonly string[];
  readonly sentence: SentenceHtml;
}

const REASONS = [...new Set<string>([...HOLD_REASONS, ...SKIP_REASONS])];
const SOURCES = ['salesforce', 'google-drive'];

/** The events that pass the filter, one page at a time. */
export function eventsPage(page: EventsPage): Html {
  const { events } = page;
  return html`<h1>Events</h1>
${filterForm(page)}
${events.length === 0 ? emptyState(page) : eventsTable(page)}
${pagination(page)}`;
}

function filterForm({ query, tenants }: EventsPage): Html {
  return html`<form class="filter" action="/events" method="get">
${selectField({ name: 'tenant', label: 'Tenant', values: tenants, value: query.tenant })}
${selectField({ name: 'state', label: 'State', values: STATES, value: query.state })}
${selectField({ name: 'reason', label: 'Reason', values: REASONS, value: query.reason })}
${selectField({ name: 'source', label: 'Source', values: SOURCES, value: query.source })}
<div class="field grow"><label for="filter-q">Contains</label><input id="filter-q" name="q" type="search" value="${query.text ?? ''}" maxlength="1000" autocomplete="off"></div>
<button>Filter</button>
${isFiltered(query) ? html`<a class="clear" href="/events">Clear</a>` : ''}
</form>`;
}

function selectField(field: {
  readonly name: string;
  readonly label: string;
  readonly values: readonly string[];
  readonly value: string | undefined;
}): Html {
  const { name, label, values, value } = field;
  return html`<div class="field"><label for="filter-${name}">${label}</label><select id="filter-${name}" name="${name}"><option value="">all</option>${values.map(
    (each) => html`<option value="${each}" ${each === value ? 'selected' : ''}>${each}</option>`,
  )}</select></div>`;
}

function isFiltered({ after: _, ...filter }: EventQuery): boolean {
  return Object.keys(filter).length > 0;
}

function emptyState({ query, sentence }: EventsPage): Html {
  if (query.after !== undefined) return html`<p class="empty">There are no older events.</p>`;
  if (isFiltered(query)) {
    return html`<div class="empty"><p>No event passes this filter.</p><p class="hint">${
      query.text === undefined
        ? html`<a href="/events">Show all events</a>`
        : html`<a href="/search?${new URLSearchParams({ q: query.text }).toString()}">Explain why nothing is found</a>`
    }</p></div>`;
  }
  return html`<div class="empty"><p>No events yet.</p><p class="hint">${sentence('An event appears once a sync has read its share. To run one now: `sharetrail sync`')}</p></div>`;
}

/** By the key of the last event, so that new events do not move the pages. */
function pagination({ query, events }: EventsPage): Html {
  const last = events.at(-1);
  const hasOlder = events.length === PAGE_LIMITS.eventsPerPage && last !== undefined;
  if (!hasOlder && query.after === undefined) return html``;
  const { after: _, ...filter } = query;
  return html`<nav class="pages" aria-label="Pages">${
    query.after === undefined ? '' : html`<a href="${eventsPath(filter)}">Newest</a>`
  }${hasOlder && last ? html`<a rel="next" href="${eventsPath({ ...filter, after: last })}">Older</a>` : ''}</nav>`;
}
