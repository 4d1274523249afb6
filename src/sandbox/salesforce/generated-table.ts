import { numberOfId } from './ids.ts';
import { firstPosition, idKeyOf, type OrderedRows, type Row } from './rows.ts';
import type { ObjectSchema } from './schema.ts';
import type { Key, Value } from './values.ts';

/** Ids of computed rows differ from those of stored rows in these two characters. */
export const GENERATED_POD = 'Hq';

export interface GeneratedOptions {
  readonly schema: ObjectSchema;
  readonly count: number;
  /** computes each field from the row's number; missing booleans are false, other fields null */
  readonly fields: Readonly<Record<string, (number: number) => Value>>;
  /** for each indexed field, returns the numbers of the rows with a key */
  readonly indexes: Readonly<Record<string, (key: Key) => readonly number[]>>;
}

/** Rows computed from their number: millions of them take no memory. */
export class GeneratedTable {
  readonly schema: ObjectSchema;
  readonly count: number;
  readonly #fields: ReadonlyMap<string, (number: number) => Value>;
  readonly #indexes: GeneratedOptions['indexes'];

  constructor(options: GeneratedOptions) {
    this.schema = options.schema;
    this.count = options.count;
    const booleans = [...this.schema.fields.values()].filter(({ type }) => type === 'boolean');
    this.#fields = new Map([
      ...booleans.map(({ name }) => [name, () => false] as const),
      ...Object.entries(options.fields),
    ]);
    this.#indexes = options.indexes;
  }

  at(number: number): Row {
    return new GeneratedRow(this.schema.name, this.#fields, number);
  }

  get(key: string): Row | undefined {
    const number = numberOfId(key, GENERATED_POD);
    return number !== undefined && number < this.count ? this.at(number) : undefined;
  }

  /** The rows with this key; undefined if the field has no index. */
  find(fieldName: string, key: Key): readonly Row[] | undefined {
    if (fieldName === 'Id') {
      const row = typeof key === 'string' ? this.get(key) : undefined;
      return row ? [row] : [];
    }
    return this.#indexes[fieldName]?.(key)
      .filter((number) => number >= 0 && number < this.count)
      .map((number) => this.at(number));
  }

  /** Numbers ascend with creation time and Id, so every order is the order of the numbers. */
  ordered(orderField: string): OrderedRows {
    const timeAt = (number: number): Value => this.#fields.get('SystemModstamp')?.(number) ?? null;
    return {
      orderField,
      length: this.count,
      at: (position) => this.at(position),
      from: (ms) => firstPosition(this.count, (position) => Number(timeAt(position)) >= ms),
      fromId: (key) => firstPosition(this.count, (position) => idKeyOf(this.at(position)) >= key),
    };
  }
}

class GeneratedRow implements Row {
  readonly type: string;
  readonly #fields: ReadonlyMap<string, (number: number) => Value>;
  readonly #number: number;

  constructor(
    type: string,
    fields: ReadonlyMap<string, (number: number) => Value>,
    number: number,
  ) {
    this.type = type;
    this.#fields = fields;
    this.#number = number;
  }

  get(field: string): Value {
    return this.#fields.get(field)?.(this.#number) ?? null;
  }

  isVisible(): boolean {
    return true;
  }
}
