/** The three interfaces that are spoken, each with its own address and quota. */
export type Service = 'drive' | 'reports' | 'directory';

/** Whom a refusal stands for: whatever is asked next, the subject at hand, or one item of his. */
export type Concern = 'everyone' | 'subject' | 'item';

/** Whose calls a used-up quota holds back: all of the service's, or those of the one subject. */
export type QuotaHolder = 'service' | 'subject';

/** What one answer of Google's means for the one who asked. */
export type Failure =
  | { readonly kind: 'retry'; readonly message: string; readonly retryAfterMs?: number }
  | {
      readonly kind: 'throttled';
      readonly message: string;
      readonly holder: QuotaHolder;
      /** Google says that a minute's quota is used up */
      readonly perMinute: boolean;
      readonly retryAfterMs?: number;
    }
  | { readonly kind: 'token-expired'; readonly message: string }
  /** the assertion's times do not fit Google's clock */
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

/** An answer to classify. */
export interface FailedResponse {
  readonly status: number;
  /** lower-case names */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
