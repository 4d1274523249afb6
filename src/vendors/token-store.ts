/** Stores the latest refresh token of one account, or the latest pair of tokens. */
export interface TokenStore<Token> {
  /** undefined: none is stored yet */
  load(): Promise<Token | undefined>;
  /** Resolves once the token is on disk: the vendor no longer accepts the previous one. */
  save(token: Token): Promise<void>;
  /**
   * Runs `work` while no one else, in this process or another, uses a token of this store.
   * Absent: no one else does.
   */
  exclusive?<Result>(work: () => Promise<Result>): Promise<Result>;
}
