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

export function asText({ body, isTruncated: _, ...head }: HttpResponse): TextResponse {
  return { ...head, body: new TextDecoder().decode(body) };
}
