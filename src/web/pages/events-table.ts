import { html } from 'hono/html';
import { recipientsOf, sharerOf, whyOf } from '../../operator/event-json.ts';
import type { StoredEvent } from '../../outbox/outbox-event.ts';
import { eventPath } from '../paths.ts';
import type { Html } from './layout.ts';
import { addressHtml, type Moment, plain, stateBadge, timeHtml } from './parts.ts';

export interface EventsTable extends Moment {
  readonly events: readonly StoredEvent[];
  readonly zoneOf: (tenant: string) => string;
  /** with one tenant, its name in each row says nothing */
  readonly showsTenant: boolean;
}

const PEOPLE_SHOWN = 2;

/** Events as rows; on a narrow screen, as cards. */
export function eventsTable({ events, now, zoneOf, showsTenant }: EventsTable): Html {
  return html`<div class="table-frame"><table class="cards events">
<caption class="hidden">Events, newest share first</caption>
<thead><tr><th scope="col">Content</th><th scope="col" class="of-state">State</th><th scope="col" class="of-time">Shared</th>${showsTenant ? html`<th scope="col" class="of-tenant">Tenant</th>` : ''}<th scope="col">From</th><th scope="col">To</th></tr></thead>
<tbody>${events.map(
    (
      event,
    ) => html`<tr><th scope="row"><a href="${eventPath(event)}">${plain(titleOf(event))}</a></th>
<td data-label="State">${stateBadge(event.state)} ${whyHtml(event)}</td>
<td data-label="Shared">${timeHtml(event.sharedAt, { now, timezone: zoneOf(event.tenant) })}</td>
${showsTenant ? html`<td data-label="Tenant">${event.tenant}</td>` : ''}
<td data-label="From">${sharerHtml(event)}</td>
<td data-label="To">${peopleHtml(event)}</td></tr>`,
  )}</tbody>
</table></div>`;
}

export function titleOf({ erasedAt, share, eventId }: StoredEvent): string {
  if (erasedAt !== undefined) return `Erased share ${eventId}`;
  return share.content.title.trim() || share.content.id || eventId;
}

function whyHtml(event: StoredEvent): Html {
  const why = whyOf(event);
  return why === undefined ? html`` : html`<span class="why">${plain(why)}</span>`;
}

function sharerHtml(event: StoredEvent): Html {
  const sharer = sharerOf(event);
  if (sharer === undefined) return html`<span class="muted">unknown</span>`;
  return addressHtml(sharer);
}

function peopleHtml(event: StoredEvent): Html {
  const people = recipientsOf(event);
  if (people.length === 0) return html`<span class="muted">no one by name</span>`;
  const more = people.length - PEOPLE_SHOWN;
  const shown = people.slice(0, PEOPLE_SHOWN).map((email) => html`${addressHtml(email)} `);
  return html`${shown}${more > 0 ? html`<span class="muted">and ${more} more</span>` : ''}`;
}
