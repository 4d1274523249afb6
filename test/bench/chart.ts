import type { Figure } from './figure.ts';
import { numberText } from './table.ts';

export type ChartTheme = 'light' | 'dark';

const COLORS = {
  light: { text: '#1f2328', faint: '#59636e', bar: '#1f6feb', floor: '#c9d1d9', back: '#ffffff' },
  dark: { text: '#f0f6fc', faint: '#9198a1', bar: '#58a6ff', floor: '#484f58', back: '#0d1117' },
} as const satisfies Record<ChartTheme, object>;

const WIDTH = 760;
const ROW = { height: 58, title: 16, bars: 24, bar: 10, gap: 3 } as const;
const TOP = 12;
const LEFT = 12;
/** for the number behind a bar */
const RIGHT = 250;
const BAR_WIDTH_MAX = WIDTH - LEFT - RIGHT;
const SPREAD_HEIGHT = 4;

/** Each figure above its floor, to the same scale, with a line from its lowest to its highest run. */
export function figureChart(figures: readonly Figure[], theme: ChartTheme): string {
  const height = TOP * 2 + figures.length * ROW.height;
  const { text, faint, bar: value, floor, back } = COLORS[theme];
  const style =
    `text{font:13px system-ui,sans-serif;fill:${text}}.faint{font-size:12px;fill:${faint}}` +
    `.value{fill:${value}}.floor{fill:${floor}}.spread{stroke:${text};stroke-width:1.5}`;
  const label = 'Each figure (upper bar) next to its floor (lower bar)';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">
<style>${style}</style>
<rect width="${WIDTH}" height="${height}" fill="${back}"/>
${figures.map((figure, index) => row(figure, TOP + index * ROW.height)).join('\n')}
</svg>
`;
}

function row({ title, value, unit, runs, floor }: Figure, top: number): string {
  const most = Math.max(value, floor.value, ...runs);
  const widthOf = (amount: number) => round((amount / most) * BAR_WIDTH_MAX);
  const upper = top + ROW.bars;
  const lower = upper + ROW.bar + ROW.gap;
  const middle = upper + ROW.bar / 2;
  const [from, to] = [Math.min(...runs), Math.max(...runs)].map((run) => LEFT + widthOf(run));
  return [
    `<text x="${LEFT}" y="${top + ROW.title}">${escapeText(title)}</text>`,
    bar('value', { y: upper, width: widthOf(value) }),
    `<path class="spread" d="M${from} ${middle}H${to}M${from} ${middle - SPREAD_HEIGHT}v${SPREAD_HEIGHT * 2}M${to} ${middle - SPREAD_HEIGHT}v${SPREAD_HEIGHT * 2}"/>`,
    bar('floor', { y: lower, width: widthOf(floor.value) }),
    numberBehind(`${numberText(value)} ${unit}`, { ...(to !== undefined && { x: to }), y: upper }),
    numberBehind(`${numberText(floor.value)}: ${floor.what}`, {
      x: LEFT + widthOf(floor.value),
      y: lower,
      isFaint: true,
    }),
  ].join('');
}

function bar(
  className: 'value' | 'floor',
  { y, width }: { readonly y: number; readonly width: number },
): string {
  return `<rect class="${className}" x="${LEFT}" y="${y}" width="${width}" height="${ROW.bar}"/>`;
}

function numberBehind(
  text: string,
  { x = 0, y, isFaint }: { readonly x?: number; readonly y: number; readonly isFaint?: true },
): string {
  const className = isFaint ? ' class="faint"' : '';
  return `<text${className} x="${x + 8}" y="${y + ROW.bar}">${escapeText(text)}</text>`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
