import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SandboxRequest, SandboxResponse } from '../../src/sandbox/http-types.ts';
import { type SandboxServer, startSandbox } from '../../src/sandbox/server.ts';
import { ManualClock } from '../support/manual-clock.ts';

const BODY = { text: 'x'.repeat(100) };

let clock: ManualClock;
let server: SandboxServer<'one' | 'two'>;
let processed: SandboxRequest[];

beforeEach(async () => {
  clock = new ManualClock();
  processed = [];
  const vendor = (request: SandboxRequest): SandboxResponse => {
    processed.push(request);
    return { status: 200, body: BODY };
  };
  server = await startSandbox({ vendors: { one: vendor, two: vendor }, clock });
});

afterEach(() => server.stop());

function get(path = '/', init: RequestInit = {}): Promise<Response> {
  return fetch(`${server.origins.one}${path}`, init);
}

/** The results of consecutive requests: a status, or `broken`. */
async function outcomes(count: number, path = '/'): Promise<(number | 'broken')[]> {
  const seen: (number | 'broken')[] = [];
  for (let index = 0; index < count; index += 1) {
    const status = await get(path).then(
      (response) => response.status,
      () => 'broken' as const,
    );
    seen.push(status);
  }
  return seen;
}

test('without a fault, the vendor responds', async () => {
  const response = await get();
  expect([response.status, await response.json()]).toEqual([200, BODY]);
});

test("an `answer` fault replaces the vendor's response, including headers and body", async () => {
  server.faults.add({
    times: 1,
    action: {
      kind: 'answer',
      status: 502,
      headers: { 'Content-Type': 'text/html', 'Retry-After': '7' },
      body: '<h1>Bad Gateway</h1>',
    },
  });
  const response = await get();
  expect(response.status).toBe(502);
  expect(response.headers.get('content-type')).toBe('text/html');
  expect(response.headers.get('retry-after')).toBe('7');
  expect(await response.text()).toBe('<h1>Bad Gateway</h1>');
  expect(processed).toHaveLength(0);
  expect(await outcomes(1)).toEqual([200]);
});

test('an `answer` fault with `processed` calls the vendor first', async () => {
  server.faults.add({ action: { kind: 'answer', status: 504, processed: true } });
  expect(await outcomes(1)).toEqual([504]);
  expect(processed).toHaveLength(1);
});

test('a delay holds the response until the clock has passed it', async () => {
  server.faults.add({ action: { kind: 'delay', ms: 5_000 } });
  let answered = false;
  const response = get().then((received) => {
    answered = true;
    return received;
  });
  await expect.poll(() => clock.sleepers).toBe(1);
  clock.advance(4_999);
  await new Promise((resolve) => setImmediate(resolve));
  expect([answered, processed.length]).toEqual([false, 0]);
  clock.advance(1);
  expect((await response).status).toBe(200);
});

test('delays add up before the fault that ends the request', async () => {
  server.faults.add({ action: { kind: 'delay', ms: 10 } });
  server.faults.add({ action: { kind: 'delay', ms: 20 } });
  server.faults.add({ action: { kind: 'answer', status: 503 } });
  const response = get();
  await expect.poll(() => clock.sleepers).toBe(1);
  clock.advance(29);
  await new Promise((resolve) => setImmediate(resolve));
  expect(clock.sleepers).toBe(1);
  clock.advance(1);
  expect((await response).status).toBe(503);
});

test('a `cut` response announces its full length, but ends after half', async () => {
  server.faults.add({ action: { kind: 'cut' } });
  const response = await get();
  const length = JSON.stringify(BODY).length;
  expect(response.headers.get('content-length')).toBe(String(length));
  const chunks: Uint8Array[] = [];
  const reading = (async () => {
    for await (const chunk of response.body ?? []) chunks.push(chunk);
  })();
  await expect(reading).rejects.toThrow('terminated');
  expect(Buffer.concat(chunks).toString()).toBe(JSON.stringify(BODY).slice(0, length / 2));
  expect(processed).toHaveLength(1);
});

test('even a response without a body can be cut', async () => {
  const bodiless = await startSandbox({ vendors: { one: () => ({ status: 200 }) }, clock });
  bodiless.faults.add({ action: { kind: 'cut' } });
  const response = await fetch(bodiless.origins.one);
  await expect(response.text()).rejects.toThrow('terminated');
  await bodiless.stop();
});

