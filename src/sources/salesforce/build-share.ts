import { omitUndefined } from '../../lib/omit-undefined.ts';
import { addressOf } from '../../share/address.ts';
import { eventIdOf } from '../../share/event-id.ts';
import type { Property, RelatedRecord, Share, Sharer } from '../../share/share.ts';
import type { DeliveryRow } from './delivery-row.ts';

export interface ShareOptions {
  /** `https://HOST` of the org's instance */
  readonly instanceUrl: string;
  readonly contentUrl: 'public-link' | 'record';
  /** the org's Id if it is a sandbox */
  readonly sandboxOrgId?: string | undefined;
}

/**
 * Builds the share of a content delivery from facts that are fixed when it is made: view counts and
 * the like change later, but an event does not. Without a file id, the delivery's own Id is used.
 */
export function buildShare(row: DeliveryRow, options: ShareOptions): Share {
  const recordUrl = `${options.instanceUrl}/${row.Id}`;
  const url = options.contentUrl === 'record' ? recordUrl : presentText(row.DistributionPublicUrl);
  const title = titleOf(row);
  return omitUndefined<Share>({
    source: 'salesforce',
    eventId: eventIdOf('salesforce', row.Id, options.sandboxOrgId),
    shareId: row.Id,
    sharedAt: row.CreatedDate,
    sharer: sharerOf(row),
    content: omitUndefined<Share['content']>({
      id: row.ContentDocumentId ?? row.ContentVersionId ?? row.Id,
      versionId: row.ContentVersionId ?? undefined,
      title,
      url,
      infoUrl: recordUrl,
    }),
    related: relatedOf(row),
    contentProperties: contentPropertiesOf(row),
    eventProperties: eventPropertiesOf(row, title),
  });
}

function titleOf(row: DeliveryRow): string {
  return presentText(row.ContentVersion?.Title) ?? presentText(row.Name) ?? 'Untitled';
}

/** Object reference, User.UserType: flows and packages run as these users. */
const AUTOMATIONS: ReadonlySet<string> = new Set(['AutomatedProcess', 'CloudIntegrationUser']);

/** `CreatedBy` is null if the integration user has no access to other users. */
function sharerOf(row: DeliveryRow): Sharer | undefined {
  const sharer = omitUndefined<Sharer>({
    id: row.CreatedById || undefined,
    email: addressOf(row.CreatedBy?.Email),
    name: presentText(row.CreatedBy?.Name),
    username: presentText(row.CreatedBy?.Username),
    isAutomation: AUTOMATIONS.has(row.CreatedBy?.UserType ?? '') ? true : undefined,
  });
  return Object.keys(sharer).length === 0 ? undefined : sharer;
}

/**
 * The type comes from the relation, not from the id's prefix: each org has its own for custom
 * objects.
 */
function relatedOf(row: DeliveryRow): RelatedRecord | undefined {
  if (!row.RelatedRecordId) return undefined;
  const type = presentText(row.RelatedRecord?.Type);
  return omitUndefined<RelatedRecord>({ id: row.RelatedRecordId, type });
}

function contentPropertiesOf(row: DeliveryRow): Property[] {
  const version = row.ContentVersion;
  const properties: Property[] = [];
  const type = presentText(version?.FileExtension) ?? presentText(version?.FileType);
  if (type) properties.push({ name: 'File type', dataType: 'string', value: type });
  const size = version?.ContentSize ?? undefined;
  if (size !== undefined) {
    properties.push({ name: 'File size in bytes', dataType: 'number', value: size });
  }
  return properties;
}

function eventPropertiesOf(row: DeliveryRow, title: string): Property[] {
  const properties: Property[] = [];
  const name = presentText(row.Name);
  if (name && name !== title) {
    properties.push({ name: 'Delivery name', dataType: 'string', value: name });
  }
  if (row.PreferencesExpires && row.ExpiryDate) {
    properties.push({ name: 'Expires', dataType: 'date', value: row.ExpiryDate });
  }
  for (const flag of FLAGS) {
    const value = row[flag.field];
    if (typeof value === 'boolean') properties.push(value ? flag.yes : flag.no);
  }
  return properties;
}

/** Gong has no boolean type: a salesperson reads Yes or No. All shares use the same two objects. */
function flagProperty(field: FlagField, name: string) {
  const property = (value: string): Property => ({ name, dataType: 'string', value });
  return { field, yes: property('Yes'), no: property('No') };
}

type FlagField = Extract<keyof DeliveryRow, `Preferences${string}`>;

const FLAGS = [
  flagProperty('PreferencesPasswordRequired', 'Password protected'),
  flagProperty('PreferencesAllowOriginalDownload', 'Download allowed'),
  flagProperty('PreferencesAllowPDFDownload', 'PDF download allowed'),
  flagProperty('PreferencesAllowViewInBrowser', 'Viewing in browser allowed'),
  flagProperty('PreferencesLinkLatestVersion', 'Always shows latest version'),
  flagProperty('PreferencesNotifyOnVisit', 'Sharer notified of visits'),
] as const;

function presentText(value: string | null | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === undefined || trimmed === '' ? undefined : trimmed;
}
