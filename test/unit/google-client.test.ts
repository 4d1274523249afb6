import { verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  ADMIN,
  assertionIn,
  callOf,
  createTestGoogleClient,
  type GooglePeer,
  KEY_FILE,
  oneUser,
  publicKey,
  serviceAccount,
  startGoogle as start,
} from '../support/google-peer.ts';
import { collect } from '../support/salesforce-peer.ts';

const ANNA = 'anna@acme.com';
const AUTH = 'https://www.googleapis.com/auth';
const METADATA = `${AUTH}/drive.metadata.readonly`;

/** A Google that responds with the next of these bodies to each call. */
function responding(...bodies: readonly object[]): Promise<GooglePeer> {
  let index = 0;
  return start({
    call: (_request, reply) => {
      reply.respond(200, bodies[index] ?? {});
      index += 1;
    },
  });
}

function scopesOf(google: GooglePeer): unknown[] {
  return google.tokenRequests.map((request) => assertionIn(request).claims['scope']);
}

function subjectsOf(google: GooglePeer): unknown[] {
  return google.tokenRequests.map((request) => assertionIn(request).claims['sub']);
}

describe('the sign-in', () => {
  it('sends an assertion signed with the key, and ignores the addresses in the key file', async () => {
    await using google = await responding({ startPageToken: '7' });
    const { client, clock } = createTestGoogleClient(google.origin);
    await client.startPageToken(ANNA);
    const { header, claims, content, signature } = assertionIn(google.tokenRequests[0]);
    expect(header).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
    expect(claims).toEqual({
      iss: KEY_FILE.client_email,
      sub: ANNA,
      scope: METADATA,
      aud: 'https://oauth2.googleapis.com/token',
      iat: clock.now() / 1_000,
      exp: clock.now() / 1_000 + 3_600,
    });
    expect(verify('sha256', Buffer.from(content), publicKey, signature)).toBe(true);
    const form = new URLSearchParams(google.tokenRequests[0]?.body);
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    expect(google.calls[0]?.headers.authorization).toBe('Bearer access-1');
  });

  it('requests one token per subject and scope set for any number of parallel calls', async () => {
    await using google = await start({
      call: (_request, reply) => reply.respond(200, { startPageToken: '7', files: [], drives: [] }),
    });
    const { client } = createTestGoogleClient(google.origin);
    const calls = [ANNA, ANNA, 'ben@acme.com', ANNA].map((user) => client.startPageToken(user));
    await Promise.all(calls);
    await collect(client.listOwnedFiles(ANNA));
    await collect(client.listDrives());
    expect(subjectsOf(google)).toEqual([ANNA, 'ben@acme.com', ADMIN]);
    expect(scopesOf(google)).toEqual([METADATA, METADATA, `${AUTH}/drive.readonly`]);
  });

  it('requests a new token two minutes before the old one expires', async () => {
    await using google = await start({
      call: (_request, reply) => reply.respond(200, { startPageToken: '7' }),
    });
    const { client, clock } = createTestGoogleClient(google.origin);
    await client.startPageToken(ANNA);
    await clock.sleep((3_599 - 121) * 1_000);
    await client.startPageToken(ANNA);
    expect(google.tokenRequests).toHaveLength(1);
    await clock.sleep(1_000);
    await client.startPageToken(ANNA);
    expect(google.tokenRequests).toHaveLength(2);
    expect(google.calls.at(-1)?.headers.authorization).toBe('Bearer access-2');
  });

  it("uses one user's refresh token for every subject", async () => {
    await using google = await start({
      call: (_request, reply) => reply.respond(200, { startPageToken: '7' }),
    });
    const { client } = createTestGoogleClient(google.origin, { auth: oneUser() });
    await client.startPageToken('any');
    await client.startPageToken('other');
    expect(
      google.tokenRequests.map(({ body }) => Object.fromEntries(new URLSearchParams(body))),
    ).toEqual([
      {
        grant_type: 'refresh_token',
        client_id: 'client-id',
        client_secret: 'client-secret',
        refresh_token: 'refresh-token-1',
      },
    ]);
  });

  it('cannot act as administrator with a refresh token', async () => {
    await using google = await start();
    const { client } = createTestGoogleClient(google.origin, { auth: oneUser() });
    expect(() => client.listUsers()).toThrow('cannot act as administrator');
    expect(google.requests).toHaveLength(0);
  });

  it('says what a broken key file must be, and quotes none of it', async () => {
    await using google = await start();
    const broken = { ...KEY_FILE, private_key: 'not-a-key-but-secret' };
    const { client } = createTestGoogleClient(google.origin, { auth: serviceAccount(broken) });
    const failure = await client.startPageToken(ANNA).catch((error) => error);
    expect(failure.message).toBe('googleDrive.auth.key cannot be read');
    expect(failure.hint).toContain('service account');
    expect(failure.cause).toBeUndefined();
  });
});

