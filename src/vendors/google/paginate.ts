import { PageTokenLost } from './errors.ts';
import type { Page } from './rows.ts';

/**
 * The pages of a list from the page token `first` on. Throws PageTokenLost if they form a cycle of
 * any length: otherwise the list would never end. (Brent's algorithm: remember one token, and a
 * later one each time the number of steps has doubled.)
 */
export async function* paginate<P extends Page<unknown>>(
  first: string | undefined,
  fetchPage: (pageToken: string | undefined) => Promise<P>,
): AsyncGenerator<P> {
  let remembered = first;
  let limit = 1;
  let steps = 0;
  for (let token = first; ; ) {
    let next: string | undefined;
    // No variable holds the page: a suspended generator keeps its variables, and pages are large.
    yield fetchPage(token).then((page) => {
      next = page.nextPageToken;
      if (next === undefined || next !== remembered) return page;
      throw new PageTokenLost('the pages of a list of Google form a cycle');
    });
    if (next === undefined) return;
    token = next;
    steps += 1;
    if (steps >= limit) {
      remembered = token;
      limit *= 2;
      steps = 0;
    }
  }
}
