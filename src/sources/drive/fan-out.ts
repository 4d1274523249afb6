/** What one of the sources of `inOrder` gave: a value, or how it failed (then nothing more). */
export type Outcome<Item, Value> =
  | { readonly item: Item; readonly value: Value }
  | { readonly item: Item; readonly error: unknown };

interface Running<Item, Value> {
  readonly item: Item;
  readonly values: AsyncGenerator<Value>;
  next: Promise<IteratorResult<Value>>;
}

/**
 * Reads many sources side by side and gives what they yield as if they had been read one after the
 * other: what is done with it does not depend on which was faster. `atOnce` are under way, each no
 * more than one value ahead, so memory stays flat.
 */
export async function* inOrder<Item, Value>(
  items: Iterable<Item>,
  atOnce: number,
  open: (item: Item) => AsyncGenerator<Value>,
): AsyncGenerator<Outcome<Item, Value>> {
  const waiting = items[Symbol.iterator]();
  const running: Running<Item, Value>[] = [];
  try {
    for (;;) {
      startNext(waiting, running, { atOnce, open });
      const [first] = running;
      if (first === undefined) return;
      const outcome = await outcomeOf(first);
      if (outcome !== undefined && 'value' in outcome) first.next = fetchNext(first.values);
      else running.shift();
      if (outcome !== undefined) yield outcome;
    }
  } finally {
    for (const { next, values } of running) {
      // Nobody waits for it any more, whatever it is.
      await next.catch(() => {});
      await values.return(undefined);
    }
  }
}

function startNext<Item, Value>(
  waiting: Iterator<Item>,
  running: Running<Item, Value>[],
  how: { readonly atOnce: number; readonly open: (item: Item) => AsyncGenerator<Value> },
): void {
  while (running.length < how.atOnce) {
    const result = waiting.next();
    if (result.done) return;
    const values = how.open(result.value);
    running.push({ item: result.value, values, next: fetchNext(values) });
  }
}

/** undefined: it has come to its end. */
async function outcomeOf<Item, Value>({
  item,
  next,
}: Running<Item, Value>): Promise<Outcome<Item, Value> | undefined> {
  try {
    const result = await next;
    return result.done ? undefined : { item, value: result.value };
  } catch (error) {
    return { item, error };
  }
}

/** An error that comes while the consumer works waits, too: it must not end the process. */
function fetchNext<Value>(values: AsyncGenerator<Value>): Promise<IteratorResult<Value>> {
  const next = values.next();
  next.catch(() => {});
  return next;
}
