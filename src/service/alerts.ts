import type { FaultyTenant } from '../config/types.ts';
import { wasOnlyStopped } from '../db/only-stopped.ts';
import type { RunReport } from '../db/run-report.ts';
import { messageOf } from '../lib/errors.ts';
import type { AppContext } from '../runs/app-context.ts';
import { postText } from '../vendors/webhook/post.ts';
import { type AlertItem, alertText, type Overdue } from './alert-text.ts';
import { ALERT_LIMITS } from './limits.ts';

const HOUR_MS = 60 * 60_000;

/**
 * Posts one alert about the runs of a command that failed, were partial, or met an unbelievable
 * Retry-After, and about the tenants that it could not run. Does nothing if `alerts` is not
 * configured. Never throws: the runs are already done.
 */
export async function alertOnRuns(
  context: AppContext,
  reports: readonly RunReport[],
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const failed = reports.filter(needsAlert);
  const items: AlertItem[] = [
    ...(context.config.faulty ?? []).map((faulty) => ({ kind: 'configuration', faulty }) as const),
    ...failed.map((report) => ({ kind: 'run', report, runs: 1 }) as const),
  ];
  await post(context, items, signal);
}

/** A run that only stopped on request needs no alert. */
function needsAlert(report: RunReport): boolean {
  const { outcome, gongWait } = report;
  if (gongWait?.cappedRetryAfterMs !== undefined) return true;
  if (outcome !== 'failed' && outcome !== 'partial') return false;
  return !wasOnlyStopped(report);
}

/** True if the alert was delivered; otherwise logs a warning. */
async function post(
  context: AppContext,
  items: readonly AlertItem[],
  signal: AbortSignal,
): Promise<boolean> {
  const { clock, config, log, asTyped } = context;
  const webhook = config.service.alerts?.webhook;
  if (webhook === undefined || items.length === 0) return false;
  try {
    const posted = await postText({ webhook, text: alertText(items, asTyped), clock, signal });
    if (posted.kind === 'posted') return true;
    log.warn(`the alert was not delivered to alerts.webhook: ${posted.reason}`, {
      hint: 'Check the webhook in the chat tool. This log also shows what the alert was about.',
    });
  } catch (error) {
    log.warn(`the alert could not be sent: ${messageOf(error)}`);
  }
  return false;
}

interface QueuedAlert {
  readonly item: AlertItem;
  /** called once the alert was delivered */
  readonly onDelivered: () => Promise<void>;
}

/**
 * The alerts of a service. Batches problems, so that hundreds of tenants that fail because Gong is
 * down cause one post: the first post waits `gatherMs` for more problems, the next ones wait
 * `betweenPostsMs`, and there are at most `postsPerHourMax` per hour. Keeps only the latest problem
 * of each kind per tenant, which limits memory use.
 */
export class Alerts {
  readonly #signal: AbortSignal;
  readonly #queue = new Map<string, QueuedAlert>();
  #context: AppContext;
  #postedAt: number[] = [];
  #posting: Promise<void> | undefined;

  /** Once `signal` requests a stop, queued alerts are posted at once. */
  constructor(context: AppContext, signal: AbortSignal) {
    this.#context = context;
    this.#signal = signal;
  }

  /** Queues an alert if the run failed or was partial. `context` has the current configuration. */
  addRun(context: AppContext, report: RunReport): void {
    if (!needsAlert(report)) return;
    const key = `run ${report.tenant}`;
    const before = this.#queue.get(key)?.item;
    const runs = before?.kind === 'run' ? before.runs + 1 : 1;
    const item: AlertItem = { kind: 'run', report, runs };
    this.#enqueue(context, key, { item, onDelivered: async () => {} });
  }

  /** Queues an alert for a tenant that cannot run. */
  addFaulty(context: AppContext, faulty: FaultyTenant): void {
    const item: AlertItem = { kind: 'configuration', faulty };
    this.#enqueue(context, `configuration ${faulty.tenant}`, { item, onDelivered: async () => {} });
  }

  /** Queues an alert for an overdue tenant. Calls `onDelivered` once the alert was delivered. */
  addOverdue(context: AppContext, overdue: Overdue, onDelivered: () => Promise<void>): void {
    const key = `overdue ${overdue.tenant}`;
    this.#enqueue(context, key, { item: { kind: 'overdue', overdue }, onDelivered });
  }

  /** Resolves once every queued alert was delivered or failed. Call it before the service ends. */
  async settled(): Promise<void> {
    while (this.#posting !== undefined) await this.#posting;
  }

  #enqueue(context: AppContext, key: string, alert: QueuedAlert): void {
    if (context.config.service.alerts === undefined) return;
    this.#context = context;
    this.#queue.set(key, alert);
    this.#posting ??= this.#postAll();
  }

  async #postAll(): Promise<void> {
    const { clock } = this.#context;
    while (this.#queue.size > 0) {
      // A stop ends the wait.
      await clock.sleep(this.#waitMs(clock.now()), this.#signal).catch(() => {});
      const alerts = [...this.#queue.values()];
      this.#queue.clear();
      this.#postedAt.push(clock.now());
      await this.#deliver(alerts);
    }
    this.#posting = undefined;
  }

  #waitMs(now: number): number {
    this.#postedAt = this.#postedAt.filter((at) => at > now - HOUR_MS && at <= now);
    const { betweenPostsMs, gatherMs, postsPerHourMax } = ALERT_LIMITS;
    const last = this.#postedAt.at(-1) ?? Number.NEGATIVE_INFINITY;
    const oldest = this.#postedAt.at(-postsPerHourMax) ?? Number.NEGATIVE_INFINITY;
    return Math.max(now + gatherMs, last + betweenPostsMs, oldest + HOUR_MS) - now;
  }

  async #deliver(alerts: readonly QueuedAlert[]): Promise<void> {
    const context = this.#context;
    const items = alerts.map(({ item }) => item);
    if (!(await post(context, items, this.#signal))) return;
    try {
      for (const { onDelivered } of alerts) await onDelivered();
    } catch (error) {
      context.log.warn(`the delivery of the alert could not be recorded: ${messageOf(error)}`);
    }
  }
}
