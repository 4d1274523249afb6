import { KeyIndex } from './key-index.ts';
import { NumberList } from './number-list.ts';

/** How a row becomes JSON, and the texts by which it is found. */
export interface RowFormat<Row, Fields> {
  readonly pack: (row: Row) => Fields;
  readonly unpack: (fields: Fields) => Row;
  readonly keysOf: (row: Row) => readonly string[];
}

const CHUNK_BYTES = 256 * 1024;
/** rows that were found recently, by key: unpacking a row takes a microsecond */
const RECENT_KEYS_MAX = 2_000;

/**
 * Many small rows in little memory: each is a few bytes of JSON outside of the heap, which the garbage
 * collector neither copies nor grows. A row as an object takes three to five times as much, and its
 * entry in a Map as much again.
 */
export class CompactRows<Row, Fields = unknown> implements Iterable<Row> {
  readonly #format: RowFormat<Row, Fields>;
  readonly #index = new KeyIndex();
  readonly #chunks: Buffer[] = [];
  #usedBytes = 0;
  /** of each row: its chunk, and where it starts and ends in it */
  readonly #chunkOf = new NumberList();
  readonly #startOf = new NumberList();
  readonly #endOf = new NumberList();
  readonly #recent = new Map<string, readonly Row[]>();

  constructor(format: RowFormat<Row, Fields>) {
    this.#format = format;
  }

  get length(): number {
    return this.#endOf.length;
  }

  /** Returns the position of the row. */
  add(row: Row): number {
    const position = this.length;
    this.#write(position, row);
    for (const key of this.#format.keysOf(row)) this.#index.add(key, position);
    return position;
  }

  /** The new row must have the same keys. */
  replace(position: number, row: Row): void {
    this.#write(position, row);
  }

  at(position: number): Row {
    const text = this.#chunkWith(position).toString(
      'utf8',
      this.#startOf.at(position),
      this.#endOf.at(position),
    );
    return this.#format.unpack(JSON.parse(text) as Fields);
  }

  /** The rows with the key, in the order of their positions. */
  find(key: string): readonly Row[] {
    const recent = this.#recent.get(key);
    if (recent !== undefined) return recent;
    // Two keys of a row can have the same hash.
    const rows = [...new Set(this.#index.positionsOf(key))]
      .map((position) => this.at(position))
      .filter((row) => this.#format.keysOf(row).includes(key));
    if (rows.length === 0) return rows;
    if (this.#recent.size >= RECENT_KEYS_MAX) this.#recent.clear();
    this.#recent.set(key, rows);
    return rows;
  }

  /** The positions of all rows in the order of their JSON: of the first field, if it is a text. */
  positionsInOrder(): Uint32Array {
    return Uint32Array.from({ length: this.length }, (_, position) => position).sort((one, other) =>
      this.#compare(one, other),
    );
  }

  *[Symbol.iterator](): Generator<Row> {
    for (let position = 0; position < this.length; position += 1) yield this.at(position);
  }

  #compare(one: number, other: number): number {
    return this.#chunkWith(one).compare(
      this.#chunkWith(other),
      this.#startOf.at(other),
      this.#endOf.at(other),
      this.#startOf.at(one),
      this.#endOf.at(one),
    );
  }

  #chunkWith(position: number): Buffer {
    const chunk = this.#chunks[this.#chunkOf.at(position)];
    if (chunk === undefined) throw new RangeError(`no row at ${position}`);
    return chunk;
  }

  #write(position: number, row: Row): void {
    this.#recent.clear();
    const text = JSON.stringify(this.#format.pack(row));
    const bytes = Buffer.byteLength(text);
    const chunk = this.#chunkFor(bytes);
    chunk.write(text, this.#usedBytes);
    this.#chunkOf.set(position, this.#chunks.length - 1);
    this.#startOf.set(position, this.#usedBytes);
    this.#usedBytes += bytes;
    this.#endOf.set(position, this.#usedBytes);
  }

  #chunkFor(bytes: number): Buffer {
    const last = this.#chunks.at(-1);
    if (last !== undefined && this.#usedBytes + bytes <= last.length) return last;
    const chunk = Buffer.allocUnsafeSlow(Math.max(bytes, CHUNK_BYTES));
    this.#chunks.push(chunk);
    this.#usedBytes = 0;
    return chunk;
  }
}
