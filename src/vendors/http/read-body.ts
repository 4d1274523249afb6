import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { HttpResponse } from './messages.ts';

/** Larger than zlib's default of 16 KB, which takes four times as many steps. */
const GUNZIP_CHUNK_BYTES = 64 * 1024;

/**
 * Reads a body up to `bytesMax` decompressed bytes, then closes the connection. Every body of
 * every vendor is read here: what limits the bytes in memory belongs here too.
 */
export async function readBody(
  response: IncomingMessage,
  bytesMax: number,
): Promise<Pick<HttpResponse, 'body' | 'isTruncated'>> {
  if (bytesMax === 0) {
    response.destroy();
    return { body: Buffer.alloc(0), isTruncated: true };
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of decompressed(response)) {
    chunks.push(chunk);
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes > bytesMax) break;
  }
  const isTruncated = bytes > bytesMax;
  return { body: Buffer.concat(chunks, Math.min(bytes, bytesMax)), isTruncated };
}

function decompressed(response: IncomingMessage): AsyncIterable<Buffer> {
  const encoding = response.headers['content-encoding'] ?? '';
  return /^(?:x-)?gzip$/i.test(encoding) ? gunzipped(response) : response;
}

/** Proxies announce gzip for responses without a body, too: to zlib, an empty body is an error. */
async function* gunzipped(response: IncomingMessage): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: GUNZIP_CHUNK_BYTES });
  try {
    // An error of one stream ends the other, and the loop that reads it.
    yield* pipeline(response, gunzip, () => {}) as AsyncIterable<Buffer>;
  } catch (error) {
    const isEnd = error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';
    if (!isEnd || gunzip.bytesWritten > 0 || !response.complete) throw error;
  }
}
