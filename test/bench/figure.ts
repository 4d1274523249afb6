/** One measured property, as the median of several runs. */
export interface Figure {
  readonly title: string;
  readonly value: number;
  readonly unit: string;
  readonly runs: readonly number[];
  readonly floor: Floor;
  readonly goals: readonly Goal[];
}

/** What the figure is compared with, in the same unit: measured in the same run, or the ideal. */
export interface Floor {
  readonly what: string;
  readonly value: number;
}

/** A bound of the value, or of the value divided by the floor. */
export interface Goal {
  readonly kind: 'at least' | 'at most';
  readonly bound: number;
  readonly of: 'value' | 'floor';
}

export const atLeast = (bound: number): Goal => ({ kind: 'at least', bound, of: 'value' });
export const atMost = (bound: number): Goal => ({ kind: 'at most', bound, of: 'value' });
export const atLeastOfFloor = (bound: number): Goal => ({ kind: 'at least', bound, of: 'floor' });
export const atMostOfFloor = (bound: number): Goal => ({ kind: 'at most', bound, of: 'floor' });

export function figureOf(facts: Omit<Figure, 'value'>): Figure {
  return { ...facts, value: median(facts.runs) };
}

export function isMet({ value, floor }: Figure, { kind, bound, of }: Goal): boolean {
  const reached = of === 'value' ? value : value / floor.value;
  return kind === 'at least' ? reached >= bound : reached <= bound;
}

/** Of an odd number of values. */
export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Runs `work` one after the other. */
export async function repeat<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let time = 0; time < times; time += 1) results.push(await work());
  return results;
}

/** Throws if a benchmark measured something else than it should. */
export function expectCount(what: string, found: number | undefined, expected: number): void {
  if (found !== expected) throw new Error(`${what}: ${found} instead of ${expected}`);
}
