import { z } from 'zod';
import { type FaultyRow, faultyRowOf } from '../../vendors/faulty-row.ts';
import type { Row } from '../../vendors/salesforce/responses.ts';
import {
  optionalFlag,
  optionalId,
  optionalNumber,
  optionalText,
  optionalTime,
  requiredId,
  requiredTime,
} from '../../vendors/salesforce/zod-fields.ts';

/**
 * Never select Password or the download URLs: they give access to the file. ContentDocumentId has no
 * relationship name, so the title comes from the version.
 */
export const DELIVERY_FIELDS = [
  'Id',
  'Name',
  'CreatedDate',
  'SystemModstamp',
  'CreatedById',
  'CreatedBy.Name',
  'CreatedBy.Email',
  'CreatedBy.Username',
  'CreatedBy.UserType',
  'ContentDocumentId',
  'ContentVersionId',
  'ContentVersion.Title',
  'ContentVersion.FileExtension',
  'ContentVersion.FileType',
  'ContentVersion.ContentSize',
  'RelatedRecordId',
  'RelatedRecord.Type',
  'DistributionPublicUrl',
  'ExpiryDate',
  'PreferencesExpires',
  'PreferencesPasswordRequired',
  'PreferencesAllowOriginalDownload',
  'PreferencesAllowPDFDownload',
  'PreferencesAllowViewInBrowser',
  'PreferencesLinkLatestVersion',
  'PreferencesNotifyOnVisit',
] as const;

/** An invalid id matches no record; it is kept because the match's reasons quote it. */
const relatedId = z.union([requiredId, optionalText]);

const deliveryRow = z.compile(
  z.object({
    Id: requiredId,
    Name: optionalText,
    CreatedDate: requiredTime,
    CreatedById: optionalId,
    CreatedBy: z
      .object({
        Name: optionalText,
        Email: optionalText,
        Username: optionalText,
        UserType: optionalText,
      })
      .nullish()
      .catch(undefined),
    ContentDocumentId: optionalId,
    ContentVersionId: optionalId,
    ContentVersion: z
      .object({
        Title: optionalText,
        FileExtension: optionalText,
        FileType: optionalText,
        ContentSize: optionalNumber,
      })
      .nullish()
      .catch(undefined),
    RelatedRecordId: relatedId,
    RelatedRecord: z.object({ Type: optionalText }).nullish().catch(undefined),
    DistributionPublicUrl: optionalText,
    ExpiryDate: optionalTime,
    PreferencesExpires: optionalFlag,
    PreferencesPasswordRequired: optionalFlag,
    PreferencesAllowOriginalDownload: optionalFlag,
    PreferencesAllowPDFDownload: optionalFlag,
    PreferencesAllowViewInBrowser: optionalFlag,
    PreferencesLinkLatestVersion: optionalFlag,
    PreferencesNotifyOnVisit: optionalFlag,
  }),
);

/** A ContentDistribution: ids in the 18-character form, times in epoch milliseconds. */
export type DeliveryRow = z.infer<typeof deliveryRow>;

/**
 * A delivery needs an Id and a CreatedDate to become a share. Any other invalid column counts as
 * empty.
 */
export function parseDeliveryRow(row: Row): DeliveryRow | FaultyRow {
  const parsed = deliveryRow.safeParse(row);
  if (parsed.success) return parsed.data;
  const { Id: id } = row;
  const given = { id: typeof id === 'string' ? id : undefined, issues: parsed.error.issues };
  return faultyRowOf('delivery', row, given);
}

/** A time of an unparsed row, in epoch milliseconds; undefined if it is invalid. */
export function timeIn(row: Row, field: 'SystemModstamp' | 'CreatedDate'): number | undefined {
  const time = requiredTime.safeParse(row[field]);
  return time.data;
}
