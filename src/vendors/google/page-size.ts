import { GOOGLE_LIMITS } from './limits.ts';

/**
 * The page size of one list. Google answers 500 to pages that take it too long: after a failure, the
 * next attempt requests a smaller page. After some successes, pages grow again.
 */
export class PageSize {
  readonly #max: number;
  #current: number;
  #successes = 0;

  constructor(max: number) {
    this.#max = max;
    this.#current = max;
  }

  get current(): number {
    return this.#current;
  }

  /** Returns false if the page was as small as it gets. */
  shrink(): boolean {
    const { pageSizeMin, pageShrinkFactor } = GOOGLE_LIMITS;
    const before = this.#current;
    this.#successes = 0;
    this.#current = Math.min(before, Math.max(pageSizeMin, Math.floor(before / pageShrinkFactor)));
    return this.#current < before;
  }

  addSuccess(): void {
    this.#successes += 1;
    if (this.#successes < GOOGLE_LIMITS.pagesBeforeGrowth) return;
    this.#successes = 0;
    this.#current = Math.min(this.#max, this.#current * 2);
  }
}
