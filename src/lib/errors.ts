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
  override readonly name: string = 'DatabaseError';
}

/** The database's path no longer leads to the file that this process has open: a retry is useless. */
export class DatabaseReplaced extends DatabaseError {
  override readonly name = 'DatabaseReplaced';
}

/** Another process took over the lease while this one was suspended: it must not write. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';

  constructor(lease: string) {
    super(
      `another process took over ${lease} while this one was suspended; it wrote nothing since`,
    );
  }
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

/** The time of a backfill's slice is over: the next slice continues, so nothing was interrupted. */
export class SliceOver extends Error {
  override readonly name = 'SliceOver';

  constructor() {
    super('the time of this slice is over');
  }
}

/** The code of an error of the system or a library, such as `ENOENT`; empty if it has none. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** The message of a thrown value of any type. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
