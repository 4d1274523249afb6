import type { EventQuery } from './event-query.ts';
import { formatEventKey } from './event-query.ts';

export function tenantPath(tenant: string): string {
  return `/tenants/${encodeURIComponent(tenant)}`;
}

/** A colon is legal in a path, and the IDs begin with `drive:` or `salesforce:`. */
export function eventPath(event: { readonly tenant: string; readonly eventId: string }): string {
  const [tenant, id] = [event.tenant, event.eventId].map((part) =>
    encodeURIComponent(part).replaceAll('%3A', ':'),
  );
  return `/events/${tenant}/${id}`;
}

/** The list of events with this filter. */
export function eventsPath({ text, after, ...filter }: EventQuery): string {
  const query = new URLSearchParams(filter);
  if (text !== undefined) query.set('q', text);
  if (after !== undefined) query.set('before', formatEventKey(after));
  const parameters = query.toString();
  return parameters === '' ? '/events' : `/events?${parameters}`;
}
