import type { StoredEvent } from '../outbox/outbox-event.ts';
import { comparedAddress } from '../share/address.ts';
import type { Share, Sharer } from '../share/share.ts';
import { explainOutcome } from './explain-outcome.ts';
import { at, type ExplainedEvent } from './explained-event.ts';
import { andList, quoted } from './sentences.ts';

/**
 * What happened to one event, in sentences: where and when its share was seen, who is in it, which
 * record it was matched to and why, what happened to it, and what an operator can do. Decides
 * nothing: it reads what was stored.
 */
export function explainEvent(explained: ExplainedEvent): string[] {
  const { event } = explained;
  if (event.erasedAt !== undefined) return erasedSentences(explained);
  return [
    ...seenSentences(explained),
    ...peopleSentences(event),
    ...matchSentences(event),
    ...explainOutcome(explained),
  ];
}

function stateText({ state, reason }: StoredEvent): string {
  return reason === undefined ? state : `${state} (${reason})`;
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
  const unmatched = addressesWithout(grantees, recipients);
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
  return addressesWithout(recipients, body.recipients ?? []);
}

/** The addresses of `people` that none of `others` has. */
function addressesWithout(people: readonly Addressed[], others: readonly Addressed[]): string[] {
  const known = new Set(others.map(({ email }) => comparedAddress(email)));
  return people.map(({ email }) => email).filter((email) => !known.has(comparedAddress(email)));
}

interface Addressed {
  readonly email: string;
}

// Match

function matchSentences({ match, share }: StoredEvent): string[] {
  if (match === undefined) return [];
  const { objects } = match;
  if (!match.matched) {
    const start =
      share.related === undefined && share.source === 'salesforce'
        ? 'The delivery has no related record, so it belongs to no Salesforce record.'
        : 'No Salesforce record was found for it.';
    return [start, ...match.reasons];
  }
  const records = objects.map(({ type, id, name }) =>
    name === undefined ? `${type} ${id}` : `${type} ${quoted(name)} (${id})`,
  );
  const onDeal = objects.some(({ type }) => type === 'Opportunity');
  const start = `It belongs to ${andList(records)}${onDeal ? '' : ', not to an Opportunity'}.`;
  return [start, ...match.reasons];
}
