import { type Figure, type Goal, isMet } from './figure.ts';
import type { Growth } from './growth.ts';

const HEAD = ['figure', 'median', 'spread', 'floor', 'of the floor', 'goal', ''];

/** The figures as a Markdown table. */
export function figureTable(figures: readonly Figure[]): string[] {
  return markdown(
    HEAD,
    figures.map((figure) => {
      const { title, value, unit, runs, floor, goals } = figure;
      return [
        title,
        `${numberText(value)} ${unit}`,
        `${numberText(Math.min(...runs))} to ${numberText(Math.max(...runs))}`,
        `${numberText(floor.value)} ${unit}: ${floor.what}`,
        percentText(value / floor.value),
        goals.map((goal) => goalText(goal, unit)).join(', '),
        goals.map((goal) => (isMet(figure, goal) ? 'met' : 'missed')).join(', '),
      ];
    }),
  );
}

/** How costs grow with the number of events, as a Markdown table. */
export function growthTable(growth: readonly Growth[]): string[] {
  const sizes = growth[0]?.points.map(({ events }) => events.toLocaleString('en-US')) ?? [];
  return markdown(
    ['processor time in ms', ...sizes.map((size) => `${size} events`), 'grows'],
    growth.map(({ cost, points, verdict }) => [
      cost,
      ...points.map(({ milliseconds }) => numberText(milliseconds)),
      verdict,
    ]),
  );
}

function goalText({ kind, bound, of }: Goal, unit: string): string {
  const sign = kind === 'at least' ? '≥' : '≤';
  return of === 'floor'
    ? `${sign} ${percentText(bound)} of the floor`
    : `${sign} ${numberText(bound)} ${unit}`;
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

export function numberText(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
}

function percentText(ratio: number): string {
  return `${(ratio * 100).toLocaleString('en-US', { maximumSignificantDigits: 3 })} %`;
}
