import { PageTokenLost } from './errors.ts';
import type { Page } from './rows.ts';

/**
 * The pages of a list from `first` on. Throws PageTokenLost where they lead in a circle, however
 * long: without that a list would never end. (Brent's way to find one: remember one token, a
 * later one each time that the way has become twice as long.)
 */
export async function* paginate<P extends Page<unknown>>(
  first: string | undefined,
  ask: (pageToken: string | undefined) => Promise<P>,
): AsyncGenerator<P> {
  let remembered = first;
  let limit = 1;
  let steps = 0;
  for (let token = first; ; ) {
    let next: string | undefined;
    // No variable holds the page: a generator that waits keeps its variables, and pages are large.
    yield ask(token).then((page) => {
      next = page.nextPageToken;
      if (next === undefined || next !== remembered) return page;
      throw new PageTokenLost('the pages of a list of Google lead in a circle');
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
