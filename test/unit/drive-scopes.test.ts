import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GoogleDriveConfig } from '../../src/config/types.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openMemoryDatabase } from '../../src/db/open.ts';
import type { Database } from '../../src/db/schema.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { openDrive } from '../../src/sources/drive/drive.ts';
import {
  ADMIN,
  assertionIn,
  createTestGoogleClient,
  type GooglePeer,
  serviceAccount,
  startGoogle,
} from '../support/google-peer.ts';

const ROOT = 'https://www.googleapis.com/auth/';
const ANN = 'ann@acme.com';
const NONE = {
  users: [ANN],
  sharedDrives: 'none',
  detect: ['changes'],
} as const satisfies Partial<GoogleDriveConfig>;

/** Just enough of an answer for every call that there is. */
const ANSWER = {
  users: [{ id: '1', primaryEmail: ANN }],
  domains: [{ domainName: 'acme.com' }],
  drives: [{ id: 'drive-1', name: 'Deals' }],
  permissions: [{ id: '1', type: 'user', role: 'organizer', emailAddress: ANN }],
  files: [],
  changes: [],
  items: [],
  startPageToken: '1',
  newStartPageToken: '1',
};

let peer: GooglePeer;
let db: Database;
beforeEach(async () => {
  peer = await startGoogle({ call: (_request, reply) => reply.respond(200, ANSWER) });
  db = openMemoryDatabase();
  await migrate(db);
});
afterEach(async () => {
  await db.destroy();
  await peer.close();
});

/** `SUBJECT SCOPES` of each token that a run asks for. */
async function asked(config: Partial<GoogleDriveConfig>): Promise<string[]> {
  const whole: GoogleDriveConfig = {
    auth: serviceAccount(),
    linkShares: 'skip',
    endpoint: peer.origin,
    ...NONE,
    ...config,
  };
  const { client, clock } = createTestGoogleClient(peer.origin);
  const drive = await openDrive({
    client,
    config: whole,
    internalDomains: ['acme.com'],
    record: { db, tenant: 'acme', awaitingAuditLog: async () => new Map() },
    clock,
    start: clock.now(),
    full: false,
    onFailure: (where, error) => {
      throw new Error(where, { cause: error });
    },
    log: silentLogger,
  });
  for await (const page of drive.source.pull(undefined)) await page.alongside?.(db);
  return peer.tokenRequests.map((request) => {
    const { sub, scope, aud } = assertionIn(request).claims;
    expect(aud).toBe('https://oauth2.googleapis.com/token');
    return `${sub} ${String(scope).replaceAll(ROOT, '')}`;
  });
}

describe('a run asks for the scopes of what is read, each set by itself, and for no more', () => {
  const own = `${ANN} drive.metadata.readonly`;
  test.each<[string, Partial<GoogleDriveConfig>, string[]]>([
    ['listed users alone', {}, [own]],
    ['the audit log', { detect: ['audit-log'] }, [`${ADMIN} admin.reports.audit.readonly`]],
    [
      'all users',
      { users: 'all' },
      [`${ADMIN} admin.directory.user.readonly admin.directory.domain.readonly`, own],
    ],
    ['listed drives', { sharedDrives: [{ id: 'drive-1', as: ANN }] }, [own]],
    [
      'all drives',
      { sharedDrives: 'all' },
      [`${ADMIN} drive.metadata.readonly`, `${ADMIN} drive.readonly`, own],
    ],
  ])('%s', async (_what, config, expected) => {
    expect((await asked(config)).toSorted()).toEqual(expected.toSorted());
  });
});
