import { messageOf } from '../lib/errors.ts';
import type { AppContext } from '../runs/context.ts';
import type { RunReport } from '../runs/report.ts';
import { isStopEntry } from '../runs/stage-errors.ts';
import { postText } from '../vendors/webhook/post.ts';
import { alertText, type Overdue, type Trouble } from './alert-text.ts';
import { ALERT_LIMITS } from './limits.ts';

const HOUR_MS = 60 * 60_000;

/**
 * Tells of the runs of one command that failed or were partial, all in one post. Does nothing
 * where no `alerts` are configured; never throws, and changes nothing of what the runs did.
 */
export async function alertOnRuns(
  context: AppContext,
  reports: readonly RunReport[],
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const bad = reports.filter(needsTelling);
  await post(
    context,
    bad.map((report) => ({ kind: 'run', report, runs: 1 })),
    signal,
  );
}

/** A run that was only asked to stop is nobody's trouble: whoever asked knows. */
function needsTelling({ outcome, errors }: RunReport): boolean {
  if (outcome !== 'failed' && outcome !== 'partial') return false;
  return errors.length === 0 || !errors.every(isStopEntry);
}

/** True where somebody got it; a post that nobody got is a warning in the log. */
async function post(
  context: AppContext,
  troubles: readonly Trouble[],
  signal: AbortSignal,
): Promise<boolean> {
  const { clock, config, log } = context;
  const webhook = config.service.alerts?.webhook;
  if (webhook === undefined || troubles.length === 0) return false;
  try {
    const posted = await postText({ webhook, text: alertText(troubles), clock, signal });
    if (posted.kind === 'posted') return true;
    log.warn(`the alert did not get through to alerts.webhook: ${posted.reason}`, {
      hint: 'Look at the webhook in the chat tool; what the alert was about is told here as well.',
    });
  } catch (error) {
    log.warn(`the alert could not be sent: ${messageOf(error)}`);
  }
  return false;
}

interface Gathered {
  readonly trouble: Trouble;
  /** called once somebody got it */
  readonly onTold: () => Promise<void>;
}

/**
 * The alerts of a service. What goes wrong together is told together, so that hundreds of tenants
 * that fail at once, because Gong is down, are one post and not hundreds: the first waits some
 * seconds for others, the next a minute, and of posts there are so many an hour and no more.
 * Memory is bounded by the tenants: of each, what was last is kept.
 */
export class Alerts {
  readonly #signal: AbortSignal;
  readonly #gathered = new Map<string, Gathered>();
  #context: AppContext;
  #postedAt: number[] = [];
  #posting: Promise<void> | undefined;

  /** `signal`: the service was asked to stop; what is gathered then goes at once */
  constructor(context: AppContext, signal: AbortSignal) {
    this.#context = context;
    this.#signal = signal;
  }

  /** Tells of the run, where it failed or was partial. `context` has the configuration of now. */
  addRun(context: AppContext, report: RunReport): void {
    if (!needsTelling(report)) return;
    const key = `run ${report.tenant}`;
    const before = this.#gathered.get(key)?.trouble;
    const runs = before?.kind === 'run' ? before.runs + 1 : 1;
    const trouble: Trouble = { kind: 'run', report, runs };
    this.#add(context, key, { trouble, onTold: async () => {} });
  }

  /** Tells that the tenant is overdue; `onTold` is called once somebody got it. */
  addOverdue(context: AppContext, overdue: Overdue, onTold: () => Promise<void>): void {
    const key = `overdue ${overdue.tenant}`;
    this.#add(context, key, { trouble: { kind: 'overdue', overdue }, onTold });
  }

  /** Resolves when all that was added is told, or could not be: for the end of a service. */
  async settled(): Promise<void> {
    while (this.#posting) await this.#posting;
  }

  #add(context: AppContext, key: string, gathered: Gathered): void {
    if (context.config.service.alerts === undefined) return;
    this.#context = context;
    this.#gathered.set(key, gathered);
    this.#posting ??= this.#postAll();
  }

  async #postAll(): Promise<void> {
    const { clock } = this.#context;
    while (this.#gathered.size > 0) {
      // A stop ends the wait.
      await clock.sleep(this.#waitMs(clock.now()), this.#signal).catch(() => {});
      const gathered = [...this.#gathered.values()];
      this.#gathered.clear();
      this.#postedAt.push(clock.now());
      await this.#tell(gathered);
    }
    this.#posting = undefined;
  }

  #waitMs(now: number): number {
    this.#postedAt = this.#postedAt.filter((at) => at > now - HOUR_MS && at <= now);
    const { apartMs, gatherMs, postsPerHourMax } = ALERT_LIMITS;
    const last = this.#postedAt.at(-1) ?? Number.NEGATIVE_INFINITY;
    const oldest = this.#postedAt.at(-postsPerHourMax) ?? Number.NEGATIVE_INFINITY;
    return Math.max(now + gatherMs, last + apartMs, oldest + HOUR_MS) - now;
  }

  async #tell(gathered: readonly Gathered[]): Promise<void> {
    const context = this.#context;
    const troubles = gathered.map(({ trouble }) => trouble);
    if (!(await post(context, troubles, this.#signal))) return;
    try {
      for (const { onTold } of gathered) await onTold();
    } catch (error) {
      context.log.warn(`what was told could not be remembered: ${messageOf(error)}`);
    }
  }
}
