import type { Clock } from '../../lib/clock.ts';
import type { ByteReservation } from '../http/byte-budget.ts';
import { ListProgress } from '../http/list-progress.ts';
import { PageTokenLost } from './errors.ts';
import type { Page } from './rows.ts';

export interface PaginateOptions<P extends Page<unknown>> {
  readonly fetchPage: (pageToken: string | undefined, reservation: ByteReservation) => Promise<P>;
  readonly openReservation: () => ByteReservation;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * The pages of a list from the page token `first` on; the bytes of a page count until the next one
 * is requested. Throws PageTokenLost if they form a cycle of any length: otherwise the list would
 * never end. (Brent's algorithm: remember one token, and a later one each time the number of steps
 * has doubled.) Throws a RetryableError if they have new tokens but make no progress.
 */
export async function* paginate<P extends Page<unknown>>(
  first: string | undefined,
  { fetchPage, openReservation, clock }: PaginateOptions<P>,
): AsyncGenerator<P> {
  const progress = new ListProgress('Google', clock);
  const reservation = openReservation();
  let remembered = first;
  let limit = 1;
  let steps = 0;
  try {
    for (let token = first; ; ) {
      let next: string | undefined;
      // No variable holds the page: a suspended generator keeps its variables, and pages are large.
      yield fetchPage(token, reservation).then((page) => {
        next = page.nextPageToken;
        if (next === undefined) return page;
        if (next === remembered) {
          throw new PageTokenLost('the pages of a list of Google form a cycle');
        }
        progress.add([...page.rows, ...(page.faulty ?? [])]);
        return page;
      });
      reservation.release();
      if (next === undefined) return;
      token = next;
      steps += 1;
      if (steps >= limit) {
        remembered = token;
        limit *= 2;
        steps = 0;
      }
    }
  } finally {
    reservation.release();
  }
}
