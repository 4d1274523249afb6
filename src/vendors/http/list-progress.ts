import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { RetryableError } from '../../lib/errors.ts';
import { HTTP_LIMITS } from './limits.ts';

const HOUR_MS = 60 * 60_000;

/**
 * Ends a list that a vendor never ends: pages without rows, the same rows again and again, or more
 * pages than any list has. The next run resumes from the last committed page.
 */
export class ListProgress {
  readonly #vendor: string;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #startedAt: number;
  #pages = 0;
  #emptyInRow = 0;
  #repeated = 0;
  /** of the previous page, and of an earlier one that moves on as in Brent's algorithm */
  #previous = '';
  #remembered = '';
  #rememberAt = 1;

  constructor(vendor: string, clock: Pick<Clock, 'now'>) {
    this.#vendor = vendor;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** Call it for each page that links to another. Throws a RetryableError if the list must end. */
  add(rows: readonly unknown[]): void {
    this.#pages += 1;
    this.#emptyInRow = rows.length === 0 ? this.#emptyInRow + 1 : 0;
    if (rows.length > 0) this.#compare(digestOf(rows));
    const problem = this.#problem();
    if (problem === undefined) return;
    throw new RetryableError(`a list of ${this.#vendor} does not end: ${problem}`);
  }

  #compare(digest: string): void {
    if (digest === this.#previous || digest === this.#remembered) this.#repeated += 1;
    this.#previous = digest;
    if (this.#pages < this.#rememberAt) return;
    this.#remembered = digest;
    this.#rememberAt = this.#pages * 2;
  }

  #problem(): string | undefined {
    const { emptyPagesMax, repeatedPagesMax, pagesMax, listMsMax } = HTTP_LIMITS;
    if (this.#emptyInRow >= emptyPagesMax) return `${emptyPagesMax} pages in a row have no rows`;
    if (this.#repeated >= repeatedPagesMax) return 'its pages repeat the same rows';
    if (this.#pages >= pagesMax) return `it has more than ${pagesMax} pages`;
    if (this.#clock.now() - this.#startedAt < listMsMax) return undefined;
    return `it takes more than ${listMsMax / HOUR_MS} hours`;
  }
}

/** Of the first and the last row: complete pages of a list differ in both. */
function digestOf(rows: readonly unknown[]): string {
  const sample = JSON.stringify([rows.length, rows[0], rows.at(-1)]);
  return createHash('sha256').update(sample).digest('base64');
}
