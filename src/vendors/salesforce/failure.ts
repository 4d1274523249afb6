/** What one answer of Salesforce's means for the one who asked. */
export type Failure =
  | { readonly kind: 'retry'; readonly message: string; readonly retryAfterMs?: number }
  | { readonly kind: 'session-expired'; readonly message: string }
  | { readonly kind: 'locator-lost'; readonly message: string }
  | { readonly kind: 'malformed'; readonly message: string }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly message: string;
      readonly hint?: string;
    };

/** An answer to classify: the body as text, or already parsed (a composite's sub-answers). */
export interface FailedResponse {
  readonly status: number;
  /** lower-case names */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}
