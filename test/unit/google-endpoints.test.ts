import http from 'node:http';
import https from 'node:https';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTestGoogleClient, startGoogle } from '../support/google-peer.ts';
import { startPeer } from '../support/peer.ts';
import { collect } from '../support/salesforce-peer.ts';

const ANNA = 'anna@acme.com';
const QUERY = { eventName: 'change_user_access', startTime: 0, endTime: 1 };

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Sends every https request to a peer on loopback, and returns the URLs without their queries. */
function interceptHttps(origin: string): string[] {
  const urls: string[] = [];
  const request = (url: URL, options: http.RequestOptions) => {
    urls.push(`${url.origin}${url.pathname}`);
    return http.request(new URL(url.pathname, origin), options);
  };
  vi.spyOn(https, 'request').mockImplementation(request as typeof https.request);
  return urls;
}

describe('without an endpoint of its own, a client', () => {
  it.each(['https://www.googleapis.com', 'https://www.googleapis.com/'])(
    'calls each API of Google at its address: %s',
    async (endpoint) => {
      const token = { access_token: 'access-stubbed' };
      await using peer = await startPeer((_request, reply) =>
        reply.respond(200, { ...token, startPageToken: '7', items: [], users: [] }),
      );
      const urls = interceptHttps(peer.origin);
      // The library would send the token to this domain.
      vi.stubEnv('GOOGLE_CLOUD_UNIVERSE_DOMAIN', 'elsewhere.example');
      const { client } = createTestGoogleClient(endpoint);
      await client.startPageToken(ANNA);
      await collect(client.listActivities(QUERY));
      await collect(client.listUsers());
      const tokenUrl = 'https://oauth2.googleapis.com/token';
      expect(urls).toEqual([
        tokenUrl,
        'https://www.googleapis.com/drive/v3/changes/startPageToken',
        tokenUrl,
        'https://admin.googleapis.com/admin/reports/v1/activity/users/all/applications/drive',
        tokenUrl,
        'https://admin.googleapis.com/admin/directory/v1/users',
      ]);
    },
  );

  it('ignores a proxy that only the library would use', async () => {
    await using google = await startGoogle({
      call: (_request, reply) => reply.respond(200, { startPageToken: '7' }),
    });
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:9');
    const { client } = createTestGoogleClient(google.origin);
    expect(await client.startPageToken(ANNA)).toBe('7');
  });
});
