import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GoogleDriveConfig } from '../../src/config/types.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openMemoryDatabase } from '../../src/db/open.ts';
import type { Database } from '../../src/db/schema.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { openDriveSync } from '../../src/sources/drive/sync-source.ts';
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

/** A minimal response to every call. */
const RESPONSE = {
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
  peer = await startGoogle({ call: (_request, reply) => reply.respond(200, RESPONSE) });
  db = openMemoryDatabase();
  await migrate(db);
});
afterEach(async () => {
  await db.destroy();
  await peer.close();
});

/** `SUBJECT SCOPES` of each token that a run requests. */
async function requestedScopes(config: Partial<GoogleDriveConfig>): Promise<string[]> {
  const complete: GoogleDriveConfig = {
    auth: serviceAccount(),
    linkShares: 'skip',
    endpoint: peer.origin,
    ...NONE,
    ...config,
  };
  const { client, clock } = createTestGoogleClient(peer.origin);
  const drive = await openDriveSync({
    client,
    config: complete,
    internalDomains: ['acme.com'],
    store: { db, tenant: 'acme', sharesAwaitingAuditLog: async () => new Map() },
    clock,
    start: clock.now(),
    full: false,
    onFailure: (where, error) => {
      throw new Error(where, { cause: error });
    },
    log: silentLogger,
    setAside: { add: () => {}, retried: [] },
  });
  for await (const page of drive.source.pull(undefined)) await page.writeInTransaction?.(db);
  return peer.tokenRequests.map((request) => {
    const { sub, scope, aud } = assertionIn(request).claims;
    expect(aud).toBe('https://oauth2.googleapis.com/token');
    return `${sub} ${String(scope).replaceAll(ROOT, '')}`;
  });
}

describe('a run requests only the scopes it needs, with one token per scope set', () => {
  const own = `${ANN} drive.metadata.readonly`;
  test.each<[string, Partial<GoogleDriveConfig>, string[]]>([
    ['listed users only', {}, [own]],
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
    expect((await requestedScopes(config)).toSorted()).toEqual(expected.toSorted());
  });
});
