/** The three APIs that are called, each with its own address and quota. */
export type Service = 'drive' | 'reports' | 'directory';

/** What a refusal applies to: every request, the requests of one subject, or one item. */
export type Concern = 'everyone' | 'subject' | 'item';

/** Whose requests share a used-up quota: all of the service, or those of one subject. */
export type QuotaHolder = 'service' | 'subject';

/** What a failed response of Google means for the request. */
export type Failure =
  | { readonly kind: 'retry'; readonly message: string; readonly retryAfterMs?: number }
  | {
      readonly kind: 'throttled';
      readonly message: string;
      readonly holder: QuotaHolder;
      /** Google says that a quota per minute is used up. */
      readonly perMinute: boolean;
      readonly retryAfterMs?: number;
    }
  | { readonly kind: 'token-expired'; readonly message: string }
  /** Google's clock does not accept the times in the assertion. */
  | { readonly kind: 'clock-off'; readonly message: string; readonly hint: string }
  | { readonly kind: 'page-token-lost'; readonly message: string }
  | { readonly kind: 'not-found'; readonly message: string }
  | { readonly kind: 'malformed'; readonly message: string }
  | {
      readonly kind: 'refused';
      readonly reason: string;
      readonly message: string;
      readonly concerns: Concern;
      readonly hint?: string;
    };
