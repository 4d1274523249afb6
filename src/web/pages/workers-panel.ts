import { html } from 'hono/html';
import { ageText, countOf } from '../../lib/format.ts';
import type { QueueStatus } from '../../operator/queue-status.ts';
import { PAGE_LIMITS } from '../limits.ts';
import { tenantPath } from '../paths.ts';
import type { Html } from './layout.ts';
import { type SentenceHtml, upper } from './parts.ts';

/** Which worker does what. Nothing without a shared queue. */
export function workersPanel({ workers, depth, now }: QueueStatus): Html | '' {
  if (depth === undefined) return '';
  const shown = workers.slice(0, PAGE_LIMITS.tenantsShown);
  const rows = shown.map(({ host, role, seenAt, runs }) => {
    const links = runs.map((name) => html` <a href="${tenantPath(name)}">${name}</a>`);
    const does = runs.length === 0 ? html`<span class="muted">idle</span>` : html`${links}`;
    const what = role === 'standby' ? 'start' : 'worker';
    return html`<tr><th scope="row">${host}</th><td data-label="Command">${what}</td><td data-label="Runs">${does}</td><td data-label="Seen">${ageText(now - seenAt)} ago</td></tr>`;
  });
  const waiting = `${countOf(depth.waiting, 'run')} waiting, ${depth.delayed} delayed.`;
  return html`<section class="panel wide"><h2>Workers</h2><p class="hint">${waiting}</p>
<div class="table-frame"><table class="cards"><thead><tr><th scope="col">Host</th><th scope="col">Command</th><th scope="col">Runs</th><th scope="col">Seen</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

/** Runs that wait although no worker is alive. */
export function queueProblem({ attention }: QueueStatus, sentence: SentenceHtml): Html | '' {
  if (attention === undefined) return '';
  return html`<p class="lead">${sentence(upper(attention.message))}</p><p class="hint">${sentence(attention.hint)}</p>`;
}
