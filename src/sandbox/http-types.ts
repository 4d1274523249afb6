/** A request as the simulated vendors see it; `body` is the complete text. */
export interface SandboxRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** lower-case names */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** `http://127.0.0.1:PORT` as the client reached it */
  readonly origin: string;
  /** bytes of the request target and all headers: Salesforce limits their sum */
  readonly headBytes: number;
}

/** An object body is sent as JSON, a string unchanged. */
export interface SandboxResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
}

/** One simulated vendor: handles every request to its port. */
export type Vendor = (request: SandboxRequest) => SandboxResponse | Promise<SandboxResponse>;
