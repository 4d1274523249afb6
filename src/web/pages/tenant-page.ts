import { html } from 'hono/html';
import { countOf, durationText, numberText } from '../../lib/format.ts';
import { cursorTimes } from '../../operator/cursor-times.ts';
import { sendingDays } from '../../operator/sending-days.ts';
import type { RunStatus } from '../../operator/status.ts';
import type { ReadPositions } from '../../operator/sync-cursors.ts';
import type { ValidTenantRow } from '../../operator/tenant-row.ts';
import type { DayCount } from '../../outbox/counts.ts';
import { STATES } from '../../outbox/states.ts';
import { PAGE_LIMITS } from '../limits.ts';
import { eventsPath } from '../paths.ts';
import { callsMeters } from './calls-meter.ts';
import { dayChart } from './day-chart.ts';
import type { Html } from './layout.ts';
import {
  countHtml,
  healthHtml,
  type Moment,
  plain,
  type SentenceHtml,
  timeHtml,
  upper,
} from './parts.ts';

export interface TenantPage extends Moment {
  readonly row: ValidTenantRow;
  readonly days: readonly DayCount[];
  readonly firstDay: number;
  readonly positions: ReadPositions;
  readonly sentence: SentenceHtml;
}

/** One tenant: its health, states, runs, backfills, and how far it is read. */
export function tenantPage(page: TenantPage): Html {
  const { row, days, firstDay, positions, now, sentence } = page;
  const { status, health } = row;
  const { tenant, timezone, outbox, nextRun } = status;
  const moment = { now, timezone };
  const shown = { ...moment, sentence };
  return html`<p class="eyebrow"><a href="/">Tenants</a></p>
<h1>${tenant} <span class="health">${healthHtml(health.level)}</span></h1>
${health.attention === undefined ? '' : html`<div class="attention"><p>${sentence(upper(health.attention.message))}</p><p class="hint">${sentence(health.attention.hint)}</p></div>`}
<dl class="tiles">${STATES.map(
    (state) =>
      html`<div><dt>${state}</dt><dd>${outbox[state] === 0 ? countHtml(0) : html`<a href="${eventsPath({ tenant, state })}" aria-label="${numberText(outbox[state])} ${state}">${countHtml(outbox[state])}</a>`}</dd></div>`,
  )}</dl>
<div class="panels">
<section class="panel wide"><h2>Events per day</h2>${dayChart(days, { firstDay, days: PAGE_LIMITS.daysInChart })}</section>
<section class="panel"><h2>Gong calls</h2>${callsMeters([status], { now })}<h2>Next run</h2><p>${nextRun === undefined ? 'On demand: this tenant has no schedule.' : timeHtml(nextRun, moment)}</p></section>
</div>
<section class="panel"><h2>Latest runs</h2>${status.runs.length === 0 ? noRun(sentence) : runsTable(status.runs, shown)}</section>
${backfills(row, moment)}
<section class="panel"><h2>How far it is read</h2>${positionsTable(positions, moment)}</section>`;
}

type ZonedMoment = Moment & { readonly timezone: string };
type RunsShown = ZonedMoment & { readonly sentence: SentenceHtml };

function noRun(sentence: SentenceHtml): Html {
  return html`<div class="empty"><p>No run yet.</p><p class="hint">${sentence('To run it now: `sharetrail sync`')}</p></div>`;
}

function runsTable(runs: readonly RunStatus[], shown: RunsShown): Html {
  return html`<div class="table-frame"><table class="cards"><caption class="hidden">Latest runs</caption>
<thead><tr><th scope="col">Started</th><th scope="col">Run</th><th scope="col">Outcome</th><th scope="col" class="num">Duration</th><th scope="col" class="num">Found</th><th scope="col" class="num">Delivered</th><th scope="col">Errors</th></tr></thead>
<tbody>${runs.map((run) => runRow(run, shown))}</tbody></table></div>`;
}

function runRow(
  { kind, outcome, startedAt, finishedAt, report }: RunStatus,
  { sentence, ...moment }: RunsShown,
): Html {
  const found = report === undefined ? 0 : report.found.salesforce + report.found['google-drive'];
  const errors = report?.errors ?? [];
  return html`<tr><th scope="row">${timeHtml(startedAt, moment)}</th><td data-label="Run">${kind}</td><td data-label="Outcome"><span class="badge outcome-${outcome}">${outcome}</span></td>
<td class="num" data-label="Duration">${finishedAt === undefined ? '' : durationText(finishedAt - startedAt)}</td><td class="num" data-label="Found">${countHtml(found)}</td><td class="num" data-label="Delivered">${countHtml(report?.delivered ?? 0)}</td>
<td data-label="Errors">${errors.length === 0 ? html`<span class="muted">none</span>` : errors.map(({ stage, message, hint }) => html`<p>${stage}: ${plain(message)}</p><p class="hint">${sentence(hint)}</p>`)}</td></tr>`;
}

function backfills({ status }: ValidTenantRow, moment: ZonedMoment): Html {
  const { history } = status;
  if (status.backfills.length === 0) return html``;
  const { day, days } = sendingDays(history, history.callsPerDay);
  const all = history.settled + history.waiting;
  return html`<section class="panel"><h2>Backfills</h2><ul class="sentences">${status.backfills.map(
    ({ source, since, until, state }) =>
      html`<li>${source}, shares from ${timeHtml(since, moment)} to ${until === undefined ? 'now' : timeHtml(until, moment)}: ${state === 'reading' ? 'partly read' : 'read to its end'}</li>`,
  )}</ul>${
    history.waiting === 0
      ? ''
      : html`<p>${numberText(history.settled)} of ${countOf(all, 'backfilled event')} are settled: day ${day} of ${days}.</p>`
  }</section>`;
}

function positionsTable({ streams, changeLogs }: ReadPositions, moment: ZonedMoment): Html {
  if (streams.length === 0 && changeLogs === undefined) {
    return html`<p class="empty">Nothing is read yet.</p>`;
  }
  const until = new Map(cursorTimes(streams).map(({ stream, at }) => [stream, at]));
  const rows = streams.flatMap(({ stream, updatedAt }) => {
    const at = until.get(stream);
    return at === undefined ? [] : [{ stream, updatedAt, at }];
  });
  const logs = changeLogs && {
    stream: countOf(changeLogs.count, 'change log'),
    updatedAt: changeLogs.oldestReadAt,
    at: undefined,
  };
  return html`<div class="table-frame"><table class="cards"><caption class="hidden">Streams and how far they are read</caption><thead><tr><th scope="col">Stream</th><th scope="col">Read until</th><th scope="col">Stored</th></tr></thead><tbody>${[
    ...rows,
    ...(logs ? [logs] : []),
  ].map(
    ({ stream, updatedAt, at }) =>
      html`<tr><th scope="row" class="stream">${stream}</th><td data-label="Read until">${at === undefined ? html`<span class="muted">its own position</span>` : timeHtml(at, moment)}</td><td data-label="Stored">${timeHtml(updatedAt, moment)}</td></tr>`,
  )}</tbody></table></div>`;
}
