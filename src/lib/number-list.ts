const BLOCK_LENGTH = 4_096;

/**
 * A list of whole numbers from 0 to 2^32 - 1, in four bytes each. It grows by blocks: a list that moves
 * to a larger memory leaves holes between the others, which the process keeps.
 */
export class NumberList {
  readonly #blocks: Uint32Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  at(position: number): number {
    return this.#blocks[Math.floor(position / BLOCK_LENGTH)]?.[position % BLOCK_LENGTH] ?? 0;
  }

  /** `position`: of a number in the list, or of the next one. */
  set(position: number, number: number): void {
    const index = Math.floor(position / BLOCK_LENGTH);
    const block = this.#blocks[index] ?? new Uint32Array(BLOCK_LENGTH);
    this.#blocks[index] = block;
    block[position % BLOCK_LENGTH] = number;
    this.#length = Math.max(this.#length, position + 1);
  }
}
