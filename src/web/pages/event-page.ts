import { html } from 'hono/html';
import type { TenantConfig } from '../../config/types.ts';
import type { Attempt, StoredEvent } from '../../outbox/outbox-event.ts';
import { nextState } from '../../outbox/states.ts';
import { PAGE_LIMITS } from '../limits.ts';
import { eventPath, tenantPath } from '../paths.ts';
import { titleOf } from './events-table.ts';
import type { Html } from './layout.ts';
import {
  externalLink,
  type Moment,
  plain,
  type SentenceHtml,
  stateBadge,
  withoutControls,
} from './parts.ts';
import { recordLinks } from './record-links.ts';
import { timeline } from './timeline.ts';

export interface EventPage extends Moment {
  readonly event: StoredEvent;
  readonly attempts: readonly Attempt[];
  /** the outcome in one or two sentences */
  readonly summary: string;
  readonly sentences: readonly string[];
  readonly sentence: SentenceHtml;
  readonly tenant: TenantConfig;
  readonly formToken: string;
  /** what the form just did */
  readonly done: string | undefined;
}

/** One share: what happened and what to do, then the timeline, then the details. */
export function eventPage(page: EventPage): Html {
  const { event, attempts, summary, sentences, sentence, tenant, now } = page;
  const { timezone } = tenant;
  return html`${notice(page.done)}
<p class="eyebrow"><a href="${tenantPath(event.tenant)}">${event.tenant}</a></p>
<h1>${plain(titleOf(event))} ${stateBadge(event.state)}</h1>
<p class="summary">${sentence(summary)}</p>
${actions(page)}
<div class="panels">
<section class="panel wide"><h2>What happened, and why</h2><div class="story">${sentences.map((text) => html`<p>${sentence(text)}</p>`)}</div></section>
<section class="panel"><h2>Timeline</h2>${timeline(event, attempts, { now, timezone })}</section>
</div>
<section class="panel"><h2>Details</h2>${details(page)}</section>
${body(event)}`;
}

const NOTICES: Readonly<Record<string, string>> = {
  queued: 'The event is queued again. The next sync sends it.',
  skipped: 'The event will not be sent.',
  unchanged: 'Nothing had to be changed.',
};

function notice(done: string | undefined): Html {
  const text = done === undefined ? undefined : NOTICES[done];
  return text === undefined ? html`` : html`<p class="notice-line" role="status">${text}</p>`;
}

/** Only what the state allows, with the rules of the commands. */
function actions({ event, formToken }: EventPage): Html {
  const isKept = event.erasedAt === undefined;
  const canRetry = isKept && nextState(event.state, 'retry') !== undefined;
  const canSkip = nextState(event.state, 'skip') !== undefined;
  if (!canRetry && !canSkip) return html``;
  const button = (action: string, label: string, kind: string) =>
    html`<form action="${eventPath(event)}/${action}" method="post"><input type="hidden" name="form_token" value="${formToken}"><button class="${kind}">${label}</button></form>`;
  return html`<div class="actions">${canRetry ? button('retry', 'Retry', 'primary') : ''}${canSkip ? button('skip', 'Skip', 'quiet') : ''}<p class="hint">${hintOf(canRetry, canSkip)}</p></div>`;
}

function hintOf(canRetry: boolean, canSkip: boolean): string {
  const retry = 'Retry matches the share again and queues the event.';
  const skip = 'Skip makes sure that it is never sent.';
  return [...(canRetry ? [retry] : []), ...(canSkip ? [skip] : [])].join(' ');
}

function details({ event, tenant }: EventPage): Html {
  const { share, eventId, requestId, integrationId } = event;
  const records = recordLinks(event, tenant.salesforce.loginUrl);
  const rows: (readonly [string, Html | string | undefined])[] = [
    [
      'Salesforce records',
      records.length === 0
        ? undefined
        : html`${records.map((link) => html`<span class="line">${link}</span>`)}`,
    ],
    ['Recipients', recipients(event)],
    [
      'File',
      share.content.url === undefined
        ? undefined
        : externalLink(share.content.url, 'Open what was shared'),
    ],
    [
      'Share',
      share.content.infoUrl === undefined
        ? undefined
        : externalLink(share.content.infoUrl, 'Open the share'),
    ],
    ['Source', share.source],
    ['Event ID', html`<code class="id">${eventId}</code>`],
    [
      'Gong request',
      requestId === undefined ? undefined : html`<code class="id">${requestId}</code>`,
    ],
    ['Gong integration', integrationId],
  ];
  return html`<dl class="facts">${rows.map(([label, value]) =>
    value === undefined ? '' : html`<div><dt>${label}</dt><dd>${value}</dd></div>`,
  )}</dl>`;
}

function recipients({ match, share }: StoredEvent): Html | undefined {
  const people = match?.recipients ?? share.drive?.grantees ?? [];
  if (people.length === 0) return undefined;
  return html`${people.map(
    ({ name, email }) =>
      html`<span class="line">${name === undefined ? '' : html`${plain(name)} `}<span class="muted">${plain(email)}</span></span>`,
  )}`;
}

function body({ body: sent }: StoredEvent): Html {
  if (sent === undefined) return html``;
  const text = withoutControls(JSON.stringify(sent, undefined, 2));
  const max = PAGE_LIMITS.bodyCharactersMax;
  const shown = text.length <= max ? text : `${text.slice(0, max)}\n…`;
  return html`<details class="body" id="body"><summary>Body for Gong</summary><pre tabindex="0"><code>${shown}</code></pre></details>`;
}
