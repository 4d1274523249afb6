/** A request as the made-up vendors see it; the body is read whole, as text. */
export interface SandboxRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** lower-case names */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** `http://127.0.0.1:PORT` as the client reached it */
  readonly origin: string;
  /** length of request line's target and of all headers, in bytes: Salesforce limits their sum */
  readonly headBytes: number;
}

/** An object body is sent as JSON; a string as it is. */
export interface SandboxResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
}

/** One made-up vendor: answers every request to its port. */
export type Vendor = (request: SandboxRequest) => SandboxResponse | Promise<SandboxResponse>;