describe('calls', () => {
  it('are counted as they are sent, without token requests', async () => {
    await using google = await responding(
      { changes: [], nextPageToken: 'b' },
      { changes: [], newStartPageToken: 'c' },
    );
    const { client, counted } = createTestGoogleClient(google.origin);
    await collect(client.listChanges(ANNA, 'a'));
    expect(counted()).toBe(2);
  });

  it('keep the path of the endpoint', async () => {
    await using google = await start({
      call: (request, reply) =>
        request.url === '/base/token'
          ? reply.respond(200, { access_token: 'access-for-base' })
          : reply.respond(200, { startPageToken: '7' }),
    });
    const { client } = createTestGoogleClient(`${google.origin}/base`);
    await client.startPageToken(ANNA);
    expect(google.calls.map((request) => callOf(request).path)).toEqual([
      '/base/token',
      '/base/drive/v3/changes/startPageToken',
    ]);
  });

  it('read the change log of a user without the items of shared drives', async () => {
    await using google = await responding(
      { changes: [], nextPageToken: 'b' },
      { changes: [], newStartPageToken: 'c' },
    );
    const { client } = createTestGoogleClient(google.origin);
    const pages = await collect(client.listChanges(ANNA, 'a'));
    expect(pages).toEqual([
      { rows: [], nextPageToken: 'b' },
      { rows: [], newStartPageToken: 'c' },
    ]);
    const calls = google.calls.map(callOf);
    expect(calls.map(({ query }) => query['pageToken'])).toEqual(['a', 'b']);
    expect(calls[0]).toMatchObject({
      path: '/drive/v3/changes',
      query: {
        includeItemsFromAllDrives: 'false',
        supportsAllDrives: 'true',
        includeCorpusRemovals: 'true',
        includeRemoved: 'true',
        spaces: 'drive',
        pageSize: '1000',
      },
    });
    expect(calls[0]?.query).not.toHaveProperty('driveId');
    expect(calls[0]?.query['fields']).toContain('newStartPageToken');
  });

  it('read the change log of a shared drive as its member', async () => {
    await using google = await responding(
      { startPageToken: 'a' },
      { changes: [], newStartPageToken: 'c' },
    );
    const { client } = createTestGoogleClient(google.origin);
    const token = await client.startPageToken(ANNA, 'drive-1');
    await collect(client.listChanges(ANNA, token, 'drive-1'));
    const [first, second] = google.calls.map(callOf);
    expect(first?.query).toMatchObject({ driveId: 'drive-1', supportsAllDrives: 'true' });
    expect(second?.query).toMatchObject({
      driveId: 'drive-1',
      includeItemsFromAllDrives: 'true',
      supportsAllDrives: 'true',
    });
    expect(subjectsOf(google)).toEqual([ANNA]);
  });

  it('list the files that a user owns, and resume from a stored token', async () => {
    await using google = await responding({ files: [] });
    const { client } = createTestGoogleClient(google.origin);
    await collect(client.listOwnedFiles(ANNA, 'stored'));
    expect(callOf(google.calls[0])).toMatchObject({
      path: '/drive/v3/files',
      query: { q: "'me' in owners", corpora: 'user', spaces: 'drive', pageToken: 'stored' },
    });
  });

  it('list the items of a shared drive', async () => {
    await using google = await responding({ files: [], nextPageToken: '2' }, { files: [] });
    const { client } = createTestGoogleClient(google.origin);
    await collect(client.listDriveFiles(ANNA, 'drive-1'));
    const [first, second] = google.calls.map(callOf);
    expect(first?.query).toMatchObject({
      corpora: 'drive',
      driveId: 'drive-1',
      includeItemsFromAllDrives: 'true',
      supportsAllDrives: 'true',
    });
    expect(first?.query).not.toHaveProperty('pageToken');
    expect(second?.query).toMatchObject({ driveId: 'drive-1', pageToken: '2' });
  });

  it('list permissions, a hundred per page', async () => {
    await using google = await responding({ permissions: [] });
    const { client } = createTestGoogleClient(google.origin);
    await collect(client.listPermissions(ANNA, 'file-1'));
    const { path, query } = callOf(google.calls[0]);
    expect(path).toBe('/drive/v3/files/file-1/permissions');
    expect(query).toMatchObject({ pageSize: '100', supportsAllDrives: 'true' });
    expect(query).not.toHaveProperty('useDomainAdminAccess');
    expect(query['fields']).toContain('permissionDetails');
  });

  it('list the members of a shared drive as administrator, with the smaller scope', async () => {
    await using google = await responding({ permissions: [] });
    const { client } = createTestGoogleClient(google.origin);
    await collect(client.listDriveMembers('drive-1'));
    expect(callOf(google.calls[0])).toMatchObject({
      path: '/drive/v3/files/drive-1/permissions',
      query: { useDomainAdminAccess: 'true', supportsAllDrives: 'true' },
    });
    expect(subjectsOf(google)).toEqual([ADMIN]);
    expect(scopesOf(google)).toEqual([METADATA]);
  });

  it('list shared drives as administrator', async () => {
    await using google = await responding({ drives: [{ id: 'd1', name: 'Sales' }] });
    const { client } = createTestGoogleClient(google.origin);
    expect(await collect(client.listDrives())).toEqual([{ rows: [{ id: 'd1', name: 'Sales' }] }]);
    expect(callOf(google.calls[0])).toMatchObject({
      path: '/drive/v3/drives',
      query: { useDomainAdminAccess: 'true', pageSize: '100' },
    });
  });

  it('read users and domains with the scopes of the directory', async () => {
    await using google = await responding({ users: [] }, { domains: [] });
    const { client } = createTestGoogleClient(google.origin);
    await collect(client.listUsers());
    await client.listDomains();
    expect(google.calls.map((request) => callOf(request).path)).toEqual([
      '/admin/directory/v1/users',
      '/admin/directory/v1/customer/my_customer/domains',
    ]);
    expect(callOf(google.calls[0]).query).toMatchObject({
      customer: 'my_customer',
      maxResults: '500',
    });
    expect(scopesOf(google)).toEqual([
      `${AUTH}/admin.directory.user.readonly ${AUTH}/admin.directory.domain.readonly`,
    ]);
  });

  it('read one event of the audit log over all users', async () => {
    await using google = await responding({ nextPageToken: 'p2' }, {});
    const { client } = createTestGoogleClient(google.origin);
    const query = {
      eventName: 'change_user_access',
      startTime: Date.UTC(2026, 10, 1),
      endTime: Date.UTC(2026, 10, 2),
    };
    await collect(client.listActivities(query));
    const [first, second] = google.calls.map(callOf);
    expect(first?.path).toBe('/admin/reports/v1/activity/users/all/applications/drive');
    expect(first?.query).toMatchObject({
      eventName: 'change_user_access',
      startTime: '2026-11-01T00:00:00.000Z',
      endTime: '2026-11-02T00:00:00.000Z',
      maxResults: '1000',
    });
    expect(second?.query).toMatchObject({ eventName: 'change_user_access', pageToken: 'p2' });
    expect(scopesOf(google)).toEqual([`${AUTH}/admin.reports.audit.readonly`]);
    expect(subjectsOf(google)).toEqual([ADMIN]);
  });

  it('report the account behind a refresh token', async () => {
    const user = { emailAddress: 'Anna@Acme.com', displayName: 'Anna' };
    await using google = await responding({ user });
    const { client } = createTestGoogleClient(google.origin, { auth: oneUser() });
    expect(await client.whoAmI('')).toEqual({ email: ANNA, name: 'Anna' });
    expect(callOf(google.calls[0]).path).toBe('/drive/v3/about');
  });

  it('request the next page only when it is needed', async () => {
    await using google = await responding({ files: [], nextPageToken: '2' }, { files: [] });
    const { client } = createTestGoogleClient(google.origin);
    const pages = client.listOwnedFiles(ANNA);
    await pages.next();
    expect(google.calls).toHaveLength(1);
    await pages.next();
    expect(google.calls).toHaveLength(2);
  });

  it('escape an invalid id', async () => {
    await using google = await responding({ id: 'a/b?c=d' });
    const { client } = createTestGoogleClient(google.origin);
    await client.getFile(ANNA, 'a/b?c=d');
    expect(google.calls[0]?.url).toContain('/drive/v3/files/a%2Fb%3Fc%3Dd?');
  });

  it('are in flight up to the limit, and no more', async () => {
    let inFlight = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    await using google = await start({
      call: async (_request, reply) => {
        inFlight += 1;
        most = Math.max(most, inFlight);
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          if (waiting.length === 3) for (const go of waiting.splice(0)) go();
        });
        inFlight -= 1;
        reply.respond(200, { startPageToken: '7' });
      },
    });
    const { client } = createTestGoogleClient(google.origin, { requestsAtOnceMax: 3 });
    await Promise.all(Array.from({ length: 9 }, () => client.startPageToken(ANNA)));
    expect(most).toBe(3);
  });
});
