import { rememberToken } from '../../lib/secret.ts';
import type { TokenStore } from '../token-store.ts';
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

export type GongTokenStore = TokenStore<GongTokens>;

/** Valid tokens, or the response that every call receives without them. */
export type TokenResult =
  | { readonly kind: 'tokens'; readonly tokens: GongTokens }
  | { readonly kind: 'failed'; readonly response: GongResponse };

/** Scrubs both tokens of the pair from everything that is logged from here on. */
export function rememberTokens(tokens: GongTokens): void {
  rememberToken(tokens.accessToken);
  rememberToken(tokens.refreshToken);
}
