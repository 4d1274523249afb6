import type { GongResponse } from '../vendors/gong/response.ts';

/** Counts consecutive rejections with the same errors: the cause is then not the single event. */
export class RejectionStreak {
  readonly #limit: number;
  #errors = '';
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes the responses in the order of settling. True once the streak has reached the limit. */
  reached(response: Pick<GongResponse, 'kind' | 'errors'>): boolean {
    if (response.kind !== 'rejected') {
      // A broken connection says nothing about the body, so it does not end the streak.
      if (response.kind !== 'unavailable') this.#length = 0;
      return false;
    }
    const errors = JSON.stringify(response.errors);
    this.#length = errors === this.#errors ? this.#length + 1 : 1;
    this.#errors = errors;
    return this.#length >= this.#limit;
  }
}
