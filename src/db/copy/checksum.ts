import { createHash } from 'node:crypto';

/** A row as both databases return it: numbers, texts, and nulls by column. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * The sum of the SHA-256 hashes of all rows, each as JSON with its columns in alphabetical order: the
 * same in both databases, whatever the order of the rows.
 */
export class Checksum {
  #rows = 0;
  #sum = 0n;

  add(rows: readonly Row[]): void {
    for (const row of rows) this.#sum = BigInt.asUintN(256, this.#sum + hashOf(row));
    this.#rows += rows.length;
  }

  get rows(): number {
    return this.#rows;
  }

  /** 64 hexadecimal digits */
  get text(): string {
    return this.#sum.toString(16).padStart(64, '0');
  }
}

function hashOf(row: Row): bigint {
  const columns = Object.keys(row).toSorted();
  const json = JSON.stringify(columns.map((column) => [column, row[column]]));
  return BigInt(`0x${createHash('sha256').update(json).digest('hex')}`);
}
