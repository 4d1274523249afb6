import { html } from 'hono/html';
import { numberText } from '../../lib/format.ts';
import type { DayCount } from '../../outbox/counts.ts';
import type { State } from '../../outbox/states.ts';
import type { Html } from './layout.ts';

/** From the baseline up: what went well is at the bottom. */
const STACK: readonly State[] = [
  'delivered',
  'duplicate',
  'pending',
  'held',
  'rejected',
  'skipped',
];
const DAY_MS = 24 * 60 * 60_000;
const SIZE = { width: 720, height: 200, left: 44, bottom: 32, top: 8 } as const;
const PLOT_HEIGHT = SIZE.height - SIZE.bottom - SIZE.top;
const TICKS = 3;
/** days between two labels */
const LABEL_EVERY = 7;

/** Events per day by state, as stacked bars. Colors come from the style sheet. */
export function dayChart(
  counts: readonly DayCount[],
  range: { readonly firstDay: number; readonly days: number },
): Html {
  const all = Array.from({ length: range.days }, (_, index) => range.firstDay + index);
  const byDay = Map.groupBy(counts, ({ day }) => day);
  const totals = all.map((day) => sumOf(byDay.get(day) ?? []));
  const total = totals.reduce((sum, each) => sum + each, 0);
  if (total === 0) return html`<p class="empty">No shares in the last ${range.days} days.</p>`;
  const max = niceMax(Math.max(...totals));
  const step = (SIZE.width - SIZE.left) / range.days;
  const label =
    `Events per day in the last ${range.days} days: ${numberText(total)} in all, ` +
    `at most ${numberText(Math.max(...totals))} on one day`;
  return html`<svg class="chart" viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label="${label}">
${ticksOf(max)}
${all.map((day, index) => {
  const x = SIZE.left + index * step;
  return html`${bars(byDay.get(day) ?? [], { x, width: step, max })}${index % LABEL_EVERY === 0 ? dayLabel(day, x) : ''}`;
})}
</svg>${legend(counts)}`;
}

function sumOf(counts: readonly DayCount[]): number {
  return counts.reduce((sum, { events }) => sum + events, 0);
}

/** Multiples of a power of ten that are easy to halve; close enough that bars fill the chart. */
const MAX_FACTORS = [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10];

/** At least the value, so that each tick is a whole, short number. */
function niceMax(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  const candidates = MAX_FACTORS.map((factor) => Math.round(factor * power * 10) / 10);
  const fitting = candidates.find((each) => each >= value && Number.isInteger(each / (TICKS - 1)));
  return fitting ?? 10 * power;
}

function ticksOf(max: number): Html {
  return html`${Array.from({ length: TICKS }, (_, index) => {
    const value = (max * index) / (TICKS - 1);
    const y = yOf(value, max);
    return html`<line class="grid" x1="${SIZE.left}" x2="${SIZE.width}" y1="${y}" y2="${y}"/><text class="tick" x="${SIZE.left - 8}" y="${y + 4}" text-anchor="end">${numberText(Math.round(value))}</text>`;
  })}`;
}

function bars(
  counts: readonly DayCount[],
  { x, width, max }: { readonly x: number; readonly width: number; readonly max: number },
): Html {
  let below = 0;
  const rects = STACK.flatMap((state) => {
    const events = counts.find((count) => count.state === state)?.events ?? 0;
    if (events === 0) return [];
    const top = yOf(below + events, max);
    const height = yOf(below, max) - top;
    below += events;
    return html`<rect class="fill-${state}" x="${round(x + 1)}" y="${round(top)}" width="${round(width - 2)}" height="${round(height)}"/>`;
  });
  if (below === 0) return html``;
  const parts = STACK.flatMap((state) => {
    const events = counts.find((count) => count.state === state)?.events;
    return events === undefined ? [] : `${numberText(events)} ${state}`;
  });
  return html`<g><title>${dateOf(counts[0]?.day ?? 0)}: ${parts.join(', ')}</title>${rects}</g>`;
}

function dayLabel(day: number, x: number): Html {
  return html`<text class="tick day" x="${round(x)}" y="${SIZE.height - SIZE.bottom + 8}">${dateOf(day)}</text>`;
}

function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(5, 10);
}

function yOf(value: number, max: number): number {
  return round(SIZE.top + PLOT_HEIGHT * (1 - value / max));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function legend(counts: readonly DayCount[]): Html {
  const present = STACK.filter((state) => counts.some((count) => count.state === state));
  return html`<ul class="legend">${present.map(
    (state) => html`<li><span class="swatch back-${state}" aria-hidden="true"></span>${state}</li>`,
  )}</ul>`;
}
