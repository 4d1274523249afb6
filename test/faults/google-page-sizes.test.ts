import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../src/lib/errors.ts';
import type { GoogleClient } from '../../src/vendors/google/google-client.ts';
import { apiError, callOf, createTestGoogleClient, startGoogle } from '../support/google-peer.ts';
import { collect } from '../support/salesforce-peer.ts';

const ANNA = 'anna@acme.com';
const EMPTY = { files: [], changes: [], items: [], users: [], drives: [], permissions: [] };

/** Answers pages of more than `sizeMax` rows with `status`; the list has `pages` pages. */
function startSlow(sizeMax: number, { pages = 1, status = 500 } = {}) {
  let served = 0;
  return startGoogle({
    call: (request, reply) => {
      const { query } = callOf(request);
      if (sizeOf(query) > sizeMax) return reply.respond(status, apiError(status, 'internalError'));
      served += 1;
      const next = served < pages ? { nextPageToken: `p${served}` } : { newStartPageToken: '9' };
      const row = { id: String(served) };
      return reply.respond(200, { ...EMPTY, files: [row], ...next });
    },
  });
}

function sizeOf(query: Record<string, string>): number {
  return Number(query['pageSize'] ?? query['maxResults']);
}

const LISTS: readonly (readonly [string, (client: GoogleClient) => AsyncGenerator, number])[] = [
  ['files', (client) => client.listOwnedFiles(ANNA), 1_000],
  ['files of a drive', (client) => client.listDriveFiles(ANNA, 'd'), 1_000],
  ['changes', (client) => client.listChanges(ANNA, '1'), 1_000],
  [
    'activities',
    (client) => client.listActivities({ eventName: 'x', startTime: 0, endTime: 1 }),
    1_000,
  ],
  ['users', (client) => client.listUsers(), 500],
  ['drives', (client) => client.listDrives(), 100],
  ['permissions', (client) => client.listPermissions(ANNA, 'f'), 100],
  ['members', (client) => client.listDriveMembers('d'), 100],
];

describe('a page that is too big for Google', () => {
  it.each(LISTS)('of %s is requested smaller, down to 50 rows', async (_name, list, sizeMax) => {
    await using google = await startSlow(50);
    const { client } = createTestGoogleClient(google.origin);
    await collect(list(client));
    const sizes = google.calls.map((call) => sizeOf(callOf(call).query));
    expect(sizes[0]).toBe(sizeMax);
    expect(sizes.at(-1)).toBe(50);
    expect(sizes).toEqual(sizes.toSorted((one, other) => other - one));
  });

  it.each([502, 503, 504])('is answered with %i, too', async (status) => {
    await using google = await startSlow(100, { status });
    const { client } = createTestGoogleClient(google.origin);
    expect(await collect(client.listOwnedFiles(ANNA))).toHaveLength(1);
  });

  it('gets no response: the next page is smaller', async () => {
    const google = await startGoogle({
      call: (request, reply) => {
        if (sizeOf(callOf(request).query) < 1_000) reply.respond(200, EMPTY);
        else reply.reset();
      },
    });
    const { client } = createTestGoogleClient(google.origin);
    expect(await collect(client.listOwnedFiles(ANNA))).toHaveLength(1);
    await google.close();
  });

  it('later pages grow again', async () => {
    await using google = await startSlow(250, { pages: 12 });
    const { client } = createTestGoogleClient(google.origin);
    expect(await collect(client.listOwnedFiles(ANNA))).toHaveLength(12);
    const sizes = google.calls.map((call) => sizeOf(callOf(call).query));
    expect(sizes.slice(0, 7)).toEqual([1_000, 250, 250, 250, 250, 500, 125]);
    expect(Math.max(...sizes.slice(7))).toBe(250);
  });

  it('control: with 500 for every size, five attempts fail', async () => {
    await using google = await startSlow(0);
    const { client } = createTestGoogleClient(google.origin);
    await expect(collect(client.listOwnedFiles(ANNA))).rejects.toThrow(RetryableError);
    expect(google.calls).toHaveLength(5);
  });
});
