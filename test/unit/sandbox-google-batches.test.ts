import { afterEach, beforeEach, expect, test } from 'vitest';
import { GoogleSandbox } from '../support/google-sandbox.ts';

const TYPE = 'multipart/mixed; boundary=x';

let sandbox: GoogleSandbox;
let ada: string;
let bob: string;
beforeEach(async () => {
  sandbox = await GoogleSandbox.start();
  ada = sandbox.google.addUser('ada@acme.example');
  bob = sandbox.google.addUser('bob@acme.example');
});
afterEach(() => sandbox.stop());

function batchOf(calls: readonly { readonly target: string; readonly token?: string }[]): string {
  const parts = calls.map(
    ({ target, token }, index) =>
      `--x\r\ncontent-type: application/http\r\ncontent-id: <${index}>\r\n\r\n` +
      `GET ${target} HTTP/1.1\r\n${token ? `authorization: Bearer ${token}\r\n` : ''}\r\n`,
  );
  return `${parts.join('')}--x--\r\n`;
}

async function post(body: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${sandbox.origin}/batch/drive/v3`, {
    method: 'POST',
    headers: { 'content-type': TYPE, ...headers },
    body,
  });
  return { status: response.status, text: await response.text() };
}

/** The status of each response, by id. */
function statusesIn(text: string): Record<string, string> {
  const found = text.matchAll(/<response-(\d+)>\r\n\r\nHTTP\/1\.1 (\d+)/g);
  return Object.fromEntries([...found].map(([, id, status]) => [id, status]));
}

test('each call of a batch has its own user, and counts on its own', async () => {
  const { google } = sandbox;
  const fileId = google.createFile({ name: 'Plan', owner: ada });
  const target = `/drive/v3/files/${fileId}?fields=id`;
  const [token, other] = [await sandbox.tokenOf(ada), await sandbox.tokenOf(bob)];
  google.refuse({ reason: 'userRateLimitExceeded', times: 1, user: ada, skip: 1 });
  const { status, text } = await post(
    batchOf([{ target, token }, { target, token: other }, { target, token }, { target }]),
  );
  expect(status).toBe(200);
  expect(statusesIn(text)).toEqual({ 0: '200', 1: '404', 2: '403', 3: '401' });
  expect(text.indexOf('<response-3>')).toBeLessThan(text.indexOf('<response-0>'));
  expect(google.calls.total).toBe(4);
  expect(google.calls.byMethod).toMatchObject({ batch: 1, 'files.get': 4 });
});

test("the batch's Authorization applies to the calls without one", async () => {
  const fileId = sandbox.google.createFile({ name: 'Plan', owner: ada });
  const authorization = `Bearer ${await sandbox.tokenOf(ada)}`;
  const target = `/drive/v3/files/${fileId}`;
  const { text } = await post(batchOf([{ target }]), { authorization });
  expect(statusesIn(text)).toEqual({ 0: '200' });
});

test('calls beyond the hundredth are refused', async () => {
  const token = await sandbox.tokenOf(ada);
  const { text } = await post(
    batchOf(Array.from({ length: 101 }, () => ({ target: '/drive/v3/about?fields=user', token }))),
  );
  expect(Object.values(statusesIn(text)).filter((status) => status === '200')).toHaveLength(100);
  expect(statusesIn(text)[100]).toBe('403');
});

test.each([
  [
    'without a boundary',
    batchOf([{ target: '/drive/v3/about' }]),
    { 'content-type': 'text/plain' },
  ],
  ['without parts', '--x--\r\n', {}],
  ['that is cut', batchOf([{ target: '/drive/v3/about' }]).slice(0, -6), {}],
  ['of a URL with a host', batchOf([{ target: 'https://www.googleapis.com/drive/v3/about' }]), {}],
])('a batch %s is refused', async (_what, body, headers) => {
  expect((await post(body, headers)).status).toBe(400);
});

test('batches can be missing', async () => {
  sandbox.google.set({ batches: 'missing' });
  expect((await post(batchOf([{ target: '/drive/v3/about' }]))).status).toBe(404);
});
