import { z } from 'zod';
import { messageOf } from '../../lib/errors.ts';
import type { Row } from '../../vendors/salesforce/answers.ts';
import { salesforceId18 } from '../../vendors/salesforce/id.ts';
import { salesforceTime } from '../../vendors/salesforce/time.ts';

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

const id = z.string().transform((text, context) => convert(text, salesforceId18, context));
const time = z.string().transform((text, context) => convert(text, salesforceTime, context));
const text = z.string().nullish();
const flag = z.boolean().nullish();

const deliveryRow = z.object({
  Id: id,
  Name: text,
  CreatedDate: time,
  CreatedById: id.nullish(),
  CreatedBy: z.object({ Name: text, Email: text, Username: text }).nullish(),
  ContentDocumentId: id.nullish(),
  ContentVersionId: id.nullish(),
  ContentVersion: z
    .object({
      Title: text,
      FileExtension: text,
      FileType: text,
      ContentSize: z.number().nullish(),
    })
    .nullish(),
  RelatedRecordId: id.nullish(),
  RelatedRecord: z.object({ Type: text }).nullish(),
  DistributionPublicUrl: text,
  ExpiryDate: time.nullish(),
  PreferencesExpires: flag,
  PreferencesPasswordRequired: flag,
  PreferencesAllowOriginalDownload: flag,
  PreferencesAllowPDFDownload: flag,
  PreferencesAllowViewInBrowser: flag,
  PreferencesLinkLatestVersion: flag,
  PreferencesNotifyOnVisit: flag,
});

/** A ContentDistribution: ids in the 18-character form, times in epoch milliseconds. */
export type DeliveryRow = z.infer<typeof deliveryRow>;

/** Throws where the row cannot be read: dropping it would lose a delivery without a trace. */
export function parseDeliveryRow(row: Row): DeliveryRow {
  const parsed = deliveryRow.safeParse(row);
  if (parsed.success) return parsed.data;
  throw new Error(
    `delivery ${String(row['Id'])} of Salesforce cannot be read: ${z.prettifyError(parsed.error)}`,
  );
}

/** A time of an unparsed row, in epoch milliseconds. */
export function timeIn(row: Row, field: 'SystemModstamp' | 'CreatedDate'): number {
  const value = row[field];
  if (typeof value === 'string') return salesforceTime(value);
  throw new Error(`delivery ${String(row['Id'])} of Salesforce has no ${field}`);
}

function convert<T>(
  value: string,
  read: (value: string) => T,
  context: z.RefinementCtx<string>,
): T {
  try {
    return read(value);
  } catch (error) {
    context.addIssue({ code: 'custom', message: messageOf(error) });
    return z.NEVER;
  }
}
