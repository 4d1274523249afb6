import { CALL_LIMITS } from '../db/limits.ts';
import { wasOnlyStopped } from '../db/only-stopped.ts';
import type { RunError } from '../db/run-report.ts';
import { LIST_LIMITS } from './limits.ts';
import type { RunStatus, TenantStatus } from './status.ts';

/** the longest pause that is believed */
const PAUSE = `${CALL_LIMITS.pauseMsMax / (60 * 60_000)} hours`;

/**
 * The health of a tenant, worst first: this is the order of `status`. docs/operations.md has the
 * same table. If several apply, a tenant has the first.
 */
const NEEDS_ATTENTION = {
  /** its file or its secrets have problems */
  faulty: true,
  /** the latest run failed */
  failed: true,
  /** the latest run died before it finished, and no run is in progress */
  died: true,
  /** no successful run for two periods of its schedule */
  overdue: true,
  /** the latest run completed with errors */
  partial: true,
  /** events are rejected, and an operator can still fix them */
  rejected: true,
  /** Gong requested a longer pause than sharetrail believes */
  paused: true,
  /** a run is in progress */
  running: false,
  /** events wait: for a pause of Gong, for tomorrow's calls, or for the next run */
  waiting: false,
  /** the latest run was stopped on request */
  stopped: false,
  /** no run yet */
  new: false,
  ok: false,
} as const;

export type Level = keyof typeof NEEDS_ATTENTION;
export const LEVELS = Object.keys(NEEDS_ATTENTION) as readonly Level[];

export function needsAttention(level: Level): boolean {
  return NEEDS_ATTENTION[level];
}

/** What an operator should know, and do. */
export interface Attention {
  readonly message: string;
  readonly hint: string;
}

export interface Health {
  readonly level: Level;
  /** present if the level needs attention */
  readonly attention?: Attention;
}

export function healthOf(status: TenantStatus): Health {
  const level = LEVELS.find((each) => RULES[each](status)) ?? 'ok';
  return { level, ...(needsAttention(level) && { attention: attentionOf(level, status) }) };
}

/** Sorts worst first; tenants of one level keep their order. */
export function worstFirst<Row extends { readonly health: Health }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((one, other) => rankOf(one) - rankOf(other));
}

function rankOf({ health }: { readonly health: Health }): number {
  return LEVELS.indexOf(health.level);
}

const RULES: Readonly<Record<Level, (status: TenantStatus) => boolean>> = {
  // Such a tenant has no configuration, and so no status.
  faulty: () => false,
  failed: (status) => endedAs(status, 'failed'),
  died: (status) => endedAs(status, 'died') && !isRunning(status),
  overdue: (status) => status.overdueSince !== undefined && !isRunning(status),
  partial: (status) => endedAs(status, 'partial'),
  rejected: ({ rejections }) => rejections.count > 0,
  paused: (status) => cappedWaitMs(status) !== undefined,
  running: isRunning,
  waiting: ({ outbox }) => outbox.pending > 0,
  stopped: (status) => wasStopped(latestEnd(status)),
  new: ({ runs }) => runs.length === 0,
  ok: () => true,
};

function endedAs(status: TenantStatus, outcome: string): boolean {
  const run = latestEnd(status);
  return run?.outcome === outcome && !wasStopped(run);
}

function latestEnd({ runs }: TenantStatus): RunStatus | undefined {
  return runs.find(({ outcome }) => outcome !== 'running');
}

function isRunning({ runs }: TenantStatus): boolean {
  return runs.some(({ outcome }) => outcome === 'running');
}

/** True if all that went wrong is that someone stopped it. */
function wasStopped(run: RunStatus | undefined): boolean {
  return run?.report !== undefined && wasOnlyStopped(run.report);
}

/** The Retry-After of the current pause if it was capped, in milliseconds. */
function cappedWaitMs({ runs, gong }: TenantStatus): number | undefined {
  if (gong.pausedUntil === undefined) return undefined;
  return runs.flatMap(({ report }) => report?.gongWait?.cappedRetryAfterMs ?? [])[0];
}

function attentionOf(level: Level, status: TenantStatus): Attention {
  switch (level) {
    case 'died':
      return {
        message: 'the latest run died before it finished; completed work is kept',
        hint: 'Run `sharetrail sync`, or wait for the next run.',
      };
    case 'overdue':
      return {
        message: 'no successful run for two periods of its schedule',
        hint: 'Check that `sharetrail start` is running, and its log.',
      };
    case 'rejected':
      return rejectedAttention(status);
    case 'paused':
      return {
        message: `Gong requested a pause of more than ${PAUSE}; sharetrail waits ${PAUSE}`,
        hint: 'Check `gong.baseUrl` and any proxy in between. Later runs send the events.',
      };
    default:
      return runAttention(status);
  }
}

function rejectedAttention({ rejections }: TenantStatus): Attention {
  const { count, error } = rejections;
  const events = count === 1 ? '1 event is' : `${count} events are`;
  return {
    message: `${events} rejected${error === undefined ? '' : `: ${shortened(error)}`}`,
    hint:
      'Fix the cause, then run `sharetrail events retry --state rejected`; or skip them with ' +
      '`sharetrail events skip --state rejected`.',
  };
}

/** The first error of the latest run, as its report explains it. */
function runAttention(status: TenantStatus): Attention {
  const run = latestEnd(status);
  const errors = run?.report?.errors ?? [];
  const [first, ...others] = errors.filter(({ code }) => code === undefined);
  if (first === undefined) {
    return {
      message: `the latest run ended as ${run?.outcome}; its report is unreadable`,
      hint: 'Run `sharetrail sync` to see why.',
    };
  }
  return { message: errorText(first, others.length), hint: first.hint };
}

function errorText({ stage, message }: RunError, others: number): string {
  const text = `${stage}: ${shortened(message)}`;
  if (others === 0) return text;
  return `${text} (and ${others === 1 ? '1 other error' : `${others} other errors`})`;
}

function shortened(text: string): string {
  const max = LIST_LIMITS.reasonCharactersMax;
  return text.length <= max ? text : `${text.slice(0, max - 1).toWellFormed()}…`;
}
