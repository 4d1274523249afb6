import type { RunError } from '../db/run-report.ts';
import { SliceOver } from '../lib/errors.ts';
import { PUSH_LIMITS } from '../push/limits.ts';
import type { PushReport, PushStop } from '../push/report.ts';
import { runError } from './stage-errors.ts';

const ERRORS_SHOWN_MAX = 3;
const FIREWALL_HINT =
  'The response is not in Gong’s format. If a firewall or proxy blocks these events for their ' +
  'content, run `sharetrail events show ID` to see the title, and have it allow them, or run ' +
  '`sharetrail events skip ID`.';

/** The errors of pushing; empty if nothing needs attention. */
export function pushErrors(report: PushReport): RunError[] {
  const errors: RunError[] = [];
  const { stop } = report;
  if (stop?.kind === 'refused') {
    errors.push(refusal(stop));
  }
  if (stop?.kind === 'same-rejections') {
    errors.push(sameRejections(stop.errors));
  } else if (report.rejected > 0) {
    errors.push(rejections(report.rejected));
  }
  const isStopped = stop?.kind === 'stop-requested' && !(stop.reason instanceof SliceOver);
  if (isStopped) errors.push(runError('run', stop.reason));
  if (report.blocked) errors.push(blockedEvents(report.blocked));
  if (report.exhausted > 0) errors.push(unavailable(report));
  return errors;
}

function refusal({ response, eventIds }: Extract<PushStop, { kind: 'refused' }>): RunError {
  const { status, isFromProxy } = response;
  const reasons = response.errors.slice(0, ERRORS_SHOWN_MAX).join('; ');
  const events = eventIds === undefined ? '' : ` to ${eventIds.join(', ')}`;
  const hint = [response.hint, ...(eventIds === undefined ? [] : [FIREWALL_HINT])];
  return {
    ...runError('gong', isFromProxy ? reasons : `Gong refused (${status})${events}: ${reasons}`),
    ...(response.hint && { hint: hint.join(' ') }),
  };
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
