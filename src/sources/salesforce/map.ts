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
  const sharer = sharerOf(row);
  const related = relatedOf(row);
  const title = titleOf(row);
  return {
    source: 'salesforce',
    shareId: row.Id,
    sharedAt: row.CreatedDate,
    ...(sharer === undefined ? {} : { sharer }),
    content: {
      id: row.ContentDocumentId ?? row.ContentVersionId ?? row.Id,
      title,
      ...(url === undefined ? {} : { url }),
      infoUrl: recordUrl,
    },
    ...(related === undefined ? {} : { related }),
    contentProperties: contentPropertiesOf(row),
    eventProperties: eventPropertiesOf(row, title),
  };
}

function titleOf(row: DeliveryRow): string {
  return presentText(row.ContentVersion?.Title) ?? presentText(row.Name) ?? 'Untitled';
}

/** The creator's relation is null where the integration user may not see other users. */
function sharerOf(row: DeliveryRow): Sharer | undefined {
  const sharer: Sharer = {
    ...(row.CreatedById ? { id: row.CreatedById } : {}),
    ...textEntry('email', row.CreatedBy?.Email),
    ...textEntry('name', row.CreatedBy?.Name),
    ...textEntry('username', row.CreatedBy?.Username),
  };
  return Object.keys(sharer).length === 0 ? undefined : sharer;
}

/** The type comes from the relation, never from the id: custom objects have prefixes of the org. */
function relatedOf(row: DeliveryRow): RelatedRecord | undefined {
  if (!row.RelatedRecordId) return undefined;
  return { id: row.RelatedRecordId, ...textEntry('type', row.RelatedRecord?.Type) };
}

function contentPropertiesOf(row: DeliveryRow): Property[] {
  const version = row.ContentVersion;
  const size = version?.ContentSize ?? undefined;
  return [
    ...textProperty(
      'File type',
      presentText(version?.FileExtension) ?? presentText(version?.FileType),
    ),
    ...(size === undefined
      ? []
      : [{ name: 'File size in bytes', dataType: 'number', value: size } as const]),
  ];
}

function eventPropertiesOf(row: DeliveryRow, title: string): Property[] {
  const name = presentText(row.Name);
  return [
    ...textProperty('Delivery name', name === title ? undefined : name),
    ...(row.PreferencesExpires && row.ExpiryDate
      ? [{ name: 'Expires', dataType: 'date', value: row.ExpiryDate } as const]
      : []),
    ...flagProperty('Password protected', row.PreferencesPasswordRequired),
    ...flagProperty('Download allowed', row.PreferencesAllowOriginalDownload),
    ...flagProperty('PDF download allowed', row.PreferencesAllowPDFDownload),
    ...flagProperty('Viewing in browser allowed', row.PreferencesAllowViewInBrowser),
    ...flagProperty('Always shows latest version', row.PreferencesLinkLatestVersion),
    ...flagProperty('Sharer notified of visits', row.PreferencesNotifyOnVisit),
  ];
}

function textProperty(name: string, value: string | undefined): Property[] {
  return value === undefined ? [] : [{ name, dataType: 'string', value }];
}

/** Gong has no boolean: a salesperson reads Yes or No. */
function flagProperty(name: string, value: boolean | null | undefined): Property[] {
  if (value === null || value === undefined) return [];
  return textProperty(name, value ? 'Yes' : 'No');
}

function textEntry<K extends string>(
  key: K,
  value: string | null | undefined,
): Partial<Record<K, string>> {
  const present = presentText(value);
  return present === undefined ? {} : ({ [key]: present } as Record<K, string>);
}

function presentText(value: string | null | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === undefined || trimmed === '' ? undefined : trimmed;
}
