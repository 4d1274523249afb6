import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { codeOf } from '../../lib/errors.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import type { HttpResponse } from './http-message.ts';

/** Larger than zlib's default of 16 KB, which takes four times as many steps. */
const GUNZIP_CHUNK_BYTES = 64 * 1024;

/** The body came, but it is not in an encoding that was requested. */
export class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody';
}

export interface ReadBodyOptions {
  readonly bytesMax: number;
  /** Called before the bytes are kept; a promise delays the reading. */
  readonly onBytes: (bytes: number) => Promise<void> | undefined;
}

/** Reads a body up to `bytesMax` decompressed bytes, then closes the connection. */
export async function readBody(
  response: IncomingMessage,
  { bytesMax, onBytes }: ReadBodyOptions,
): Promise<Pick<HttpResponse, 'body' | 'isTruncated'>> {
  if (bytesMax === 0) {
    response.destroy();
    return { body: Buffer.alloc(0), isTruncated: true };
  }
  const body = new GrowingBuffer(bytesMax);
  let bytes = 0;
  for await (const chunk of decoded(response)) {
    const room = onBytes(chunk.length);
    if (room !== undefined) await room;
    body.add(chunk);
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes > bytesMax) break;
  }
  return { body: body.bytes(), isTruncated: bytes > bytesMax };
}

function decoded(response: IncomingMessage): AsyncIterable<Buffer> {
  const encoding = (response.headers['content-encoding'] ?? '').trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return response;
  if (encoding === 'gzip' || encoding === 'x-gzip') return gunzipped(response);
  return undecodable(response, encoding);
}

/** Only gzip is requested. An empty body needs no decoding. */
async function* undecodable(response: IncomingMessage, encoding: string): AsyncGenerator<Buffer> {
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (chunk.length > 0) {
      throw new UnreadableBody(
        `the response has the encoding "${encoding}", which was not requested`,
      );
    }
    yield chunk;
  }
}

/** Proxies announce gzip for responses without a body, too: to zlib, an empty body is an error. */
async function* gunzipped(response: IncomingMessage): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: GUNZIP_CHUNK_BYTES });
  try {
    // An error of one stream ends the other, and the loop that reads it.
    yield* pipeline(response, gunzip, () => {}) as AsyncIterable<Buffer>;
  } catch (error) {
    const code = codeOf(error);
    const isEnd = code === 'Z_BUF_ERROR';
    if (isEnd && gunzip.bytesWritten === 0 && response.complete) return;
    if (!code.startsWith('Z_') || (isEnd && mayHaveBrokenOff(response))) throw error;
    throw new UnreadableBody('the response cannot be decompressed', { cause: error });
  }
}

/** Without a length, the end of the connection ends the body, also if it broke. */
function mayHaveBrokenOff({ complete, headers }: IncomingMessage): boolean {
  const hasLength =
    headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  return !complete || !hasLength;
}
