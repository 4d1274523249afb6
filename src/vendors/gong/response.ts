/**
 * What happened to one call. `accepted` and `duplicate`: Gong has the event. `rejected`: Gong will
 * never accept this event. `refused`: Gong accepts no event until a person fixes what `hint` names.
 * `throttled`: too many calls. `unavailable`: the outcome is unknown; send the event again.
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
  /** HTTP status; absent if no response came */
  readonly status?: number;
  /** Gong's own reference, from the body */
  readonly requestId?: string;
  /** a 64-bit number, digit for digit */
  readonly integrationId?: string;
  /** sentences, Gong's own if it sent any; can be empty only for `accepted` and `duplicate` */
  readonly errors: readonly string[];
  /** the wait that Gong requests; absent if it requests none, or none that makes sense */
  readonly retryAfterMs?: number;
  /** with a 403: it is not Gong's, so it may be about this one event; a firewall reads the body */
  readonly isBlocked?: true;
  /** with `refused`: a proxy in between requires a login, so that nothing reached Gong */
  readonly isFromProxy?: true;
  /** with `refused`: what a person must do */
  readonly hint?: string;
}
