import { collectGarbage } from '../../lib/heap.ts';

/**
 * Larger bodies would be in memory twice while their chunks are joined. Usual pages are smaller: reading
 * memory that can grow takes five times as long.
 */
const JOINED_BYTES_MAX = 4 * 1024 * 1024;

/** Bytes up to a limit. A large one grows in place, a small one is joined from its chunks. */
export class GrowingBuffer {
  readonly #bytesMax: number;
  #chunks: Uint8Array[] = [];
  #memory: ArrayBuffer | undefined;
  #length = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Keeps as much of the chunk as fits. */
  add(chunk: Uint8Array): void {
    const fitting = chunk.subarray(0, this.#bytesMax - this.#length);
    if (this.#length + fitting.length <= JOINED_BYTES_MAX) this.#chunks.push(fitting);
    else this.#write(fitting);
    this.#length += fitting.length;
  }

  bytes(): Buffer<ArrayBuffer> {
    if (this.#memory === undefined) return Buffer.concat(this.#chunks, this.#length);
    return Buffer.from(this.#memory, 0, this.#length);
  }

  #write(chunk: Uint8Array): void {
    if (this.#memory === undefined) {
      this.#memory = new ArrayBuffer(this.#length, { maxByteLength: this.#bytesMax });
      Buffer.from(this.#memory).set(Buffer.concat(this.#chunks));
      this.#chunks = [];
    }
    this.#memory.resize(this.#length + chunk.length);
    Buffer.from(this.#memory).set(chunk, this.#length);
  }
}

/** Bodies that are so large are rare, and what was made of the previous one is garbage by now. */
const COLLECTED_BYTES_MIN = 8 * 1024 * 1024;

/** Gives the memory of a large body back at once; the garbage collector may take its time. */
export function freeBytes({ buffer }: Buffer<ArrayBuffer>): void {
  const bytes = buffer.byteLength;
  if (buffer.resizable) buffer.resize(0);
  if (bytes >= COLLECTED_BYTES_MIN) collectGarbage();
}
