import { idKey } from './ids.ts';
import type { Field } from './schema.ts';
import { compareKeys, type Key, keyOf, type Value } from './values.ts';

/** One record, stored or computed. `get` takes the exact field name. */
export interface Row {
  readonly type: string;
  get(field: string): Value;
  isVisible(now: number): boolean;
}

/** Rows in the order of a time field and then Id, or of Id only, accessible by position. */
export interface OrderedRows {
  readonly orderField: string;
  readonly length: number;
  at(position: number): Row;
  /** the first position with a time of `ms` or later; absent if ordered by Id */
  from?(ms: number): number;
  /** the first position with this Id or a later one; absent if Ids do not follow the order */
  fromId?(key: string): number;
}

/** Binary search: the first position for which `reached` is true; otherwise `length`. */
export function firstPosition(length: number, reached: (position: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (reached(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function idKeyOf(row: Row): string {
  return idKey(String(row.get('Id')));
}

/** A stored record. */
export class MemoryRow implements Row {
  readonly type: string;
  readonly values: Map<string, Value>;
  hidden = false;
  deleted = false;
  visibleFromMs = Number.NEGATIVE_INFINITY;

  constructor(type: string, values: Map<string, Value>) {
    this.type = type;
    this.values = values;
  }

  get(field: string): Value {
    return this.values.get(field) ?? null;
  }

  isVisible(now: number): boolean {
    return !this.hidden && !this.deleted && now >= this.visibleFromMs;
  }
}

/** The records of one object, with indexes that are built at first use. */
export class MemoryTable {
  readonly #rows = new Map<string, MemoryRow>();
  readonly #hashes = new Map<string, Map<Key, MemoryRow[]>>();
  readonly #orders = new Map<string, OrderedRows>();

  get size(): number {
    return this.#rows.size;
  }

  put(row: MemoryRow): void {
    this.#rows.set(idKeyOf(row), row);
    this.forgetIndexes();
  }

  /** Must be called after any value of a row changes. */
  forgetIndexes(): void {
    this.#hashes.clear();
    this.#orders.clear();
  }

  get(key: string): MemoryRow | undefined {
    return this.#rows.get(key);
  }

  find(field: Field, key: Key): readonly MemoryRow[] {
    let hash = this.#hashes.get(field.name);
    if (!hash) {
      hash = new Map();
      for (const row of this.#rows.values()) {
        const own = keyOf(field, row.get(field.name));
        const same = hash.get(own);
        if (same) same.push(row);
        else hash.set(own, [row]);
      }
      this.#hashes.set(field.name, hash);
    }
    return hash.get(key) ?? [];
  }

  ordered(orderField: string): OrderedRows {
    const ready = this.#orders.get(orderField);
    if (ready) return ready;
    const rows = [...this.#rows.values()];
    rows.sort(
      (left, right) =>
        (orderField === 'Id' ? 0 : compareKeys(left.get(orderField), right.get(orderField))) ||
        compareKeys(idKeyOf(left), idKeyOf(right)),
    );
    const order = orderOf(rows, orderField);
    this.#orders.set(orderField, order);
    return order;
  }
}

function orderOf(rows: readonly MemoryRow[], orderField: string): OrderedRows {
  const at = (position: number): Row => {
    const row = rows[position];
    if (!row) throw new RangeError(`no row at ${position}`);
    return row;
  };
  const base = { orderField, length: rows.length, at };
  if (orderField === 'Id') {
    return {
      ...base,
      fromId: (key) => firstPosition(rows.length, (position) => idKeyOf(at(position)) >= key),
    };
  }
  const reached = (position: number, ms: number): boolean =>
    compareKeys(at(position).get(orderField), ms) >= 0;
  return {
    ...base,
    from: (ms) => firstPosition(rows.length, (position) => reached(position, ms)),
  };
}
