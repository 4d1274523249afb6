import { z } from 'zod';
import { isServiceAccountKey } from './credential-checks.ts';
import {
  choice,
  email,
  flows,
  list,
  mapping,
  notes,
  rootUrl,
  secret,
  text,
} from './schema-fields.ts';
import type { GoogleDriveConfig } from './types.ts';
import { clientId, clientSecret, isDistinct } from './vendor-fields.ts';

const serviceAccount = mapping({
  flow: z
    .literal('service-account')
    .describe('Domain-wide delegation: the service account reads for every user.'),
  key: secret({
    expected: 'the JSON key of a service account, with client_email and an RSA private_key',
    description: 'The key file of the service account, whole, as Google Cloud hands it out.',
    check: isServiceAccountKey,
  }),
  adminSubject: email('An administrator, as whom the directory and the audit log are read.'),
});

const refreshToken = mapping({
  flow: z.literal('refresh-token').describe("One user's own Drive, by the user's own consent."),
  clientId,
  clientSecret,
  refreshToken: secret({
    expected: 'a refresh token',
    description: 'Refresh token that the user granted.',
  }),
});

const sharedDrive = mapping({
  id: text({
    expected: "a shared drive's id",
    description: 'Id of the shared drive: the last part of its URL.',
    check: (value) => /^[\w-]+$/.test(value),
  }),
  as: email('A member who may write there, as whom the drive is read.'),
});

const users = z
  .union(
    [
      z.literal('all'),
      list(email('A user.'), {
        expected: 'a list of email addresses',
        description: 'These drives.',
        itemsMin: 1,
      }),
    ],
    { error: 'expected all, or a list of email addresses' },
  )
  .describe('Whose My Drive is read.')
  .register(notes, { expected: '`all`, or a list of email addresses' });

const sharedDrives = z
  .union(
    [
      z.enum(['all', 'none']),
      list(sharedDrive, {
        expected: 'a list of {id, as}',
        description: 'These drives.',
        itemsMin: 1,
      }),
    ],
    { error: 'expected all, none, or a list of {id, as}' },
  )
  .describe('Which shared drives are read. `all` finds them, and a member to read each as.')
  .register(notes, {
    expected: '`all`, `none`, or a list of `{id, as}`',
    defaultText: '`all`; `none` for flow `refresh-token`',
  });

const detect = list(z.enum(['audit-log', 'changes'], { error: 'expected audit-log or changes' }), {
  expected: 'a list of audit-log, changes, or both',
  description:
    'Which detectors look for shares. The audit log knows who shared and when; the change log ' +
    'catches what the audit log misses.',
  itemsMin: 1,
})
  .refine(isDistinct, { error: 'expected each detector only once' })
  .register(notes, {
    expected: 'a list of `audit-log`, `changes`, or both',
    defaultText: 'both; `[changes]` for flow `refresh-token`',
  });

const settings = mapping({
  auth: flows([serviceAccount, refreshToken], {
    names: ['service-account', 'refresh-token'],
    description: 'How sharetrail signs in.',
  }),
  users: users.default('all'),
  sharedDrives: sharedDrives.exactOptional(),
  detect: detect.exactOptional(),
  linkShares: choice(
    ['skip', 'report'],
    'What becomes of shares with anyone who has the link, or with a whole foreign domain: ' +
      'they name nobody.',
  ).default('skip'),
  endpoint: rootUrl({
    example: 'https://www.googleapis.com',
    description: 'One root for Drive, Reports, Directory and /token; for tests and sandboxes.',
  }).default('https://www.googleapis.com'),
});

/** `googleDrive`: what the flow decides is filled in, in the order of the YAML. */
export const googleDriveSchema = settings
  .transform((given): GoogleDriveConfig => {
    const forOneUser = given.auth.flow === 'refresh-token';
    return {
      auth: given.auth,
      users: given.users,
      sharedDrives: given.sharedDrives ?? (forOneUser ? 'none' : 'all'),
      detect: given.detect ?? (forOneUser ? ['changes'] : ['audit-log', 'changes']),
      linkShares: given.linkShares,
      endpoint: given.endpoint,
    };
  })
  .describe('The Google Workspace; left out for a tenant without Drive.');
