import type { ResponseHead } from '../http/http-message.ts';

/** What a failed response of Salesforce means for the request. */
export type Failure =
  | { readonly kind: 'retry'; readonly message: string; readonly retryAfterMs?: number }
  /** `hint`: what to do if a new login does not help */
  | { readonly kind: 'session-expired'; readonly message: string; readonly hint?: string }
  | { readonly kind: 'locator-lost'; readonly message: string }
  | { readonly kind: 'malformed'; readonly message: string }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly message: string;
      readonly hint?: string;
    };

/** A response to classify. */
export interface FailedResponse extends ResponseHead {
  /** as text, or already parsed (a sub-response of a composite) */
  readonly body: unknown;
}
