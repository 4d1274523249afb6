import type { RunError } from '../db/run-report.ts';
import { PUSH_LIMITS } from '../push/limits.ts';
import type { PushReport } from '../push/report.ts';
import { runError } from './stage-errors.ts';

const ERRORS_SHOWN_MAX = 3;

/** The errors of pushing; empty if nothing needs attention. */
export function pushErrors(report: PushReport): RunError[] {
  const errors: RunError[] = [];
  const { stop } = report;
  if (stop?.kind === 'refused') {
    const reasons = stop.response.errors.slice(0, ERRORS_SHOWN_MAX).join('; ');
    const message = `Gong refused (${stop.response.status}): ${reasons}`;
    errors.push({
      ...runError('gong', message),
      ...(stop.response.hint && { hint: stop.response.hint }),
    });
  }
  if (stop?.kind === 'same-rejections') {
    errors.push(sameRejections(stop.errors));
  } else if (report.rejected > 0) {
    errors.push(rejections(report.rejected));
  }
  if (stop?.kind === 'stop-requested') errors.push(runError('run', stop.reason));
  if (report.blocked) errors.push(blockedEvents(report.blocked));
  if (report.exhausted > 0) errors.push(unavailable(report));
  return errors;
}

/** Events that failed the local check of their body, and so were not sent. */
export function localRejections(count: number): RunError[] {
  if (count === 0) return [];
  const events = count === 1 ? '1 event was' : `${count} events were`;
  return [
    {
      stage: 'gong',
      message: `${events} not sent: the body violates Gong's reference`,
      hint: 'Run `sharetrail events --state rejected` to see why.',
    },
  ];
}

function rejections(count: number): RunError {
  return {
    stage: 'gong',
    message: `Gong rejected ${count === 1 ? '1 event' : `${count} events`}`,
    hint:
      'Run `sharetrail events --state rejected` to see why. Fix it, then run ' +
      '`sharetrail events retry --state rejected`.',
  };
}

function sameRejections(errors: readonly string[]): RunError {
  return {
    stage: 'gong',
    message:
      `Gong rejected ${PUSH_LIMITS.sameRejectionsMax} events in a row with the same errors: ` +
      errors.slice(0, ERRORS_SHOWN_MAX).join('; '),
    hint:
      'All events have the same problem, so pushing stopped, and the rest stay pending. Fix it, then ' +
      'run `sharetrail events retry --state rejected`.',
  };
}

function blockedEvents({ count, eventIds }: NonNullable<PushReport['blocked']>): RunError {
  const events = count === 1 ? '1 event' : `${count} events`;
  const more = count > eventIds.length ? ', …' : '';
  return {
    stage: 'gong',
    message:
      `something in front of Gong answered 403 to ${events}, but not to others: ` +
      eventIds.join(', ') +
      more,
    hint:
      'Run `sharetrail events show ID` to see the title and the response. Have the firewall or proxy ' +
      'between this machine and Gong allow it, or run `sharetrail events skip ID`. The next run tries ' +
      'again.',
  };
}

function unavailable(report: PushReport): RunError {
  const events = report.exhausted === 1 ? '1 event' : `${report.exhausted} events`;
  return {
    stage: 'gong',
    message:
      `Gong did not accept ${events} in ${PUSH_LIMITS.attemptsPerRunMax} attempts: ` +
      (report.lastFailure ?? 'no response'),
    hint:
      'They stay in the outbox; the next run tries again. If this persists, check gong.baseUrl and the ' +
      'network between this machine and Gong.',
  };
}
