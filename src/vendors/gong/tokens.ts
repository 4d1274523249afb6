import { rememberSecret } from '../../lib/secret.ts';
import type { GongResponse } from './response.ts';

/** One pair; the refresh token works once. */
export interface GongTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** epoch milliseconds */
  readonly expiresAt: number;
  /** the customer's own API address, https */
  readonly baseUrl?: string;
}

/** Keeps the newest pair of one Gong account, by the account's name. */
export interface GongTokenStore {
  load(): Promise<GongTokens | undefined>;
  /** The pair is on disk when this resolves: the one before it is worthless by then. */
  save(tokens: GongTokens): Promise<void>;
  /** Where several processes share the account: runs `work` while no other process renews. */
  exclusive?<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** Tokens that may be used, or the answer that every call gets without them. */
export type TokenResult =
  | { readonly kind: 'tokens'; readonly tokens: GongTokens }
  | { readonly kind: 'failed'; readonly answer: GongResponse };

/** Makes both tokens of the pair unreadable in whatever is logged from here on. */
export function rememberTokens(tokens: GongTokens): void {
  rememberSecret(tokens.accessToken);
  rememberSecret(tokens.refreshToken);
}
