import type { Match, Recipient } from '../crm/match.ts';
import { CRM_OBJECT_TYPES, type CrmObject, type CrmObjectType } from '../crm/match.ts';
import { omitUndefined, type Undefinable } from '../lib/omit-undefined.ts';
import { addressOf } from '../share/address.ts';
import { linkOf } from '../share/link.ts';
import type { Property, Share, Sharer } from '../share/share.ts';
import type { ContentShared, GenericProperty } from './contract.ts';

/** The tenant's settings for a body. */
export interface BodySettings {
  readonly reportingSystem: string;
  readonly workspaceId?: string;
  readonly actionName: string;
  /** the types that crmContext can name; a recipient's own record is named regardless */
  readonly objectTypes: readonly CrmObjectType[];
}

/**
 * Builds Gong's body for one share. The fields are in the order of Gong's reference page. A field
 * without a value is omitted, never null, blank or an empty list. This includes required fields:
 * `problemsOf` reports them, and the event is rejected before it is sent.
 */
export function buildBody(share: Share, match: Match, settings: BodySettings): ContentShared {
  const body: Undefinable<ContentShared> = {
    reportingSystem: textOf(settings.reportingSystem),
    eventTimestamp: timeOf(share.sharedAt),
    eventId: textOf(share.eventId),
    contentId: textOf(share.content.id),
    contentUrl: linkOf(share.content.url),
    contentTitle: textOf(share.content.title),
    shareId: textOf(share.shareId),
    shareInfoUrl: linkOf(share.content.infoUrl),
    sharer: sharerOf(share.sharer),
    recipients: nonEmptyOf(match.recipients.map(recipientOf)),
    crmContext: salesforceContext(allowedObjects(match.objects, settings.objectTypes)),
    contentProperties: propertiesOf(share.contentProperties),
    eventProperties: propertiesOf(share.eventProperties),
    workspaceId: textOf(settings.workspaceId),
    actionName: textOf(settings.actionName),
  };
  return omitUndefined<ContentShared>(body);
}

type NonEmpty<Item> = [Item, ...Item[]];
type BodyRecipient = NonNullable<ContentShared['recipients']>[number];

// Omits `id`: it is the person's user id in Gong, and the source knows only its own system's id.
function sharerOf(sharer: Sharer | undefined): ContentShared['sharer'] {
  const known = omitUndefined({ email: addressOf(sharer?.email), name: textOf(sharer?.name) });
  return Object.keys(known).length > 0 ? known : undefined;
}

function recipientOf(recipient: Recipient): BodyRecipient {
  return omitUndefined<BodyRecipient>({
    email: recipient.email.toWellFormed().trim(),
    name: textOf(recipient.name),
    title: textOf(recipient.title),
    context: salesforceContext(recipient.object ? [recipient.object] : []),
  });
}

function salesforceContext(objects: readonly CrmObject[]) {
  const named = nonEmptyOf(objects.map(({ type, id }) => ({ objectType: type, objectId: id })));
  return named ? nonEmptyOf([{ system: 'Salesforce' as const, objects: named }]) : undefined;
}

function allowedObjects(
  objects: readonly CrmObject[],
  objectTypes: readonly CrmObjectType[],
): readonly CrmObject[] {
  const allowed: CrmObject[] = [];
  for (const type of CRM_OBJECT_TYPES) {
    if (!objectTypes.includes(type)) continue;
    for (const object of objects) if (object.type === type) allowed.push(object);
  }
  return allowed;
}

function propertiesOf(properties: readonly Property[]): NonEmpty<GenericProperty> | undefined {
  const listed: GenericProperty[] = [];
  for (const property of properties) {
    const built = propertyOf(property);
    if (built) listed.push(built);
  }
  return nonEmptyOf(listed);
}

function propertyOf(property: Property): GenericProperty | undefined {
  const name = textOf(property.name);
  if (name === undefined) return undefined;
  const { dataType } = property;
  if (dataType === 'number') {
    const value = numberOf(property.value);
    return value === undefined ? undefined : { name, value, dataType };
  }
  const value = stringValueOf(property);
  return value === undefined ? undefined : { name, value, dataType };
}

function stringValueOf(property: Exclude<Property, { dataType: 'number' }>): string | undefined {
  switch (property.dataType) {
    case 'string':
      return textOf(property.value);
    case 'url':
      return linkOf(property.value);
    case 'date':
      return timeOf(property.value);
  }
}

/** The text without lone surrogates, which JSON encodes in a form that many parsers reject. */
function textOf(value: string | undefined): string | undefined {
  return value !== undefined && /\S/.test(value) ? value.toWellFormed() : undefined;
}

// Adding 0 turns -0 into 0, because JSON cannot represent -0.
function numberOf(value: number): number | undefined {
  return Number.isFinite(value) ? value + 0 : undefined;
}

/** ISO-8601 in UTC, whole seconds, from epoch milliseconds; undefined beyond four-digit years. */
function timeOf(epochMs: number): string | undefined {
  const time = new Date(epochMs);
  if (Number.isNaN(time.getTime())) return undefined;
  const text = time.toISOString();
  return text.length === '2026-11-01T10:00:00.000Z'.length ? `${text.slice(0, -5)}Z` : undefined;
}

function nonEmptyOf<Item>(items: Item[]): NonEmpty<Item> | undefined {
  return isNonEmpty(items) ? items : undefined;
}

function isNonEmpty<Item>(items: Item[]): items is NonEmpty<Item> {
  return items.length > 0;
}
