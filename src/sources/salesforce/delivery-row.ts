import { z } from 'zod';
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
 * Named one by one. Password and the download addresses give access to the file: never select
 * them. ContentDocumentId has no relationship name, so the title is the version's.
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

/** What is no id leads to no record, and the reasons of the match quote it. */
const relatedId = z.union([requiredId, optionalText]);

const deliveryRow = z.compile(
  z.object({
    Id: requiredId,
    Name: optionalText,
    CreatedDate: requiredTime,
    CreatedById: optionalId,
    CreatedBy: z
      .object({ Name: optionalText, Email: optionalText, Username: optionalText })
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

/** A row without what makes it a delivery, and why, in words that hold no person. */
export interface UnreadableRow {
  readonly unreadable: string;
}

/**
 * Only the Id and the time of a delivery must be there: it cannot be a share without them. Any
 * other column that cannot be read counts as empty.
 */
export function parseDeliveryRow(row: Row): DeliveryRow | UnreadableRow {
  const parsed = deliveryRow.safeParse(row);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return { unreadable: `${String(row['Id'])} (${problems.join('; ')})` };
}

/** A time of an unparsed row, in epoch milliseconds; undefined where it cannot be read. */
export function timeIn(row: Row, field: 'SystemModstamp' | 'CreatedDate'): number | undefined {
  const time = requiredTime.safeParse(row[field]);
  return time.data;
}
