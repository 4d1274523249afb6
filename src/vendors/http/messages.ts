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

export function asText({ status, headers, body }: HttpResponse): TextResponse {
  return { status, headers, body: new TextDecoder().decode(body) };
}

/**
 * 408 and 425 ask for the same request again, 429 asks to slow down, and a 5xx is a failure of
 * the server: the same request may succeed later.
 */
export function isTransientStatus(status: number): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 429;
}
