import { print } from './measure.ts';

/** One measured property, as the median of several runs. */
export interface Figure {
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  /** the same unit, measured in the same way without what the figure measures; null: no floor */
  readonly floor: number | null;
  readonly runs: readonly number[];
}

export function figureOf(facts: Omit<Figure, 'value'>): Figure {
  return { ...facts, value: median(facts.runs) };
}

export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function printFigure({ figure, value, unit, floor, runs }: Figure): void {
  const spread = `${text(Math.min(...runs))} to ${text(Math.max(...runs))}`;
  const floorText =
    floor === null ? '' : `, floor ${text(floor)} (${text((value / floor) * 100)} %)`;
  print(`${figure}: ${text(value)} ${unit}${floorText}, ${runs.length} runs from ${spread}`);
}

function text(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
}

/** Runs `work` one after the other. */
export async function repeat<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let time = 0; time < times; time += 1) results.push(await work());
  return results;
}

/** True for the module that was started, not imported. */
export function isStarted(url: string): boolean {
  return url === new URL(`file://${process.argv[1]}`).href;
}
