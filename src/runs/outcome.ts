import type { Outcome, RunError } from '../db/run-report.ts';
import type { PushReport } from '../push/report.ts';
import type { RunCounters } from './counters.ts';
import { runError } from './stage-errors.ts';

const ERRORS_SHOWN_MAX = 3;

/** What pushing says to the person who has to mend something; nothing where all is well. */
export function pushErrors(report: PushReport): RunError[] {
  const errors: RunError[] = [];
  const { stop } = report;
  if (stop?.kind === 'refused') {
    const said = stop.answer.errors.slice(0, ERRORS_SHOWN_MAX).join('; ');
    const message = `Gong refused (${stop.answer.status}): ${said}`;
    errors.push({
      ...runError('gong', message),
      ...(stop.answer.hint && { hint: stop.answer.hint }),
    });
  }
  if (stop?.kind === 'same-rejections') {
    errors.push(sameRejections(stop.errors));
  } else if (report.rejected > 0) {
    errors.push(rejections(report.rejected));
  }
  if (stop?.kind === 'stop-requested') errors.push(runError('run', stop.reason));
  if (report.exhausted > 0) errors.push(unavailable(report));
  return errors;
}

/** Events that the local check of the body refused: never sent. */
export function localRejections(count: number): RunError[] {
  if (count === 0) return [];
  const events = count === 1 ? '1 event breaks' : `${count} events break`;
  return [
    {
      stage: 'gong',
      message: `${events} Gong's reference and was not sent`,
      hint: 'See why with `sharetrail events --state rejected`.',
    },
  ];
}

function rejections(count: number): RunError {
  return {
    stage: 'gong',
    message: `Gong rejected ${count === 1 ? '1 event' : `${count} events`}`,
    hint: 'See why with `sharetrail events --state rejected`, mend it, then `events retry`.',
  };
}

function sameRejections(errors: readonly string[]): RunError {
  return {
    stage: 'gong',
    message: `Gong rejected 20 events in a row alike: ${errors.slice(0, ERRORS_SHOWN_MAX).join('; ')}`,
    hint:
      'What is wrong is the same for all, so pushing stopped and the rest waits. Mend it, then ' +
      '`sharetrail events retry --state rejected`.',
  };
}

function unavailable(report: PushReport): RunError {
  const events = report.exhausted === 1 ? '1 event' : `${report.exhausted} events`;
  return {
    stage: 'gong',
    message: `Gong did not take ${events} in five tries: ${report.lastFailure ?? 'no answer'}`,
    hint:
      'They stay in the outbox; the next run tries again. If it stays so, check gong.baseUrl and the ' +
      'way there from this machine.',
  };
}

/**
 * `failed` where nothing could be read, or Gong lets nobody in; `partial` where the rest was
 * carried out; waiting for Gong's limits is `ok`.
 */
export function outcomeOf(
  counters: RunCounters,
  facts: { readonly pushed: PushReport | undefined; readonly nothingRead: boolean },
): Outcome {
  if (facts.pushed?.stop?.kind === 'refused' || facts.nothingRead) return 'failed';
  return counters.errors.length > 0 ? 'partial' : 'ok';
}
