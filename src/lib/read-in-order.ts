import { Turn } from './turn.ts';

/** The next value of one of the sources, or the error that ended it. */
export type ItemOutcome<Item, Value> =
  | { readonly item: Item; readonly value: Value }
  | { readonly item: Item; readonly error: unknown };

interface Running<Item, Value> {
  readonly item: Item;
  readonly values: AsyncGenerator<Value>;
  readonly turn: Turn;
  next: Promise<IteratorResult<Value>>;
}

/**
 * Reads up to `atOnce` sources concurrently and yields their values in the order of `items`, as if
 * they were read one after another: the result does not depend on which source is faster. Each source
 * is at most one value ahead. `open` receives the turn of its source: until it is the first, its values
 * only wait in memory.
 */
export async function* readInOrder<Item, Value>(
  items: Iterable<Item>,
  atOnce: number,
  open: (item: Item, turn: Turn) => AsyncGenerator<Value>,
): AsyncGenerator<ItemOutcome<Item, Value>> {
  const waiting = items[Symbol.iterator]();
  const running: Running<Item, Value>[] = [];
  try {
    for (;;) {
      startNext(waiting, running, { atOnce, open });
      const [first] = running;
      if (first === undefined) return;
      first.turn.becomeFirst();
      const outcome = await outcomeOf(first);
      if (outcome !== undefined && 'value' in outcome) first.next = fetchNext(first.values);
      else running.shift();
      if (outcome !== undefined) yield outcome;
    }
  } finally {
    for (const { next, values } of running) {
      // The consumer stopped, so the outcome no longer matters.
      await next.catch(() => {});
      await values.return(undefined);
    }
  }
}

function startNext<Item, Value>(
  waiting: Iterator<Item>,
  running: Running<Item, Value>[],
  how: {
    readonly atOnce: number;
    readonly open: (item: Item, turn: Turn) => AsyncGenerator<Value>;
  },
): void {
  while (running.length < how.atOnce) {
    const result = waiting.next();
    if (result.done) return;
    const turn = new Turn();
    const values = how.open(result.value, turn);
    running.push({ item: result.value, values, turn, next: fetchNext(values) });
  }
}

/** Undefined once the source has ended. */
async function outcomeOf<Item, Value>({
  item,
  next,
}: Running<Item, Value>): Promise<ItemOutcome<Item, Value> | undefined> {
  try {
    const result = await next;
    return result.done ? undefined : { item, value: result.value };
  } catch (error) {
    return { item, error };
  }
}

/** An error can occur before the consumer awaits it; it must not end the process. */
function fetchNext<Value>(values: AsyncGenerator<Value>): Promise<IteratorResult<Value>> {
  const next = values.next();
  next.catch(() => {});
  return next;
}
