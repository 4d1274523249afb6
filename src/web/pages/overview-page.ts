import { html } from 'hono/html';
import { countOf, numberText } from '../../lib/format.ts';
import type { RecentCounts } from '../../operator/event-counts.ts';
import type { QueueStatus } from '../../operator/queue-status.ts';
import { nameOf, type TenantRow } from '../../operator/tenant-row.ts';
import type { DayCount } from '../../outbox/counts.ts';
import type { State } from '../../outbox/states.ts';
import { PAGE_LIMITS } from '../limits.ts';
import { eventsPath, tenantPath } from '../paths.ts';
import { callsMeters } from './calls-meter.ts';
import { dayChart } from './day-chart.ts';
import type { Html } from './layout.ts';
import { countHtml, healthHtml, type Moment, type SentenceHtml, timeHtml, upper } from './parts.ts';
import { queueProblem, workersPanel } from './workers-panel.ts';

export interface Overview extends Moment {
  /** worst first */
  readonly rows: readonly TenantRow[];
  readonly days: readonly DayCount[];
  readonly firstDay: number;
  readonly recentOf: (tenant: string) => RecentCounts;
  readonly lastGoodRuns: ReadonlyMap<string, number>;
  readonly queue: QueueStatus;
  readonly sentence: SentenceHtml;
}

/** Whether anyone has to act, and on what. */
export function overviewPage(overview: Overview): Html {
  const { rows, days, firstDay, now, queue, sentence } = overview;
  const shown = rows.slice(0, PAGE_LIMITS.tenantsShown);
  const statuses = rows.flatMap(({ status }) => status ?? []);
  return html`${verdict(rows)}${queueProblem(queue, sentence)}
<div class="table-frame">
<table class="cards">
<caption class="hidden">Tenants, worst first</caption>
<thead><tr><th scope="col">Tenant</th><th scope="col">Health</th><th scope="col">Last good run</th><th scope="col">Next run</th><th scope="col" class="num">Delivered <span class="unit">24 h</span></th><th scope="col" class="num">Held</th><th scope="col" class="num">Waiting</th><th scope="col" class="num">Rejected <span class="unit">24 h</span></th></tr></thead>
<tbody>${shown.map((row) => tenantRow(row, overview))}</tbody>
</table>
</div>
${rows.length > shown.length ? html`<p class="hint">${countOf(rows.length - shown.length, 'more tenant')}; the command ${sentence('`sharetrail status`')} lists all.</p>` : ''}
<div class="panels">
<section class="panel wide"><h2>Events per day</h2><p class="hint">By the day of the share, UTC, and their state now.</p>${dayChart(days, { firstDay, days: PAGE_LIMITS.daysInChart })}</section>
<section class="panel"><h2>Gong calls</h2><p class="hint">Used in the last 24 hours, per Gong account.</p>${callsMeters(statuses, { now })}</section>${workersPanel(queue)}
</div>`;
}

function verdict(rows: readonly TenantRow[]): Html {
  const count = rows.filter(({ health }) => health.attention !== undefined).length;
  if (rows.length === 0) {
    return html`<h1>No tenants</h1><p>Add a file to <code>config/tenants</code>, then reload the configuration.</p>`;
  }
  if (count === 0) {
    const all = rows.length === 1 ? 'The tenant is fine' : `All ${rows.length} tenants are fine`;
    return html`<h1>${all}</h1><p class="lead">Nothing needs attention.</p>`;
  }
  const needs = count === 1 ? 'needs' : 'need';
  return html`<h1>${count} of ${countOf(rows.length, 'tenant')} ${needs} attention</h1>`;
}

function tenantRow(row: TenantRow, overview: Overview): Html {
  const name = nameOf(row);
  const { attention, level } = row.health;
  const link =
    row.status === undefined ? html`${name}` : html`<a href="${tenantPath(name)}">${name}</a>`;
  const cells = row.status === undefined ? emptyCells() : cellsOf(row.status, overview);
  const why =
    attention === undefined
      ? ''
      : html`<tr class="remedy"><td colspan="8"><p>${overview.sentence(upper(attention.message))}</p><p class="hint">${overview.sentence(attention.hint)}</p></td></tr>`;
  return html`<tr class="${attention === undefined ? '' : 'has-remedy'}"><th scope="row">${link}</th><td data-label="Health"><span class="health">${healthHtml(level)}</span></td>${cells}</tr>${why}`;
}

function emptyCells(): Html {
  return html`<td colspan="6" class="muted">Its configuration is invalid, so nothing runs.</td>`;
}

function cellsOf(
  { tenant, timezone, nextRun, outbox }: NonNullable<TenantRow['status']>,
  { now, recentOf, lastGoodRuns }: Overview,
): Html {
  const recent = recentOf(tenant);
  const good = lastGoodRuns.get(tenant);
  const moment = { now, timezone };
  const count = (label: string, state: State, events: number) =>
    html`<td class="num" data-label="${label}">${
      events === 0
        ? countHtml(0)
        : html`<a href="${eventsPath({ tenant, state })}" aria-label="${tenant}: ${numberText(events)} ${state}">${countHtml(events)}</a>`
    }</td>`;
  return html`<td data-label="Last good run">${good === undefined ? html`<span class="muted">none yet</span>` : timeHtml(good, moment)}</td>
<td data-label="Next run">${nextRun === undefined ? html`<span class="muted">on demand</span>` : timeHtml(nextRun, moment)}</td>
${count('Delivered, 24 h', 'delivered', recent.delivered)}${count('Held', 'held', outbox.held)}${count('Waiting', 'pending', outbox.pending)}${count('Rejected, 24 h', 'rejected', recent.rejected)}`;
}
