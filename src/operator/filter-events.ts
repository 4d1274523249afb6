import type { Statement } from '../db/schema.ts';
import { type EventFilter, listEvents } from '../outbox/list-events.ts';
import type { StoredEvent } from '../outbox/outbox-event.ts';
import { searchEvents } from '../outbox/search.ts';
import { parseSearchText } from './search-text.ts';

/** The events that pass the filter and, with `text`, that the text identifies; newest share first. */
export async function listFilteredEvents(
  db: Statement,
  filter: EventFilter & { readonly text?: string },
): Promise<StoredEvent[]> {
  const { text, limit, after } = filter;
  if (text === undefined) return listEvents(db, filter);
  const { query } = parseSearchText(text);
  const tenants = filter.windows.flatMap((window) => window.tenants);
  return searchEvents(db, {
    tenants,
    query,
    limit,
    ...(after && { after }),
    isIncluded: (event) => passes(event, filter),
  });
}

function passes(event: StoredEvent, { windows, state, reason, source }: EventFilter): boolean {
  const window = windows.find(({ tenants }) => tenants.includes(event.tenant));
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = window ?? {};
  return (
    event.sharedAt >= since &&
    event.sharedAt < until &&
    event.state === (state ?? event.state) &&
    event.reason === (reason ?? event.reason) &&
    event.source === (source ?? event.source)
  );
}
