import { html } from 'hono/html';
import type { StoredEvent } from '../../outbox/outbox-event.ts';
import type { Html } from './layout.ts';
import { externalLink, plain } from './parts.ts';

/** Hosts that only lead to a login; records are on the org's own host. */
const LOGIN_HOSTS = ['login.salesforce.com', 'test.salesforce.com'];

/** A link to each Salesforce record that the event names. */
export function recordLinks(event: StoredEvent, loginUrl: string): Html[] {
  const { objects = [] } = event.match ?? {};
  const origin = originOf(event, loginUrl);
  return objects.map(({ type, id, name }) => {
    const text = html`${type} ${name === undefined ? html`<code class="id">${id}</code>` : plain(name)}`;
    return externalLink(origin === undefined ? undefined : `${origin}/${id}`, text);
  });
}

/** The host of the delivery's page, or the login's if it is the org's own. */
function originOf({ share }: StoredEvent, loginUrl: string): string | undefined {
  const page = share.source === 'salesforce' ? share.content.infoUrl : undefined;
  const url = URL.parse(page ?? loginUrl);
  return url === null || LOGIN_HOSTS.includes(url.hostname) ? undefined : url.origin;
}
