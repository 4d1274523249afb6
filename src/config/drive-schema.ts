import { z } from 'zod';
import { isServiceAccountKey } from './credential-checks.ts';
import {
  authFlows,
  choice,
  clientId,
  clientSecret,
  email,
  flow,
  isDistinct,
  mapping,
  nonEmptyList,
  refreshToken,
  rootUrl,
  secret,
  text,
} from './schema-fields.ts';

const serviceAccount = mapping({
  flow: flow('service-account', 'Domain-wide delegation: the service account reads as each user.'),
  key: secret({
    expected: 'the JSON key of a service account, with client_email and an RSA private_key',
    description: 'The complete key file of the service account, as Google Cloud provides it.',
    check: isServiceAccountKey,
  }),
  adminSubject: email(
    'An administrator. sharetrail reads the directory and the audit log as them.',
  ),
});

const oneUser = mapping({
  flow: flow('refresh-token', "One user's own Drive, with that user's consent."),
  clientId,
  clientSecret,
  refreshToken,
});

const sharedDrive = mapping({
  id: text({
    expected: "a shared drive's ID",
    description: 'ID of the shared drive: the last part of its URL.',
    check: (value) => /^[\w-]+$/.test(value),
  }),
  as: email('A member with write access. sharetrail reads the drive as them.'),
});

const USERS = 'all, or a list of email addresses';

const users = z
  .union(
    [
      z.literal('all'),
      nonEmptyList(email('A user.'), {
        expected: 'a list of email addresses',
        description: 'These users.',
      }),
    ],
    { error: `expected ${USERS}` },
  )
  .meta({ expected: USERS, description: 'The users whose My Drive is read.' });

const SHARED_DRIVES = 'all, none, or a list of {id, as}';

const sharedDrives = z
  .union(
    [
      z.enum(['all', 'none']),
      nonEmptyList(sharedDrive, { expected: 'a list of {id, as}', description: 'These drives.' }),
    ],
    { error: `expected ${SHARED_DRIVES}` },
  )
  .meta({
    expected: SHARED_DRIVES,
    description:
      'The shared drives that are read. `all` finds the drives, and a member to read each one as.',
    defaultText: '`all`; `none` for flow `refresh-token`',
  });

const detect = nonEmptyList(
  z.enum(['audit-log', 'changes'], { error: 'expected audit-log or changes' }),
  {
    expected: 'a list of audit-log, changes, or both',
    description:
      'The detectors that find shares. The audit log records who shared and when. The change log ' +
      'finds what the audit log misses.',
    defaultText: 'both; `[changes]` for flow `refresh-token`',
  },
).refine(isDistinct, { error: 'expected each detector only once' });

const settings = mapping({
  auth: authFlows(serviceAccount, oneUser),
  users: users.default('all'),
  sharedDrives: sharedDrives.exactOptional(),
  detect: detect.exactOptional(),
  linkShares: choice(
    ['skip', 'report'],
    'What to do with shares with anyone who has the link, or with an entire external domain. ' +
      'They name no person.',
  ).default('skip'),
  endpoint: rootUrl({
    example: 'https://www.googleapis.com',
    description: 'One root URL for Drive, Reports, Directory and /token, for tests and sandboxes.',
  }).default('https://www.googleapis.com'),
});

type Detector = z.output<typeof detect>[number];

/** `googleDrive`: fills in the defaults that depend on the flow, in the order of the YAML. */
export const googleDriveSchema = settings
  .transform((given) => {
    const isOneUser = given.auth.flow === 'refresh-token';
    const detectors: Detector[] = isOneUser ? ['changes'] : ['audit-log', 'changes'];
    return {
      auth: given.auth,
      users: given.users,
      sharedDrives: given.sharedDrives ?? (isOneUser ? 'none' : 'all'),
      detect: given.detect ?? detectors,
      linkShares: given.linkShares,
      endpoint: given.endpoint,
    };
  })
  .meta({ description: 'The Google Workspace. Omit it for a tenant without Drive.' });
