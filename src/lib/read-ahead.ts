/**
 * Yields what `open` yields, fetching one value while the consumer works on the one before: never
 * more, so memory stays flat. An error comes after every value that was read before it. When the
 * consumer stops early, `signal` is aborted, and the value under way is waited for and dropped.
 */
export async function* readAhead<T>(
  open: (signal: AbortSignal) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  const stop = new AbortController();
  const values = open(stop.signal);
  let next = fetchNext(values);
  try {
    for (;;) {
      const result = await next;
      if (result.done) return;
      next = fetchNext(values);
      yield result.value;
    }
  } finally {
    stop.abort();
    // Whatever it was, error or value, nobody waits for it any more.
    await next.catch(() => {});
    await values.return(undefined);
  }
}

/** An error that arrives while the consumer works waits, too: it must not end the process. */
function fetchNext<T>(values: AsyncGenerator<T>): Promise<IteratorResult<T>> {
  const next = values.next();
  next.catch(() => {});
  return next;
}
