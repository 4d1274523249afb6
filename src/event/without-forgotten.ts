import type { CrmObject, Match } from '../crm/match.ts';
import type { ForgottenPeople } from '../share/forgotten.ts';
import type { Share } from '../share/share.ts';
import type { ContentShared } from './contract.ts';

/** The parts of an event that can name people. */
export interface EventContent {
  readonly share: Share;
  readonly match?: Match;
  readonly body?: ContentShared;
  readonly errors?: readonly string[];
}

/** A valid share that keeps only the source, the time and the source's ids. */
export function withoutPeople({ source, eventId, shareId, sharedAt, content }: Share): Share {
  return {
    source,
    eventId,
    shareId,
    sharedAt,
    content: { id: content.id, title: '' },
    contentProperties: [],
    eventProperties: [],
  };
}

/** True if the content was shared with forgotten people and with no one else. */
export function namesOnlyForgotten(
  { share, match }: Pick<EventContent, 'share' | 'match'>,
  forgotten: ForgottenPeople,
): boolean {
  if (share.drive?.unnamed === 'forgotten') return true;
  const emails = peopleOf({ share, ...(match && { match }) }).map(({ email }) => email);
  return emails.length > 0 && emails.every((email) => forgotten.includes(email));
}

/** The event without forgotten people, their records, and the sentences about them. */
export function withoutForgotten<Content extends EventContent>(
  event: Content,
  forgotten: ForgottenPeople,
): Content {
  if (forgotten.isEmpty) return event;
  const { share, match, body, errors } = event;
  const traces = tracesOf(event, forgotten);
  return {
    ...event,
    share: forgotten.scrubJson(shareWithout(share, forgotten)),
    ...(match && { match: forgotten.scrubJson(matchWithout(match, traces, forgotten)) }),
    ...(body && { body: forgotten.scrubJson(bodyWithout(body, traces, forgotten)) }),
    ...(errors && { errors: forgotten.scrubJson(errors) }),
  };
}

/** What identifies the forgotten people in this event besides their addresses. */
interface Traces {
  readonly recordIds: ReadonlySet<string>;
  readonly names: readonly string[];
}

interface NamedPerson {
  readonly email?: string;
  readonly name?: string;
  readonly object?: CrmObject;
}

function peopleOf({ share, match }: Pick<EventContent, 'share' | 'match'>): NamedPerson[] {
  return [...(share.drive?.grantees ?? []), ...(match?.recipients ?? [])];
}

function tracesOf({ share, match }: EventContent, forgotten: ForgottenPeople): Traces {
  const people: NamedPerson[] = [...peopleOf({ share, ...(match && { match }) })];
  if (share.sharer) people.push(share.sharer);
  const gone = people.filter(({ email }) => forgotten.includes(email));
  const recordIds = new Set(gone.flatMap(({ object }) => object?.id ?? []));
  const records = match?.objects.filter(({ id }) => recordIds.has(id)) ?? [];
  const names = [...gone, ...records].flatMap(({ name }) => name ?? []);
  return { recordIds, names: names.filter((name) => name.trim() !== '') };
}

function shareWithout(share: Share, forgotten: ForgottenPeople): Share {
  const { sharer, drive, ...rest } = share;
  const grantees = drive?.grantees.filter(({ email }) => !forgotten.includes(email)) ?? [];
  const isNamedNoMore = grantees.length === 0 && (drive?.grantees.length ?? 0) > 0;
  return {
    ...rest,
    ...(sharer && !forgotten.includes(sharer.email) && { sharer }),
    ...(drive && {
      drive: { ...drive, grantees, ...(isNamedNoMore && { unnamed: 'forgotten' }) },
    }),
  };
}

function matchWithout(match: Match, traces: Traces, forgotten: ForgottenPeople): Match {
  const { recordIds } = traces;
  const objects = match.objects.filter(({ id }) => !recordIds.has(id));
  return {
    ...match,
    matched: objects.length > 0,
    objects,
    recipients: match.recipients.filter(({ email }) => !forgotten.includes(email)),
    reasons: match.reasons.filter((reason) => !mentions(reason, traces, forgotten)),
  };
}

function mentions(reason: string, { recordIds, names }: Traces, forgotten: ForgottenPeople) {
  return (
    [...recordIds, ...names].some((trace) => reason.includes(trace)) ||
    forgotten.scrub(reason) !== reason
  );
}

function bodyWithout(
  { sharer, recipients, crmContext, nonCompanyParticipants, ...rest }: ContentShared,
  { recordIds }: Traces,
  forgotten: ForgottenPeople,
): ContentShared {
  const isKept = ({ email }: { readonly email?: string | undefined }) => !forgotten.includes(email);
  const context = crmContext?.map((entry) => withoutRecords(entry, recordIds));
  return {
    ...rest,
    ...(sharer && isKept(sharer) && { sharer }),
    ...present('recipients', recipients?.filter(isKept)),
    ...present(
      'crmContext',
      context?.filter(({ objects }) => objects !== undefined),
    ),
    ...present('nonCompanyParticipants', nonCompanyParticipants?.filter(isKept)),
  };
}

type ContextEntry = NonNullable<ContentShared['crmContext']>[number];

function withoutRecords(entry: ContextEntry, recordIds: ReadonlySet<string>): ContextEntry {
  const { objects, ...rest } = entry;
  const kept = objects?.filter(({ objectId }) => !recordIds.has(objectId));
  return { ...rest, ...present('objects', kept) } as ContextEntry;
}

/** Gong's lists are absent or have items. */
function present<Key extends string, Item>(key: Key, items: readonly Item[] | undefined) {
  if (items === undefined || items.length === 0) return {};
  return { [key]: items } as { readonly [Name in Key]: [Item, ...Item[]] };
}
