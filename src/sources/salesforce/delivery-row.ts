import { z } from 'zod';
import { type FaultyRow, faultyRowOf } from '../../vendors/faulty-row.ts';
import {
  readFlag,
  readId,
  readNumber,
  readParent,
  readText,
  readTime,
} from '../../vendors/salesforce/columns.ts';
import type { Row } from '../../vendors/salesforce/responses.ts';
import { requiredId, requiredTime } from '../../vendors/salesforce/zod-fields.ts';

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

/** A ContentDistribution: ids in the 18-character form, times in epoch milliseconds. */
export interface DeliveryRow {
  readonly Id: string;
  readonly Name?: Optional<string>;
  readonly CreatedDate: number;
  readonly CreatedById?: Optional<string>;
  readonly CreatedBy?: Optional<{
    readonly Name?: Optional<string>;
    readonly Email?: Optional<string>;
    readonly Username?: Optional<string>;
    readonly UserType?: Optional<string>;
  }>;
  readonly ContentDocumentId?: Optional<string>;
  readonly ContentVersionId?: Optional<string>;
  readonly ContentVersion?: Optional<{
    readonly Title?: Optional<string>;
    readonly FileExtension?: Optional<string>;
    readonly FileType?: Optional<string>;
    readonly ContentSize?: Optional<number>;
  }>;
  /** An invalid id matches no record; it is kept because the match's reasons quote it. */
  readonly RelatedRecordId?: Optional<string>;
  readonly RelatedRecord?: Optional<{ readonly Type?: Optional<string> }>;
  readonly DistributionPublicUrl?: Optional<string>;
  readonly ExpiryDate?: Optional<number>;
  readonly PreferencesExpires?: Optional<boolean>;
  readonly PreferencesPasswordRequired?: Optional<boolean>;
  readonly PreferencesAllowOriginalDownload?: Optional<boolean>;
  readonly PreferencesAllowPDFDownload?: Optional<boolean>;
  readonly PreferencesAllowViewInBrowser?: Optional<boolean>;
  readonly PreferencesLinkLatestVersion?: Optional<boolean>;
  readonly PreferencesNotifyOnVisit?: Optional<boolean>;
}

type Optional<T> = T | null | undefined;

/** Only for the sentences about a row without them. */
const requiredColumns = z.object({ Id: requiredId, CreatedDate: requiredTime });

/**
 * A delivery needs an Id and a CreatedDate to become a share. Any other invalid column counts as
 * empty.
 */
export function parseDeliveryRow(row: Row): DeliveryRow | FaultyRow {
  const { Id, RelatedRecordId } = row;
  const id = readId(Id);
  const createdDate = readTime(row['CreatedDate']);
  if (id === undefined || createdDate === undefined) {
    const issues = requiredColumns.safeParse(row).error?.issues ?? [];
    return faultyRowOf('delivery', row, { id: readText(Id), issues });
  }
  return {
    Id: id,
    Name: readText(row['Name']),
    CreatedDate: createdDate,
    CreatedById: readId(row['CreatedById']),
    CreatedBy: creatorIn(row),
    ContentDocumentId: readId(row['ContentDocumentId']),
    ContentVersionId: readId(row['ContentVersionId']),
    ContentVersion: versionIn(row),
    RelatedRecordId: readId(RelatedRecordId) ?? readText(RelatedRecordId),
    RelatedRecord: { Type: readText(readParent(row['RelatedRecord'])?.['Type']) },
    DistributionPublicUrl: readText(row['DistributionPublicUrl']),
    ExpiryDate: readTime(row['ExpiryDate']),
    PreferencesExpires: readFlag(row['PreferencesExpires']),
    PreferencesPasswordRequired: readFlag(row['PreferencesPasswordRequired']),
    PreferencesAllowOriginalDownload: readFlag(row['PreferencesAllowOriginalDownload']),
    PreferencesAllowPDFDownload: readFlag(row['PreferencesAllowPDFDownload']),
    PreferencesAllowViewInBrowser: readFlag(row['PreferencesAllowViewInBrowser']),
    PreferencesLinkLatestVersion: readFlag(row['PreferencesLinkLatestVersion']),
    PreferencesNotifyOnVisit: readFlag(row['PreferencesNotifyOnVisit']),
  };
}

function creatorIn(row: Row): DeliveryRow['CreatedBy'] {
  const creator = readParent(row['CreatedBy']);
  return {
    Name: readText(creator?.['Name']),
    Email: readText(creator?.['Email']),
    Username: readText(creator?.['Username']),
    UserType: readText(creator?.['UserType']),
  };
}

function versionIn(row: Row): DeliveryRow['ContentVersion'] {
  const version = readParent(row['ContentVersion']);
  return {
    Title: readText(version?.['Title']),
    FileExtension: readText(version?.['FileExtension']),
    FileType: readText(version?.['FileType']),
    ContentSize: readNumber(version?.['ContentSize']),
  };
}

/** A time of an unparsed row, in epoch milliseconds; undefined if it is invalid. */
export function timeIn(row: Row, field: 'SystemModstamp' | 'CreatedDate'): number | undefined {
  return readTime(row[field]);
}
