import { collectGarbage } from '../../lib/heap.ts';

/**
 * A larger body grows in place, because it must not be in memory twice. A smaller one moves to a memory
 * of double the size: reading memory that can grow in place takes five times as long.
 */
const MOVED_BYTES_MAX = 4 * 1024 * 1024;

/** Bytes up to a limit. Copies each chunk at once: kept chunks would be garbage that grows old. */
export class GrowingBuffer {
  readonly #bytesMax: number;
  #memory = new ArrayBuffer(0);
  #length = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Keeps as much of the chunk as fits. */
  add(chunk: Uint8Array): void {
    const fitting = chunk.subarray(0, this.#bytesMax - this.#length);
    const length = this.#length + fitting.length;
    if (length > this.#memory.byteLength) this.#grow(length);
    new Uint8Array(this.#memory).set(fitting, this.#length);
    this.#length = length;
  }

  /** In a memory of their own: see `freeBytes`. */
  bytes(): Buffer<ArrayBuffer> {
    return Buffer.from(this.#memory, 0, this.#length);
  }

  #grow(length: number): void {
    if (length <= MOVED_BYTES_MAX) {
      this.#moveTo(memoryOf(Math.max(length, 2 * this.#memory.byteLength)));
      return;
    }
    if (!this.#memory.resizable) {
      this.#moveTo(new ArrayBuffer(length, { maxByteLength: this.#bytesMax }));
    }
    this.#memory.resize(length);
  }

  #moveTo(memory: ArrayBuffer): void {
    new Uint8Array(memory).set(new Uint8Array(this.#memory, 0, this.#length));
    free(this.#memory);
    this.#memory = memory;
  }
}

/** Smaller memories are left to the garbage collector: Node shares some of them between buffers. */
const FREED_BYTES_MIN = 128 * 1024;
/** Bodies that are so large are rare, and what was made of the previous one is garbage by now. */
const COLLECTED_BYTES_MIN = 8 * 1024 * 1024;

/**
 * Gives the memory of a body that is no longer read back at once; the garbage collector may take its
 * time.
 */
export function freeBytes({ buffer }: Buffer<ArrayBuffer>): void {
  const bytes = buffer.byteLength;
  if (buffer.resizable) buffer.resize(0);
  else free(buffer);
  if (bytes >= COLLECTED_BYTES_MIN) collectGarbage();
}

/**
 * The largest memory that was freed, for the next body: with a new one for each page of a long
 * list, the process takes 15 MB more.
 */
let spare: ArrayBuffer | undefined;

function memoryOf(bytes: number): ArrayBuffer {
  if (spare === undefined || spare.byteLength < bytes || bytes < FREED_BYTES_MIN) {
    return new ArrayBuffer(bytes);
  }
  const memory = spare;
  spare = undefined;
  return memory;
}

/** Detaches the memory, so that nothing that still refers to it can read what comes next. */
function free(memory: ArrayBuffer): void {
  if (memory.byteLength < FREED_BYTES_MIN) return;
  const isLargest = memory.byteLength > (spare?.byteLength ?? 0);
  const freed = memory.transfer(isLargest ? memory.byteLength : 0);
  if (isLargest) spare = freed;
}
