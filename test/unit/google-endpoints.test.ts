import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTestGoogleClient, startGoogle } from '../support/google-peer.ts';
import { collect } from '../support/salesforce-peer.ts';

const ANNA = 'anna@acme.com';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

/** Addresses that a client of the real Google would ask; nothing leaves this machine. */
function stubFetch(): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url.replace(/\?.*$/, ''));
    const token = { access_token: 'access-stubbed' };
    return Response.json({ ...token, startPageToken: '7', items: [], users: [] });
  });
  return asked;
}

const QUERY = { eventName: 'change_user_access', startTime: 0, endTime: 1 };

describe('without an endpoint of its own a client asks', () => {
  it.each(['https://www.googleapis.com', 'https://www.googleapis.com/'])(
    'each interface of Google at its address: %s',
    async (endpoint) => {
      const asked = stubFetch();
      // The library would send the token wherever this says.
      vi.stubEnv('GOOGLE_CLOUD_UNIVERSE_DOMAIN', 'elsewhere.example');
      const { client } = createTestGoogleClient(endpoint);
      await client.startPageToken(ANNA);
      await collect(client.listActivities(QUERY));
      await collect(client.listUsers());
      const token = 'https://oauth2.googleapis.com/token';
      expect(asked).toEqual([
        token,
        'https://www.googleapis.com/drive/v3/changes/startPageToken',
        token,
        'https://admin.googleapis.com/admin/reports/v1/activity/users/all/applications/drive',
        token,
        'https://admin.googleapis.com/admin/directory/v1/users',
      ]);
    },
  );

  it('no proxy that only the library would look for', async () => {
    await using google = await startGoogle({
      call: (_request, reply) => reply.answer(200, { startPageToken: '7' }),
    });
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:9');
    const { client } = createTestGoogleClient(google.origin);
    expect(await client.startPageToken(ANNA)).toBe('7');
  });
});
