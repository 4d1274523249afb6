import { expect, test } from 'vitest';
import { freeBytes, GrowingBuffer } from '../../src/vendors/http/growing-buffer.ts';

const KILOBYTE = 1024;
const MEGABYTE = 1024 * KILOBYTE;

/** Bytes whose values depend on their positions. */
function pattern(length: number): Buffer {
  return Buffer.alloc(
    length,
    Uint8Array.from({ length: 251 }, (_, index) => index),
  );
}

function filled(
  bytes: Buffer,
  { chunk, max = bytes.length }: { readonly chunk: number; readonly max?: number },
): Buffer<ArrayBuffer> {
  const buffer = new GrowingBuffer(max);
  for (let start = 0; start < bytes.length; start += chunk) {
    buffer.add(bytes.subarray(start, start + chunk));
  }
  return buffer.bytes();
}

test.each([
  [0, 1],
  [1, 1],
  [1_000, 300],
  [KILOBYTE, 64 * KILOBYTE],
  [3 * MEGABYTE, 64 * KILOBYTE],
  [4 * MEGABYTE, 4 * MEGABYTE],
  [4 * MEGABYTE + 1, 64 * KILOBYTE],
  [9 * MEGABYTE, 5 * MEGABYTE],
])('%d bytes in chunks of %d are kept as they are', (length, chunk) => {
  const bytes = pattern(length);
  expect(filled(bytes, { chunk }).equals(bytes)).toBe(true);
});

test.each([100, 200 * KILOBYTE, 5 * MEGABYTE])('keeps the first %d bytes only', (max) => {
  const bytes = pattern(6 * MEGABYTE);
  const kept = filled(bytes, { chunk: 64 * KILOBYTE, max });
  expect(kept.equals(bytes.subarray(0, max))).toBe(true);
});

test.each([200 * KILOBYTE, 3 * MEGABYTE, 6 * MEGABYTE])(
  'a freed body of %d bytes can no longer be read, also after the next one',
  (length) => {
    const first = filled(pattern(length), { chunk: 64 * KILOBYTE });
    const other = first.subarray(10);
    freeBytes(first);
    const next = filled(pattern(length), { chunk: 64 * KILOBYTE });
    expect([first.length, other.length]).toEqual([0, 0]);
    expect(next.equals(pattern(length))).toBe(true);
  },
);

test('the memory of a freed body is used again for the next one, for one at a time', () => {
  const small = pattern(200 * KILOBYTE);
  freeBytes(filled(pattern(4 * MEGABYTE), { chunk: 64 * KILOBYTE }));
  const bodies = [1, 2].map(() => filled(small, { chunk: 64 * KILOBYTE }));
  const memories = bodies.map(({ buffer }) => buffer.byteLength);
  expect(memories).toEqual([4 * MEGABYTE, 256 * KILOBYTE]);
  expect(bodies.every((body) => body.equals(small))).toBe(true);
});

test('a small body keeps its memory, which Node can share with other buffers', () => {
  const small = Buffer.from('shared');
  freeBytes(small);
  expect(small.toString()).toBe('shared');
});