test('a reset happens before the vendor sees the request', async () => {
  server.faults.add({ action: { kind: 'reset' } });
  await expect(get()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  expect(processed).toHaveLength(0);
});

test('a lost response is a reset after the vendor handled the request', async () => {
  server.faults.add({ action: { kind: 'lose-answer' } });
  await expect(get()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  expect(processed).toHaveLength(1);
});

test.each([
  [{ kind: 'hang' }, 0],
  [{ kind: 'hang', processed: true }, 1],
] as const)('%j never responds', async (action, count) => {
  server.faults.add({ action });
  const patience = new AbortController();
  const response = get('/', { signal: patience.signal });
  await expect.poll(() => server.traffic.one.entries).toHaveLength(1);
  patience.abort(new Error('waited long enough'));
  await expect(response).rejects.toThrow('waited long enough');
  expect(processed).toHaveLength(count);
});

test('stopping ends hanging requests', async () => {
  server.faults.add({ action: { kind: 'hang' } });
  const response = get();
  const broken = expect(response).rejects.toThrow();
  await expect.poll(() => server.traffic.one.entries).toHaveLength(1);
  await server.stop();
  await broken;
});

test.each([
  [undefined, 302],
  [307, 307],
])('a redirect with status %s is sent as %i with its location', async (status, seen) => {
  const location = 'http://127.0.0.1:9/elsewhere';
  const action = { kind: 'redirect', location, ...(status ? { status } : {}) } as const;
  server.faults.add({ action });
  const response = await get('/', { redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([seen, location]);
  expect(processed).toHaveLength(0);
});

const FAIL = { kind: 'answer', status: 500 } as const;

test('`skip` leaves matching requests alone, `times` limits the affected ones', async () => {
  server.faults.add({ skip: 1, times: 2, pathIncludes: '/a', action: FAIL });
  expect(await outcomes(1, '/b')).toEqual([200]);
  expect(await outcomes(5, '/a')).toEqual([200, 500, 500, 200, 200]);
  expect(server.faults.states).toMatchObject([{ id: 1, fitted: 3, struck: 2 }]);
});

test.each([
  [{ vendor: 'two' }, 200],
  [{ vendor: 'one' }, 500],
  [{ method: 'POST' }, 200],
  [{ method: 'PUT' }, 500],
  [{ pathIncludes: 'q=1' }, 500],
  [{ pathIncludes: '/other' }, 200],
  [{ eventId: 'a' }, 500],
  [{ eventId: 'b' }, 200],
  [{ eventId: 'a', method: 'GET' }, 200],
])(
  'a rule for %j meets a PUT of event a to /path?q=1 of vendor one with %i',
  async (rule, status) => {
    server.faults.add({ ...rule, action: FAIL });
    const body = JSON.stringify({ eventId: 'a' });
    const response = await get('/path?q=1', { method: 'PUT', body });
    expect(response.status).toBe(status);
  },
);

test('a rule for an event ignores bodies that are not JSON objects', async () => {
  server.faults.add({ eventId: 'a', action: FAIL });
  for (const body of ['{"eventId":', '"a"', 'null']) {
    expect((await get('/', { method: 'PUT', body })).status).toBe(200);
  }
});

test('a probability affects the same requests with the same seed', async () => {
  const rows: string[] = [];
  for (const seed of [7, 7, 8]) {
    server.faults.clear();
    server.faults.add({ probability: 0.5, seed, action: FAIL });
    rows.push((await outcomes(40)).join());
  }
  expect(rows[1]).toBe(rows[0]);
  expect(rows[2]).not.toBe(rows[0]);
  const struck = rows[0]?.split(',').filter((status) => status === '500').length;
  expect(struck).toBeGreaterThan(8);
  expect(struck).toBeLessThan(32);
});

test('the first rule that ends a request wins; after its removal, the next one does', async () => {
  const first = server.faults.add({ action: { kind: 'answer', status: 501 } });
  server.faults.add({ action: { kind: 'answer', status: 502 } });
  expect(await outcomes(1)).toEqual([501]);
  expect([server.faults.remove(first), server.faults.remove(first)]).toEqual([true, false]);
  expect(await outcomes(1)).toEqual([502]);
  server.faults.clear();
  expect(await outcomes(1)).toEqual([200]);
});

test('the traffic lists each request with the status that the client received', async () => {
  server.faults.add({ pathIncludes: 'cut', action: { kind: 'cut' } });
  server.faults.add({ pathIncludes: 'reset', action: { kind: 'reset' } });
  server.faults.add({ pathIncludes: 'fail', action: FAIL });
  for (const path of ['/fine?a=b', '/cut', '/reset', '/fail']) {
    await get(path)
      .then((response) => response.text())
      .catch(() => {});
  }
  const { entries, counts } = server.traffic.one;
  expect(entries.map(({ target, status, fault }) => [target, status, fault])).toEqual([
    ['/fine?a=b', 200, null],
    ['/cut', null, 'cut'],
    ['/reset', null, 'reset'],
    ['/fail', 500, 'answer'],
  ]);
  expect(counts).toEqual({ requests: 4, struck: 3 });
  expect(server.traffic.two.entries).toHaveLength(0);
});
