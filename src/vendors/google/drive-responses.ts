import { z } from 'zod';
import { omitUndefined } from '../../lib/omit-undefined.ts';
import type {
  Account,
  Change,
  ChangesPage,
  File,
  Page,
  Permission,
  Person,
  SharedDrive,
} from './rows.ts';
import {
  address,
  filledDomain,
  filledText,
  flag,
  givenAddress,
  pageOf,
  parseRows,
  type RowKind,
  readerOf,
  rowsOf,
  text,
  textAt,
  texts,
  time,
} from './zod-fields.ts';

const owner = z
  .object({ emailAddress: givenAddress, displayName: filledText })
  .transform(({ emailAddress: email, displayName: name }) =>
    omitUndefined<Partial<Person>>({ email, name }),
  );

const permission = z
  .object({
    id: text,
    type: z.enum(['user', 'group', 'domain', 'anyone']),
    role: text,
    // A deleted user has an empty address.
    emailAddress: givenAddress,
    displayName: filledText,
    domain: filledDomain,
    deleted: flag,
    pendingOwner: flag,
    expirationTime: time.optional(),
    view: filledText,
    permissionDetails: z.array(z.object({ inherited: flag })).default([]),
  })
  .transform(({ emailAddress, displayName, permissionDetails: details, ...rest }) =>
    omitUndefined<Permission>({
      ...rest,
      email: emailAddress,
      name: displayName,
      inherited: details.length > 0 && details.every(({ inherited }) => inherited),
      isOriginKnown: details.length > 0,
    }),
  );

const permissionKind: RowKind<Permission> = {
  kind: 'permission',
  schema: () => permission,
  idOf: (row) => textAt(row, 'id'),
};

const file = z
  .object({
    id: text,
    name: text.default(''),
    mimeType: text.default(''),
    webViewLink: filledText,
    createdTime: time.optional(),
    trashed: flag,
    driveId: filledText,
    parents: texts,
    ownedByMe: flag,
    owners: z.array(owner).default([]),
    shared: flag,
    hasAugmentedPermissions: z.boolean().optional(),
    permissionIds: texts,
    permissions: rowsOf(permissionKind).optional(),
  })
  .transform(({ permissions: parsed, ...fields }) =>
    omitUndefined<File>({
      ...fields,
      permissions: parsed?.rows,
      faultyPermissions: parsed?.faulty.length ? parsed.faulty : undefined,
    }),
  );

const fileKind: RowKind<File> = {
  kind: 'file',
  schema: () => file,
  idOf: (row) => textAt(row, 'id'),
};

const fileChange = z
  .object({
    changeType: z.literal('file').default('file'),
    fileId: text,
    time,
    removed: flag,
    file: file.optional(),
  })
  .transform(({ changeType: kind, ...rest }) => omitUndefined<Change>({ kind, ...rest }));

const driveChange = z
  .object({
    changeType: z.literal('drive').default('drive'),
    driveId: text,
    time,
    removed: flag,
    drive: z.object({ name: text.optional() }).optional(),
  })
  .transform(({ changeType: kind, drive, ...rest }) =>
    omitUndefined<Change>({ kind, ...rest, name: drive?.name }),
  );

/** A change is set aside as its file, whose present state is requested later. */
const changeKind: RowKind<Change> = {
  kind: 'file',
  schema: (row) => (textAt(row, 'changeType') === 'drive' ? driveChange : fileChange),
  idOf: (row) => textAt(row, 'fileId') ?? textAt(row, 'driveId'),
};

const changes = z
  .object({
    changes: rowsOf(changeKind),
    nextPageToken: text.optional(),
    newStartPageToken: text.optional(),
  })
  // Without either, the response is truncated: the log would end without a position to resume from.
  .refine(({ nextPageToken, newStartPageToken }) => nextPageToken ?? newStartPageToken)
  .transform(({ changes: rows, nextPageToken, newStartPageToken }): ChangesPage => {
    const page = pageOf(rows, nextPageToken);
    // Google's last page has no next page. With one, the log is not read to its end.
    const isLast = page.nextPageToken === undefined && newStartPageToken !== undefined;
    return isLast ? { ...page, newStartPageToken } : page;
  });

const files = z
  .object({
    files: rowsOf(fileKind),
    nextPageToken: text.optional(),
    incompleteSearch: z.literal(false).optional(),
  })
  .transform(({ files: rows, nextPageToken }): Page<File> => pageOf(rows, nextPageToken));

const permissions = z
  .object({ permissions: rowsOf(permissionKind), nextPageToken: text.optional() })
  .transform(
    ({ permissions: rows, nextPageToken }): Page<Permission> => pageOf(rows, nextPageToken),
  );

const sharedDrive = z
  .object({ id: text, name: text.default(''), createdTime: time.optional() })
  .transform((fields) => omitUndefined<SharedDrive>(fields));

const driveKind: RowKind<SharedDrive> = {
  kind: 'shared drive',
  schema: () => sharedDrive,
  idOf: (row) => textAt(row, 'id'),
};

const drives = z
  .object({ drives: rowsOf(driveKind), nextPageToken: text.optional() })
  .transform(({ drives: rows, nextPageToken }): Page<SharedDrive> => pageOf(rows, nextPageToken));

const about = z
  .object({
    user: z.object({
      emailAddress: address.min(1),
      displayName: filledText,
      permissionId: filledText,
    }),
  })
  .transform(({ user: { emailAddress: email, displayName: name, permissionId } }) =>
    omitUndefined<Account>({ email, name, permissionId }),
  );

const startPageToken = z
  .object({ startPageToken: text.min(1) })
  .transform(({ startPageToken: token }) => token);

export const readAbout = readerOf(about);
export const readStartPageToken = readerOf(startPageToken);
export const readChanges = readerOf(changes);
export const readFiles = readerOf(files);
/** A file that was requested by its id, as a list of one. */
export const readRequestedFile = readerOf(
  z.looseObject({ id: text }).transform((row) => parseRows([row], fileKind)),
);
export const readPermissions = readerOf(permissions);
export const readDrives = readerOf(drives);
