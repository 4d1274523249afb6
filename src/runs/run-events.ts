import type { Outcome, RunKind, Vendor } from '../db/run-report.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { SettledEvent } from '../push/drain.ts';
import type { PushStop } from '../push/report.ts';
import type { SourceName } from '../share/share.ts';
import type { RunCounters } from './counters.ts';

/** A stage that reads: a source, or the held shares that are decided again. */
export type ReadingStage = SourceName | 'held';

/** What happens in a run. `gong` is the stage that pushes; it runs in parallel with reading. */
export type RunEvent =
  | { readonly kind: 'run started'; readonly run: RunKind; readonly dryRun?: true }
  | { readonly kind: 'stage started'; readonly stage: ReadingStage | 'gong' }
  | {
      readonly kind: 'stage ended';
      readonly stage: ReadingStage | 'gong';
      /** for `gong`, also why it ended before the outbox was empty */
      readonly end: 'done' | 'failed' | PushStop['kind'];
    }
  /** events of one transaction: new ones, and known ones that were decided again */
  | { readonly kind: 'page committed'; readonly created: number; readonly reconsidered: number }
  /** how many shares of a backfill window were read; `total` is known before the first page */
  | { readonly kind: 'window read'; readonly done: number; readonly total: number }
  | { readonly kind: 'call made'; readonly vendor: Vendor }
  /** `status`: absent if no response came */
  | { readonly kind: 'gong responded'; readonly status?: number; readonly durationMs: number }
  | ({ readonly kind: 'event settled' } & SettledEvent)
  | { readonly kind: 'lease lost' }
  /** a dry run has no outcome: it is not recorded */
  | { readonly kind: 'run ended'; readonly outcome?: Outcome };

/** Called at once, in order, with the run's counts so far; must be quick. */
export type RunListener = (event: RunEvent, counters: Readonly<RunCounters>) => void;

/**
 * Reports an event to all listeners. Undefined if there are none, so that `emit?.({…})` does not even
 * create the event.
 */
export type Emit = ((event: RunEvent) => void) | undefined;

/** Reports to the run's listeners, and to the log at `debug`. */
export function emitterOf(
  listeners: readonly RunListener[],
  { counters, log }: { readonly counters: RunCounters; readonly log: Logger },
): Emit {
  const all = log.isDebug ? [...listeners, logEvents(log)] : listeners;
  return createEmit(all, { counters, log });
}

/** A listener that throws is logged and removed; the run continues. */
export function createEmit(
  listeners: readonly RunListener[],
  { counters, log }: { readonly counters: RunCounters; readonly log: Logger },
): Emit {
  if (listeners.length === 0) return undefined;
  const active = new Set(listeners);
  return (event) => {
    for (const listener of active) {
      try {
        listener(event, counters);
      } catch (error) {
        active.delete(listener);
        const message = `a listener failed at "${event.kind}": ${messageOf(error)}`;
        log.error(message, { stage: 'run', err: error });
      }
    }
  };
}

/** Logs every event at `debug`, with its stage: the current reading stage unless it names another. */
function logEvents(log: Logger): RunListener {
  let reading: ReadingStage | 'run' = 'run';
  return (event) => {
    const { kind, ...fields } = event;
    if (kind === 'stage started' && event.stage !== 'gong') reading = event.stage;
    log.debug(kind, { stage: stageOf(event, reading), ...fields });
    if (kind === 'stage ended' && event.stage !== 'gong') reading = 'run';
  };
}

function stageOf(event: RunEvent, reading: ReadingStage | 'run'): string {
  if (event.kind === 'event settled' || event.kind === 'gong responded') return 'gong';
  if (event.kind !== 'call made') return reading;
  if (event.vendor === 'gong') return 'gong';
  if (reading !== 'run') return reading;
  // Before the first stage, the run identifies its accounts.
  return event.vendor === 'google' ? 'google-drive' : event.vendor;
}
