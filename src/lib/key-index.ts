import { NumberList } from './number-list.ts';

const BUCKETS_MIN = 64;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Which positions have a text, without the texts: other texts with the same hash are found, too. */
export class KeyIndex {
  /** of each bucket: its latest entry, counted from 1; 0: it is empty */
  #buckets = new Uint32Array(BUCKETS_MIN);
  readonly #hashes = new NumberList();
  readonly #positions = new NumberList();
  /** of each entry: the previous one of its bucket, counted from 1 */
  readonly #previous = new NumberList();

  add(key: string, position: number): void {
    const entry = this.#hashes.length;
    if (entry >= this.#buckets.length) this.#grow();
    this.#hashes.set(entry, hashOf(key));
    this.#positions.set(entry, position);
    this.#link(entry);
  }

  /** In the order in which they were added. */
  positionsOf(key: string): number[] {
    const hash = hashOf(key);
    const positions: number[] = [];
    let entry = this.#buckets[this.#bucketOf(hash)] ?? 0;
    while (entry > 0) {
      if (this.#hashes.at(entry - 1) === hash) positions.push(this.#positions.at(entry - 1));
      entry = this.#previous.at(entry - 1);
    }
    return positions.reverse();
  }

  #link(entry: number): void {
    const bucket = this.#bucketOf(this.#hashes.at(entry));
    this.#previous.set(entry, this.#buckets[bucket] ?? 0);
    this.#buckets[bucket] = entry + 1;
  }

  #bucketOf(hash: number): number {
    return hash % this.#buckets.length;
  }

  #grow(): void {
    this.#buckets = new Uint32Array(this.#buckets.length * 2);
    for (let entry = 0; entry < this.#hashes.length; entry += 1) this.#link(entry);
  }
}

/** FNV-1a, with the bits mixed once more: buckets depend on the lower ones. */
function hashOf(key: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), FNV_PRIME);
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}
