import { to18 } from './ids.ts';
import type { Records, Values } from './records.ts';

/** Options of a content delivery. Only the title is required. */
export interface Delivery {
  readonly title: string;
  /** Id of the creating user; default: the org's first user */
  readonly byUserId?: string;
  /** Id of the related record */
  readonly relatedTo?: string;
  /** epoch milliseconds or ISO text; default: now */
  readonly at?: number | string;
  /** default: pdf */
  readonly extension?: string;
  readonly expiresAt?: number | string;
  /** protects the delivery with a password */
  readonly password?: string;
  /** delivers this document's latest version instead of a new one */
  readonly documentId?: string;
  /** other fields of the ContentDistribution, which override the defaults */
  readonly fields?: Values;
}

export interface Delivered {
  readonly deliveryId: string;
  readonly documentId: string;
  readonly versionId: string;
}

const CONTENT_BYTES = 48_128;
const FILE_TYPES: Readonly<Record<string, string>> = {
  docx: 'WORD_X',
  pdf: 'PDF',
  pptx: 'POWER_POINT_X',
  xlsx: 'EXCEL_X',
};

/** Creates the document, its version, and the delivery; returns their Ids. */
export function deliver(records: Records, delivery: Delivery): Delivered {
  const audit = {
    CreatedById: delivery.byUserId,
    LastModifiedById: delivery.byUserId,
    OwnerId: delivery.byUserId,
    CreatedDate: delivery.at,
  };
  const { documentId, versionId } = documentOf(records, delivery, audit);
  const deliveryId = records.add('ContentDistribution', {
    ...audit,
    Name: delivery.title.slice(0, 100),
    ContentDocumentId: documentId,
    ContentVersionId: versionId,
    RelatedRecordId: delivery.relatedTo,
    ExpiryDate: delivery.expiresAt,
    PreferencesExpires: delivery.expiresAt !== undefined,
    Password: delivery.password,
    PreferencesPasswordRequired: delivery.password !== undefined,
    PreferencesAllowViewInBrowser: true,
    PreferencesNotifyOnVisit: true,
    ViewCount: 0,
  });
  const link = `https://acme.file.force.com/sfc/p/Hp000000000X/a/${deliveryId.slice(0, 15)}`;
  // The links are part of the creation: keep its timestamps.
  const { SystemModstamp, LastModifiedDate } = records.read(deliveryId);
  records.update(deliveryId, {
    DistributionPublicUrl: link,
    ContentDownloadUrl: `${link}/download`,
    SystemModstamp,
    LastModifiedDate,
    ...delivery.fields,
  });
  return { deliveryId, documentId, versionId };
}

function documentOf(
  records: Records,
  delivery: Delivery,
  audit: Values,
): { readonly documentId: string; readonly versionId: string } {
  if (delivery.documentId !== undefined) {
    const versionId = String(records.read(delivery.documentId)['LatestPublishedVersionId']);
    return { documentId: to18(delivery.documentId), versionId };
  }
  const extension = delivery.extension ?? 'pdf';
  const file = {
    ...audit,
    Title: delivery.title,
    FileExtension: extension,
    FileType: FILE_TYPES[extension] ?? extension.toUpperCase(),
    ContentSize: CONTENT_BYTES,
  };
  const documentId = records.add('ContentDocument', file);
  const versionId = records.add('ContentVersion', {
    ...file,
    ContentDocumentId: documentId,
    PathOnClient: `${delivery.title}.${extension}`,
    VersionNumber: '1',
    IsLatest: true,
  });
  records.update(documentId, {
    LatestPublishedVersionId: versionId,
    SystemModstamp: delivery.at,
    LastModifiedDate: delivery.at,
  });
  return { documentId, versionId };
}
