import {
  LeaseLost,
  messageOf,
  RetryableError,
  StopRequested,
  UserError,
} from '../../lib/errors.ts';
import { scrub } from '../../lib/secret.ts';
import { AccountChanged } from '../../runs/account-changed.ts';
import { NotFound, PageTokenLost } from '../../vendors/google/errors.ts';
import type { Deadline } from './deadline.ts';
import { NETWORK_HINT } from './network-hint.ts';
import type { Check, CheckArea, Finding } from './types.ts';

const RETRY_HINT: Readonly<Record<CheckArea, string>> = {
  configuration: 'Correct the file, then run the command again.',
  database: 'Check the disk and the file, then run the command again.',
  salesforce: `Check salesforce.loginUrl and https://status.salesforce.com. ${NETWORK_HINT}`,
  'google-drive': `Check googleDrive.endpoint and https://www.google.com/appsstatus. ${NETWORK_HINT}`,
  gong: `Check gong.baseUrl and https://status.gong.io. ${NETWORK_HINT}`,
  schedule: 'Correct `schedule` in the tenant file.',
  alerts: 'Correct `alerts` in sharetrail.yaml.',
};
const BUG_HINT = 'This is most likely a bug in sharetrail: please report it with this message.';

/** Collects the checks of one area of one tenant. A failure is a check, never an exception. */
export class AreaChecks {
  readonly checks: Check[] = [];
  readonly #tenant: string | undefined;
  readonly #area: CheckArea;
  readonly #deadline: Deadline;

  constructor(options: {
    readonly tenant?: string | undefined;
    readonly area: CheckArea;
    readonly deadline: Deadline;
  }) {
    this.#tenant = options.tenant;
    this.#area = options.area;
    this.#deadline = options.deadline;
  }

  get hasFailed(): boolean {
    return this.checks.some(({ status }) => status === 'failed');
  }

  add(name: string, { status, message, hint }: Finding): void {
    const all = { tenant: this.#tenant, area: this.#area, name, status, message: scrub(message) };
    this.checks.push({ ...all, ...(hint !== undefined && { hint: scrub(hint) }) });
  }

  skip(names: readonly string[], because: string): void {
    for (const name of names) this.add(name, { status: 'skipped', message: because });
  }

  /**
   * Does the work and adds what it means. Undefined if it failed: then the check says why. Throws
   * only StopRequested.
   */
  async probe<T>(
    name: string,
    work: () => Promise<T>,
    findingOf: (value: T) => Finding,
  ): Promise<{ readonly value: T } | undefined> {
    try {
      const value = await this.within(work);
      this.add(name, findingOf(value));
      return { value };
    } catch (error) {
      this.fail(name, error);
      return undefined;
    }
  }

  /** The result of `work`, within the time that all vendors have. */
  async within<T>(work: () => Promise<T>): Promise<T> {
    this.#deadline.signal.throwIfAborted();
    return this.#deadline.race(work());
  }

  /** Another account is its own kind of failure, whichever request noticed it. */
  fail(name: string, error: unknown): void {
    if (error instanceof StopRequested) throw error;
    const { message, hint } = explain(error, this.#area);
    const what = error instanceof AccountChanged ? 'account' : name;
    this.add(what, { status: 'failed', message, hint });
  }
}

function explain(error: unknown, area: CheckArea): { message: string; hint: string } {
  const message = messageOf(error);
  if (error instanceof UserError) return { message, hint: error.hint ?? RETRY_HINT[area] };
  const isTemporary =
    error instanceof RetryableError ||
    error instanceof NotFound ||
    error instanceof PageTokenLost ||
    error instanceof LeaseLost;
  return { message, hint: isTemporary ? RETRY_HINT[area] : BUG_HINT };
}
