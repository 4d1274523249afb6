/** What a person must mend. `hint` says how, in words that can be followed as they stand. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly hint: string | undefined;

  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.hint = options.hint;
  }
}

/** The database could not do its work: no run can go on without it, so it ends the command. */
export class DatabaseError extends UserError {
  override readonly name = 'DatabaseError';
}

/** May succeed when tried again; `retryAfterMs` where the other side said when. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError';
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    options: { retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The run was asked to stop (SIGTERM, SIGINT): not a failure, and never retried. */
export class StopRequested extends Error {
  override readonly name = 'StopRequested';

  constructor() {
    super('asked to stop');
  }
}

/** The message of whatever was thrown, for a person. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
