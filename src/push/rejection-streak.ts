import type { GongResponse } from '../vendors/gong/response.ts';

/** Counts rejections in a row that say the same: then it is not the event that is wrong. */
export class RejectionStreak {
  readonly #limit: number;
  #errors = '';
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes the next answer in the order of settling; true when the streak is complete. */
  reached(answer: Pick<GongResponse, 'kind' | 'errors'>): boolean {
    if (answer.kind !== 'rejected') {
      // A broken connection says nothing about bodies; any verdict on a body ends the streak.
      if (answer.kind !== 'unavailable') this.#length = 0;
      return false;
    }
    const errors = JSON.stringify(answer.errors);
    this.#length = errors === this.#errors ? this.#length + 1 : 1;
    this.#errors = errors;
    return this.#length >= this.#limit;
  }
}
