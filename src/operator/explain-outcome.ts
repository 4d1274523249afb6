import type { SkipReason } from '../share/policy.ts';
import { at, type ExplainedEvent } from './explained-event.ts';

/** In which state the event is, why, and what an operator can do. */
export function explainOutcome(explained: ExplainedEvent): string[] {
  switch (explained.event.state) {
    case 'delivered':
      return deliveredSentences(explained);
    case 'duplicate':
      return [
        `Gong already had the event (status 409) on ${lastAttemptText(explained)}. This is success: ` +
          'Gong shows the share once.',
      ];
    case 'rejected':
      return rejectedSentences(explained);
    case 'pending':
      return pendingSentences(explained);
    case 'held':
      return heldSentences(explained);
    case 'skipped':
      return skippedSentences(explained);
  }
}

function lastAttemptText(explained: ExplainedEvent): string {
  const last = explained.attempts.at(-1);
  return at(last?.at ?? explained.event.updatedAt, explained);
}

function deliveredSentences(explained: ExplainedEvent): string[] {
  const { event, attempts } = explained;
  const { requestId, integrationId } = event;
  const ids = [
    ...(requestId === undefined ? [] : [`request ${requestId}`]),
    ...(integrationId === undefined ? [] : [`integration ${integrationId}`]),
  ];
  const tries = attempts.length > 1 ? ` with attempt ${attempts.length}` : '';
  const gong = ids.length === 0 ? '' : ` (${ids.join(', ')})`;
  return [`Gong accepted the event on ${lastAttemptText(explained)}${tries}${gong}.`];
}

function rejectedSentences(explained: ExplainedEvent): string[] {
  const { event } = explained;
  const problems = event.errors.join('; ') || 'no reason was given';
  const retry = `sharetrail events retry ${event.eventId}`;
  if (event.attempts > 0) {
    return [
      `Gong rejected the event on ${lastAttemptText(explained)} with status ` +
        `${event.lastStatus ?? 'unknown'}: ${problems}.`,
      `Fix the cause, then run \`${retry}\`.`,
    ];
  }
  const how = `sharetrail did not send the event, because Gong would reject it: ${problems}.`;
  if (event.source !== 'salesforce') return [how, `Fix the cause, then run \`${retry}\`.`];
  return [
    how,
    'If you fix the delivery, its change queues the event; so does `sharetrail sync --full`.',
    `If the cause is not in the delivery, fix it, then run \`${retry}\`.`,
  ];
}

function pendingSentences(explained: ExplainedEvent): string[] {
  const { event, attempts, gong, now, tenant } = explained;
  const waits = ['The event waits to be sent to Gong.'];
  const last = attempts.at(-1);
  if (last !== undefined) {
    const response = last.errors.join('; ') || last.outcome;
    waits.push(`Attempt ${last.number} on ${at(last.at, explained)} failed: ${response}.`);
  }
  if (gong.pausedUntil !== undefined && gong.pausedUntil > now) {
    waits.push(`Gong asked for a pause until ${at(gong.pausedUntil, explained)}.`);
  } else if (gong.callsLeft === 0) {
    waits.push(`The ${gong.callsPerDay} calls of the last 24 hours are used up.`);
  }
  if (event.priority > 0) waits.push('It comes from a backfill, so fresh shares are sent first.');
  const next = tenant.schedule === undefined ? 'The next `sync`' : 'The next scheduled run';
  return [...waits, `${next} sends it: \`sharetrail sync --tenant ${event.tenant}\`.`];
}

function heldSentences(explained: ExplainedEvent): string[] {
  const { event, tenant } = explained;
  const until = event.notBefore === undefined ? '' : ` until ${at(event.notBefore, explained)}`;
  const now = `To send it now, run \`sharetrail events retry ${event.eventId}\`.`;
  if (event.reason === 'audit-log') {
    return [
      `The event is held${until}, so that the audit log can name the person who shared it and the ` +
        'time. After that, it is sent without them.',
      now,
    ];
  }
  if (event.reason === 'lookup-refused') {
    return [
      'The event is held, because Salesforce refuses to look up its records. The latest run says ' +
        'what to change; see `sharetrail status`.',
      now,
    ];
  }
  const then = tenant.crm.unmatched === 'send' ? 'sent without a record' : 'skipped as unmatched';
  return [
    `The event is held${until}, because it has no Salesforce record yet (crm.holdDays). Each run ` +
      `looks for one. If none appears, the event is ${then}.`,
    [...recordRemedy(event), now].join(' '),
  ];
}

/** What gives the event a record. Only a delivery is related to one; only addresses can be looked up. */
function recordRemedy({ source, share }: ExplainedEvent['event']): string[] {
  if (source === 'salesforce') return ['Relate the delivery to one of these records.'];
  const isNamed = (share.drive?.grantees.length ?? 0) > 0;
  return isNamed ? ['Create a Contact or Lead with the address of a recipient.'] : [];
}

function skippedSentences(explained: ExplainedEvent): string[] {
  const { event } = explained;
  const reason = SKIPS[event.reason as SkipReason] ?? [
    `The event was skipped (${event.reason ?? 'unknown'}).`,
    '',
  ];
  const [why, remedy] = reason;
  const retry = `To send it anyway, run \`sharetrail events retry ${event.eventId}\`.`;
  const canRetry = !CANNOT_BE_RETRIED.has(event.reason);
  return [
    `It is not reported: ${why}`,
    ...(remedy === '' ? [] : [remedy]),
    ...(canRetry ? [retry] : []),
  ];
}

/** Nothing is left to send, or Gong would reject an event without a link. */
const CANNOT_BE_RETRIED: ReadonlySet<string | undefined> = new Set(['forgotten', 'no-url']);

/** Why, and what changes it. */
const SKIPS: Readonly<Record<SkipReason, readonly [string, string]>> = {
  forgotten: ['`sharetrail forget` erased the only people it was shared with.', ''],
  'before-start': [
    'the share was made before `start`, the time from which sync reports shares.',
    'To report it, run `sharetrail backfill --since DATE` for its time.',
  ],
  'ignored-creator': ['its creator is listed in salesforce.ignoreCreatedBy.', ''],
  'internal-only': [
    'all its recipients are colleagues (internalDomains).',
    'If an address is not a colleague’s, check internalDomains.',
  ],
  'external-sharer': [
    'the person who shared it belongs to another company.',
    'If they are a colleague, add their domain to internalDomains.',
  ],
  'link-only': [
    'it names no person; the file is open to anyone with the link, or to an entire domain.',
    'To report such shares, set googleDrive.linkShares to report.',
  ],
  'service-account': ['only the accounts of programs (*.gserviceaccount.com) got access.', ''],
  'no-address': ['Google does not disclose the address of the person or group.', ''],
  'no-url': [
    'Salesforce shows no public link for the delivery to the integration user.',
    'Once the link is readable, the next change of the delivery or `sharetrail sync --full` picks it up.',
  ],
  unmatched: [
    'no Salesforce record appeared while it was held, and crm.unmatched is skip.',
    'To send such shares without a record, set crm.unmatched to send.',
  ],
  operator: ['an operator skipped it with `sharetrail events skip`.', ''],
  rebound: [
    'it was waiting when `sharetrail rebind` gave the tenant to another org, customer, or account.',
    '',
  ],
};
