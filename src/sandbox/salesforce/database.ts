import type { Clock } from '../../lib/clock.ts';
import type { GeneratedTable } from './generated-table.ts';
import { idKey } from './ids.ts';
import { type MemoryRow, MemoryTable, type OrderedRows, type Row } from './rows.ts';
import type { Field } from './schema.ts';
import type { SchemaCatalog } from './schema-catalog.ts';
import type { Key } from './values.ts';

/** All records of the org: stored ones, and computed ones in benchmarks. */
export class Database {
  readonly catalog: SchemaCatalog;
  readonly #clock: Clock;
  readonly #tables = new Map<string, MemoryTable>();
  readonly #generated = new Map<string, GeneratedTable>();

  constructor(options: { readonly catalog: SchemaCatalog; readonly clock: Clock }) {
    this.catalog = options.catalog;
    this.#clock = options.clock;
  }

  now(): number {
    return this.#clock.now();
  }

  table(type: string): MemoryTable {
    const table = this.#tables.get(type) ?? new MemoryTable();
    this.#tables.set(type, table);
    return table;
  }

  generated(type: string): GeneratedTable | undefined {
    return this.#generated.get(type);
  }

  use(table: GeneratedTable): void {
    this.#generated.set(table.schema.name, table);
  }

  /** The stored record with this Id, hidden or not. */
  stored(id: string): MemoryRow | undefined {
    const type = this.catalog.typeOfId(id);
    return type === undefined ? undefined : this.table(type).get(idKey(id));
  }

  /** The record with this Id, if the API user can see it now. */
  find(type: string, id: string): Row | undefined {
    const key = idKey(id);
    const row = this.table(type).get(key) ?? this.#generated.get(type)?.get(key);
    return row?.isVisible(this.now()) ? row : undefined;
  }

  /** The visible record that a reference field of this row points to. */
  follow(row: Row, reference: Field): Row | undefined {
    const id = row.get(reference.name);
    if (typeof id !== 'string') return undefined;
    const type = reference.referenceTo.length === 1 ? reference.referenceTo[0] : undefined;
    const found = type ?? this.catalog.typeOfId(id);
    return found === undefined ? undefined : this.find(found, id);
  }

  /** Rows with this key, visible or not; undefined if finding them would take a scan. */
  lookup(type: string, field: Field, key: Key): readonly Row[] | undefined {
    const stored = this.table(type).find(field, key);
    const generated = this.#generated.get(type);
    if (!generated) return stored;
    const computed = generated.find(field.name, key);
    return computed && [...stored, ...computed];
  }

  /** The ordered stored rows, then the ordered computed rows. */
  ordered(type: string, orderField: string): readonly OrderedRows[] {
    const orders = [this.table(type).ordered(orderField)];
    const generated = this.#generated.get(type);
    if (generated) orders.push(generated.ordered(orderField));
    return orders.filter(({ length }) => length > 0);
  }
}
