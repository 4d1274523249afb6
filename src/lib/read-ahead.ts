/**
 * Yields what `open` yields, and fetches one value ahead while the consumer processes the previous
 * one: never more, so memory stays flat. Throws an error only after every value read before it.
 * If the consumer stops early, aborts `signal`, waits for the value being fetched, and drops it.
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
    // The consumer has stopped, so both a value and an error are dropped.
    await next.catch(() => {});
    await values.return(undefined);
  }
}

/** Marks an early error as handled: it reaches the consumer later and must not end the process. */
function fetchNext<T>(values: AsyncGenerator<T>): Promise<IteratorResult<T>> {
  const next = values.next();
  next.catch(() => {});
  return next;
}
