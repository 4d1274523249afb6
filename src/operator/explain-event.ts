import type { TenantConfig } from '../config/types.ts';
import { localTimeText } from '../lib/local-time-text.ts';
import type { Attempt, StoredEvent } from '../outbox/event-types.ts';
import type { SkipReason } from '../share/policy.ts';
import type { Share, Sharer } from '../share/share.ts';
import { andList, quoted } from './sentences.ts';

/** What the sentences about one event are made of. All times are epoch milliseconds. */
export interface ExplainedEvent {
  readonly event: StoredEvent;
  readonly attempts: readonly Attempt[];
  readonly tenant: Pick<TenantConfig, 'timezone' | 'schedule' | 'crm'>;
  readonly gong: GongWait;
  readonly now: number;
}

/** Why nothing can be sent to the tenant's Gong account at the moment. */
export interface GongWait {
  /** the end of a pause that Gong requested */
  readonly pausedUntil?: number;
  /** absent if the credentials, which name the account, cannot be read here */
  readonly callsLeft?: number;
  readonly callsPerDay: number;
}

/**
 * What happened to one event, in sentences: where and when its share was seen, who is in it, which record
 * it was matched to and why, what happened to it, and what an operator can do. Decides nothing: it
 * reads what was stored.
 */
export function explainEvent(explained: ExplainedEvent): string[] {
  const { event } = explained;
  if (event.erasedAt !== undefined) return erasedSentences(explained);
  return [
    ...seenSentences(explained),
    ...peopleSentences(event),
    ...matchSentences(event),
    ...outcomeSentences(explained),
  ];
}

function stateText({ state, reason }: StoredEvent): string {
  return reason === undefined ? state : `${state} (${reason})`;
}

function at(time: number, { tenant }: Pick<ExplainedEvent, 'tenant'>): string {
  return localTimeText(time, tenant.timezone);
}

function erasedSentences(explained: ExplainedEvent): string[] {
  const { event } = explained;
  const erasedAt = at(event.erasedAt ?? event.updatedAt, explained);
  return [
    `The share was made on ${at(event.sharedAt, explained)} and ended as ${stateText(event)}.`,
    `Its people, title, links and body were erased on ${erasedAt}, as retentionDays requires or by ` +
      '`sharetrail forget`.',
  ];
}

// Seen

function seenSentences(explained: ExplainedEvent): string[] {
  const { event } = explained;
  const { share } = event;
  const recorded = `sharetrail recorded the share on ${at(event.createdAt, explained)}.`;
  const what = `${itemText(share)} ${quoted(share.content.title || share.content.id)}`;
  const when = at(event.sharedAt, explained);
  const who = sharerText(share.sharer);
  if (share.source === 'salesforce') {
    return [`${who ?? 'Someone'} shared ${what} in Salesforce on ${when}. ${recorded}`];
  }
  if (share.drive?.detector === 'audit-log') {
    return [`The audit log of Drive reports that ${who} shared ${what} on ${when}. ${recorded}`];
  }
  const owner = who === undefined ? 'on a shared drive' : `owned by ${who}`;
  return [
    `The change log of Drive shows a new share of ${what}, ${owner}, with the time ${when}. ` +
      recorded,
    'The audit log did not report this share, so the person who shared it is unknown.',
  ];
}

function itemText({ source, drive }: Share): string {
  if (source === 'salesforce') return 'the content delivery';
  return drive?.item === 'drive' ? 'the shared drive' : `the ${drive?.item ?? 'file'}`;
}

function sharerText(sharer: Sharer | undefined): string | undefined {
  if (sharer === undefined) return undefined;
  const { name, email, username, id } = sharer;
  const address = email ?? username;
  if (name !== undefined && address !== undefined) return `${name} (${address})`;
  return name ?? address ?? id;
}

// People

function peopleSentences(event: StoredEvent): string[] {
  const { share, match, body } = event;
  const recipients = match?.recipients ?? [];
  const named = recipients.map(({ name, email, object }) => {
    const record = object === undefined ? 'no Salesforce record' : `${object.type} ${object.id}`;
    return `${name === undefined ? email : `${name} (${email})`}, ${record}`;
  });
  const grantees = share.drive?.grantees ?? [];
  const known = new Set(recipients.map(({ email }) => email));
  const unmatched = grantees.filter(({ email }) => !known.has(email)).map(({ email }) => email);
  const people = [...named, ...unmatched];
  const sentences = people.length === 0 ? [] : [`Shared with: ${people.join('; ')}.`];
  if (share.drive?.link === 'anyone') {
    sentences.push('The same action gave access to anyone with the link, who is not named.');
  }
  if (share.drive?.link === 'domain') {
    sentences.push('The same action gave access to an entire external domain, which is not named.');
  }
  const left = leftOut(recipients, body);
  if (left.length > 0) {
    sentences.push(`Left out of the event: ${andList(left)}. Gong would reject the address.`);
  }
  return sentences;
}

/** Recipients that the body does not name. */
function leftOut(
  recipients: NonNullable<StoredEvent['match']>['recipients'],
  body: StoredEvent['body'],
): string[] {
  if (body === undefined) return [];
  const sent = new Set((body.recipients ?? []).map(({ email }) => email.toLowerCase()));
  return recipients.map(({ email }) => email).filter((email) => !sent.has(email.toLowerCase()));
}

// Match

function matchSentences({ match, share }: StoredEvent): string[] {
  if (match === undefined) return [];
  const { objects, names = {} } = match;
  if (!match.matched) {
    const start =
      share.related === undefined && share.source === 'salesforce'
        ? 'The delivery has no related record, so it belongs to no Salesforce record.'
        : 'No Salesforce record was found for it.';
    return [start, ...match.reasons];
  }
  const records = objects.map(({ type, id }) => {
    const name = names[id];
    return name === undefined ? `${type} ${id}` : `${type} ${quoted(name)} (${id})`;
  });
  const onDeal = objects.some(({ type }) => type === 'Opportunity');
  const start = `It belongs to ${andList(records)}${onDeal ? '' : ', not to an Opportunity'}.`;
  return [start, ...match.reasons];
}

// Outcome

function outcomeSentences(explained: ExplainedEvent): string[] {
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
  const { event, attempts } = explained;
  const problems = event.errors.join('; ') || 'no reason was given';
  const how =
    attempts.length === 0
      ? `sharetrail did not send the event, because Gong would reject it: ${problems}.`
      : `Gong rejected the event on ${lastAttemptText(explained)} with status ` +
        `${event.lastStatus ?? 'unknown'}: ${problems}.`;
  return [how, `Fix the cause, then run \`sharetrail events retry ${event.eventId}\`.`];
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
    `Create a Contact or Lead with the address, or relate the delivery to a record. ${now}`,
  ];
}

function skippedSentences(explained: ExplainedEvent): string[] {
  const { event } = explained;
  const reason = SKIPS[event.reason as SkipReason] ?? [
    `The event was skipped (${event.reason ?? 'unknown'}).`,
    '',
  ];
  const [why, remedy] = reason;
  const retry = `To send it anyway, run \`sharetrail events retry ${event.eventId}\`.`;
  return [`It is not reported: ${why}`, ...(remedy === '' ? [] : [remedy]), retry];
}

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
