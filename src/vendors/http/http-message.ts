import { freeBytes } from './growing-buffer.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ResponseHead {
  readonly status: number;
  /** lower-case names */
  readonly headers: Readonly<Record<string, string>>;
  /** a 407 of a proxy in between, which requires a login */
  readonly isFromProxy?: true;
}

export interface HttpResponse extends ResponseHead {
  /** decompressed */
  readonly body: Buffer<ArrayBuffer>;
  /** the vendor sent more than the limit: `body` is the beginning */
  readonly isTruncated: boolean;
}

export interface TextResponse extends ResponseHead {
  readonly body: string;
}

/** Frees the bytes: a large body must not be in memory twice. */
export function asText({ body, isTruncated: _, ...head }: HttpResponse): TextResponse {
  const text = textOf(body);
  freeBytes(body);
  return { ...head, body: text };
}

/** `toString` alone keeps a byte order mark, which JSON must not have. */
function textOf(body: Buffer): string {
  return body.toString('utf8').replace(/^\uFEFF/, '');
}
