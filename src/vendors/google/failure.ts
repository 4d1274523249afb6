/** The three APIs that are called, each with its own address and quota. */
export type Service = 'drive' | 'reports' | 'directory';

/** What a refusal applies to: every request, the requests of one subject, or one item. */
export type Concern = 'everyone' | 'subject' | 'item';

/** What a failed response of Google means for the request. */
export type Failure =
  | { readonly kind: 'retry'; readonly message: string; readonly retryAfterMs?: number }
  | {
      readonly kind: 'throttled';
      readonly message: string;
      /** Google names a quota. False: the status alone suggests it. */
      readonly isCertain: boolean;
      readonly retryAfterMs?: number;
    }
  | { readonly kind: 'token-expired'; readonly message: string }
  /** Google's clock does not accept the times in the assertion. */
  | { readonly kind: 'clock-off'; readonly message: string; readonly hint: string }
  | {
      readonly kind: 'page-token-lost';
      readonly message: string;
      /** Google says it. False: only the status, perhaps of a proxy, suggests it. */
      readonly isCertain: boolean;
    }
  | { readonly kind: 'not-found'; readonly message: string }
  | { readonly kind: 'malformed'; readonly message: string }
  | {
      readonly kind: 'refused';
      readonly reason: string;
      readonly message: string;
      readonly concerns: Concern;
      readonly hint?: string;
    };
