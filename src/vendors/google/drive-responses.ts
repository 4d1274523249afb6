import { z } from 'zod';
import type { Account, Change, ChangesPage, File, Page, Permission, SharedDrive } from './rows.ts';
import { address, flag, pageOf, readerOf, text, texts, time } from './zod-fields.ts';

const account = z
  .object({ emailAddress: address.optional(), displayName: text.optional() })
  .transform(({ emailAddress, displayName }) => ({
    ...(emailAddress && { email: emailAddress }),
    ...(displayName && { name: displayName }),
  }));

const permission = z
  .object({
    id: text,
    type: z.enum(['user', 'group', 'domain', 'anyone']),
    role: text,
    emailAddress: address.optional(),
    displayName: text.optional(),
    domain: address.optional(),
    deleted: flag,
    pendingOwner: flag,
    expirationTime: time.optional(),
    view: text.optional(),
    permissionDetails: z.array(z.object({ inherited: flag })).default([]),
  })
  .transform((given): Permission => {
    const { id, type, role, deleted, pendingOwner, domain, expirationTime, view } = given;
    const { emailAddress: email, displayName: name, permissionDetails: details } = given;
    return {
      id,
      type,
      role,
      deleted,
      pendingOwner,
      inherited: details.length > 0 && details.every(({ inherited }) => inherited),
      isOriginKnown: details.length > 0,
      // A deleted user has an empty address.
      ...(email && { email }),
      ...(name && { name }),
      ...(domain && { domain }),
      ...(expirationTime !== undefined && { expirationTime }),
      ...(view && { view }),
    };
  });

const file = z
  .object({
    id: text,
    name: text.default(''),
    mimeType: text.default(''),
    webViewLink: text.optional(),
    createdTime: time.optional(),
    trashed: flag,
    driveId: text.optional(),
    parents: texts,
    ownedByMe: flag,
    owners: z.array(account).default([]),
    shared: flag,
    hasAugmentedPermissions: z.boolean().optional(),
    permissionIds: texts,
    permissions: z.array(permission).optional(),
  })
  .transform(
    ({
      webViewLink,
      createdTime,
      driveId,
      permissions: grants,
      hasAugmentedPermissions: isAugmented,
      ...rest
    }): File => ({
      ...rest,
      ...(isAugmented !== undefined && { hasAugmentedPermissions: isAugmented }),
      ...(webViewLink && { webViewLink }),
      ...(createdTime !== undefined && { createdTime }),
      ...(driveId && { driveId }),
      ...(grants && { permissions: grants }),
    }),
  );

const fileChange = z
  .object({
    changeType: z.literal('file').default('file'),
    fileId: text,
    time,
    removed: flag,
    file: file.optional(),
  })
  .transform(({ fileId, time: at, removed, file: item }): Change => {
    const entry = { kind: 'file', fileId, time: at, removed } as const;
    return item === undefined ? entry : { ...entry, file: item };
  });

const driveChange = z
  .object({
    changeType: z.literal('drive').default('drive'),
    driveId: text,
    time,
    removed: flag,
    drive: z.object({ name: text.optional() }).optional(),
  })
  .transform(({ driveId, time: at, removed, drive }): Change => {
    const entry = { kind: 'drive', driveId, time: at, removed } as const;
    return drive?.name === undefined ? entry : { ...entry, name: drive.name };
  });

const changes = z
  .object({
    changes: z.array(z.union([fileChange, driveChange])),
    nextPageToken: text.optional(),
    newStartPageToken: text.optional(),
  })
  // Neither: half an answer. The log would end without a place to go on from.
  .refine(({ nextPageToken, newStartPageToken }) => nextPageToken ?? newStartPageToken)
  .transform((given): ChangesPage => {
    const { newStartPageToken } = given;
    const page = pageOf(given.changes, given.nextPageToken);
    // Google's last page has no next one: where there is one, the log is not read whole.
    const isLast = page.nextPageToken === undefined && newStartPageToken !== undefined;
    return isLast ? { ...page, newStartPageToken } : page;
  });

const files = z
  .object({
    files: z.array(file),
    nextPageToken: text.optional(),
    incompleteSearch: z.literal(false).optional(),
  })
  .transform((given): Page<File> => pageOf(given.files, given.nextPageToken));

const permissions = z
  .object({ permissions: z.array(permission), nextPageToken: text.optional() })
  .transform((given): Page<Permission> => pageOf(given.permissions, given.nextPageToken));

const drives = z
  .object({
    drives: z.array(
      z.object({ id: text, name: text.default(''), createdTime: time.optional() }).transform(
        ({ createdTime, ...rest }): SharedDrive => ({
          ...rest,
          ...(createdTime !== undefined && { createdTime }),
        }),
      ),
    ),
    nextPageToken: text.optional(),
  })
  .transform((given): Page<SharedDrive> => pageOf(given.drives, given.nextPageToken));

const about = z.object({
  user: z
    .object({ emailAddress: address.min(1), displayName: text.optional() })
    .transform(
      ({ emailAddress: email, displayName: name }): Account => ({ email, ...(name && { name }) }),
    ),
});

const startPageToken = z.object({ startPageToken: text.min(1) });

export const readAbout = readerOf(about.transform(({ user }) => user));
export const readStartPageToken = readerOf(
  startPageToken.transform((given) => given.startPageToken),
);
export const readChanges = readerOf(changes);
export const readFiles = readerOf(files);
export const readFile = readerOf(file);
export const readPermissions = readerOf(permissions);
export const readDrives = readerOf(drives);
