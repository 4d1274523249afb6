import { makeId } from './ids.ts';
import type { Session } from './sessions.ts';
import type { Selection } from './soql/read-query.ts';
import type { ResultSet } from './soql/result-set.ts';

/** SOQL reference: a locator is valid for two days; an eleventh open one closes the oldest. */
const LOCATOR_AGE_MS_MAX = 2 * 86_400_000;
const LOCATORS_OPEN_MAX = 10;

/** A result with more than one page. */
export interface OpenResult {
  readonly result: ResultSet;
  readonly selection: Selection;
  readonly pageRows: number;
  /** a locator belongs to its session and ends with it */
  readonly session: Session;
}

interface Locator extends OpenResult {
  readonly openedAtMs: number;
}

export class QueryLocators {
  readonly #open = new Map<string, Locator>();
  readonly #now: () => number;
  #issued = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  open(result: OpenResult): string {
    this.#issued += 1;
    const id = makeId('01g', this.#issued);
    this.#open.set(id, { ...result, openedAtMs: this.#now() });
    const [oldest] = this.#open.keys();
    if (this.#open.size > LOCATORS_OPEN_MAX && oldest !== undefined) this.#open.delete(oldest);
    return id;
  }

  get(id: string): OpenResult | undefined {
    const locator = this.#open.get(id);
    if (!locator || this.#now() >= locator.openedAtMs + LOCATOR_AGE_MS_MAX) return undefined;
    return locator;
  }

  endAll(): void {
    this.#open.clear();
  }
}
