/**
 * What became of one call to Gong. `accepted` and `duplicate`: Gong has the event. `rejected`:
 * it never will take this one. `refused`: it takes none from us until a person mends something,
 * which `hint` names. `throttled`: too many calls. `unavailable`: nobody knows; send it again.
 */
export type GongResponseKind =
  | 'accepted'
  | 'duplicate'
  | 'rejected'
  | 'refused'
  | 'throttled'
  | 'unavailable';

export interface GongResponse {
  readonly kind: GongResponseKind;
  /** HTTP status; absent where no answer came */
  readonly status?: number;
  /** Gong's own reference, from the body */
  readonly requestId?: string;
  /** a 64-bit number, digit for digit */
  readonly integrationId?: string;
  /** sentences: Gong's own where it gave any; never empty but for `accepted` and `duplicate` */
  readonly errors: readonly string[];
  /** how long Gong asks to wait; absent where it does not say, or says nothing usable */
  readonly retryAfterMs?: number;
  /** with `refused`: what a person has to do */
  readonly hint?: string;
}
