import { omitUndefined } from '../../lib/omit-undefined.ts';
import type { Property, RelatedRecord, Share, Sharer } from '../../share/share.ts';
import type { DeliveryRow } from './delivery-row.ts';

export interface MapOptions {
  /** `https://HOST` of the org's instance */
  readonly instanceUrl: string;
  readonly contentUrl: 'public-link' | 'record';
}

/**
 * The share that a content delivery is. Only what stands when the delivery is made: view counts
 * and the like change later, an event does not. A delivery without a file id stands for itself.
 */
export function shareOf(row: DeliveryRow, options: MapOptions): Share {
  const recordUrl = `${options.instanceUrl}/${row.Id}`;
  const url = options.contentUrl === 'record' ? recordUrl : presentText(row.DistributionPublicUrl);
  const title = titleOf(row);
  return omitUndefined<Share>({
    source: 'salesforce',
    shareId: row.Id,
    sharedAt: row.CreatedDate,
    sharer: sharerOf(row),
    content: omitUndefined<Share['content']>({
      id: row.ContentDocumentId ?? row.ContentVersionId ?? row.Id,
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

/** The creator's relation is null where the integration user may not see other users. */
function sharerOf(row: DeliveryRow): Sharer | undefined {
  const sharer = omitUndefined<Sharer>({
    id: row.CreatedById || undefined,
    email: presentText(row.CreatedBy?.Email),
    name: presentText(row.CreatedBy?.Name),
    username: presentText(row.CreatedBy?.Username),
  });
  return Object.keys(sharer).length === 0 ? undefined : sharer;
}

/** The type comes from the relation, never from the id: custom objects have prefixes of the org. */
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

/** Gong has no boolean: a salesperson reads Yes or No. Each is one object that all shares share. */
function flagProperty(field: FlagField, name: string) {
  const said = (value: string): Property => ({ name, dataType: 'string', value });
  return { field, yes: said('Yes'), no: said('No') };
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
