/** An error that the operator must fix. `hint` says how, as an instruction to follow literally. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly hint: string | undefined;

  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.hint = options.hint;
  }
}

/** The database failed. No run can continue without it, so this ends the command. */
export class DatabaseError extends UserError {
  override readonly name = 'DatabaseError';
}

/** A retry may succeed. `retryAfterMs` is set if the other side named a delay. */
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

/** A stop was requested (SIGTERM, SIGINT): not a failure, and never retried. */
export class StopRequested extends Error {
  override readonly name = 'StopRequested';

  constructor() {
    super('asked to stop');
  }
}

/** The message of a thrown value of any type. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
