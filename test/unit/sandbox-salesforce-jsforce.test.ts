import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import jsforce from 'jsforce';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Vendor } from '../../src/sandbox/http-types.ts';
import { CLIENT_ID, CLIENT_SECRET, SalesforceSandbox } from '../support/salesforce-sandbox.ts';

let sandbox: SalesforceSandbox;
let server: Server;
let origin: string;

beforeEach(async () => {
  sandbox = new SalesforceSandbox();
  server = await serve(sandbox.vendor);
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Serves the handler over real HTTP, with nothing in between. */
async function serve(vendor: Vendor): Promise<Server> {
  const created = createServer(async (request, response) => {
    const reached = `http://${request.headers.host}`;
    const url = new URL(request.url ?? '/', reached);
    const headBytes = (request.url ?? '').length + request.rawHeaders.join('').length;
    const result = await vendor({
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      ),
      body: await text(request),
      origin: reached,
      headBytes,
    });
    response.writeHead(result.status, result.headers);
    response.end(typeof result.body === 'object' ? JSON.stringify(result.body) : result.body);
  });
  await new Promise<void>((resolve) => created.listen(0, '127.0.0.1', resolve));
  return created;
}

async function connect(): Promise<jsforce.Connection> {
  const connection = new jsforce.Connection({
    version: '62.0',
    oauth2: { loginUrl: origin, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET },
  });
  await connection.authorize({ grant_type: 'client_credentials' });
  return connection;
}

test('jsforce logs in with client credentials and reads every page of a query', async () => {
  const connection = await connect();
  expect(connection.instanceUrl).toBe(origin);
  for (let index = 0; index < 5; index += 1) {
    sandbox.org.deliver({ title: `Offer ${index}`, at: Date.parse('2026-11-01T10:00:00Z') });
  }
  sandbox.org.set({ pageRowsMax: 2 });
  const soql =
    'SELECT Name, ContentVersion.Title FROM ContentDistribution ORDER BY SystemModstamp, Id';
  const names: string[] = [];
  let page = await connection.query<{ Name: string }>(soql);
  for (;;) {
    names.push(...page.records.map(({ Name }) => Name));
    if (page.done) break;
    page = await connection.queryMore(page.nextRecordsUrl ?? '');
  }
  expect(names).toEqual(['Offer 0', 'Offer 1', 'Offer 2', 'Offer 3', 'Offer 4']);
  expect(connection.limitInfo).toMatchObject({ apiUsage: { used: 3, limit: 100_000 } });
});

test('jsforce logs in with a signed assertion', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  sandbox.org.addClient({ clientId: 'jwt-app', publicKey });
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const exp = Math.floor(sandbox.clock.now() / 1000) + 120;
  const claims = { iss: 'jwt-app', sub: sandbox.org.username, aud: origin, exp };
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  const signature = sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url');
  const connection = new jsforce.Connection({ version: '62.0', oauth2: { loginUrl: origin } });
  await connection.authorize({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: `${signed}.${signature}`,
  });
  expect((await connection.identity()).user_id).toBe(sandbox.org.userId);
});

test('jsforce posts a composite of queries and receives their results', async () => {
  const connection = await connect();
  const contact = sandbox.org.add('Contact', { LastName: 'Lee', Email: 'lee@globex.example' });
  const soql = `SELECT Id FROM Contact WHERE Email IN ('LEE@globex.example')`;
  const response = await connection.requestPost('/composite', {
    compositeRequest: [
      {
        method: 'GET',
        url: `/services/data/v62.0/query?q=${encodeURIComponent(soql)}`,
        referenceId: 'a',
      },
    ],
  });
  expect(response).toMatchObject({
    compositeResponse: [{ httpStatusCode: 200, body: { records: [{ Id: contact }] } }],
  });
});

test('jsforce reports errors by code, and logs in again when a session ends', async () => {
  const connection = await connect();
  await expect(connection.query('SELECT Nope FROM Contact')).rejects.toMatchObject({
    errorCode: 'INVALID_FIELD',
  });
  sandbox.org.expireSessions();
  await expect(connection.query('SELECT Id FROM User')).rejects.toThrow(
    'Unable to refresh session',
  );
  await connection.authorize({ grant_type: 'client_credentials' });
  expect((await connection.query('SELECT Id FROM User')).totalSize).toBe(1);
});

test('jsforce follows a rotated refresh token', async () => {
  sandbox.org.addClient({ clientId: 'web-app', rotateRefreshTokens: true });
  const refreshToken = sandbox.org.issueRefreshToken('web-app');
  const oauth2 = new jsforce.OAuth2({ loginUrl: origin, clientId: 'web-app' });
  const first = await oauth2.refreshToken(refreshToken);
  expect(first.refresh_token).toMatch(/^5Aep861/);
  await expect(oauth2.refreshToken(refreshToken)).rejects.toMatchObject({ name: 'invalid_grant' });
});
