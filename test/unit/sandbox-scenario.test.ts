import { createPrivateKey, createSign } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { type FirstDay, seedFirstDay, seedNextDay } from '../../src/sandbox/scenario/index.ts';
import { minimalEvent, putEvent } from '../support/gong-sandbox.ts';
import { ManualClock } from '../support/manual-clock.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let clock: ManualClock;
let sandbox: Sandbox;
let first: FirstDay;
let seededAt: number;

beforeEach(async () => {
  clock = new ManualClock();
  seededAt = clock.now();
  sandbox = await createSandbox({ clock });
  first = seedFirstDay(sandbox.salesforce, clock);
});

afterEach(() => sandbox.stop());

/** Logs in with `sandbox.credentials`, as a tenant does; returns the access token. */
async function logIn(): Promise<string> {
  const { clientId, username, privateKey } = sandbox.credentials.salesforce;
  const origin = sandbox.origins.salesforce;
  const claims = { iss: clientId, sub: username, aud: origin, exp: clock.now() / 1_000 + 120 };
  const signed = [{ alg: 'RS256' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url');
  const response = await fetch(`${origin}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: `${signed}.${signature}`,
    }),
  });
  return String(Object(await response.json()).access_token);
}

type Row = Readonly<Record<string, unknown>>;

async function query(soql: string): Promise<readonly Row[]> {
  const token = await logIn();
  const origin = sandbox.origins.salesforce;
  const response = await fetch(
    `${origin}/services/data/v62.0/query?q=${encodeURIComponent(soql)}`,
    { headers: { authorization: `Bearer ${token}` } },
  );
  const rows: unknown = Object(await response.json()).records;
  if (!Array.isArray(rows)) throw new Error(`the query failed: ${response.status}`);
  return rows;
}

function deliveries(): Promise<readonly Row[]> {
  return query('SELECT Id, CreatedDate, SystemModstamp FROM ContentDistribution ORDER BY Id');
}

function nextDay(since: number) {
  return seedNextDay(sandbox.salesforce, { clock, first, since });
}

test('with the credentials, a tenant sees the deliveries of the first day', async () => {
  const ids = first.deliveries.map(({ deliveryId }) => deliveryId);
  expect((await deliveries()).map((row) => row['Id'])).toEqual([...ids].sort());
  expect(ids).toHaveLength(14);
});

test('each start has a different private key', async () => {
  const other = await createSandbox({ clock });
  const { privateKey } = other.credentials.salesforce;
  expect(createPrivateKey(privateKey).asymmetricKeyDetails?.modulusLength).toBe(2_048);
  expect(privateKey).not.toBe(sandbox.credentials.salesforce.privateKey);
  await other.stop();
});

test('the Gong key of the credentials is valid', async () => {
  const { accessKey, accessKeySecret } = sandbox.credentials.gong;
  const basic = Buffer.from(`${accessKey}:${accessKeySecret}`).toString('base64');
  const authorization = `Basic ${basic}`;
  const response = await putEvent(sandbox.origins.gong, minimalEvent(), { authorization });
  expect(response.status).toBe(200);
});

test('the first day covers nine hours that ended two minutes ago, in whole seconds', async () => {
  const times = (await deliveries()).map((row) => Date.parse(String(row['SystemModstamp'])));
  expect(Math.min(...times)).toBeGreaterThan(seededAt - 9 * 60 * MINUTE_MS);
  expect(Math.max(...times)).toBe(seededAt - 2 * MINUTE_MS);
  expect(times.filter((time) => time % 1_000 !== 0)).toEqual([]);
});

test('the late delivery becomes visible within ten minutes of its timestamp', async () => {
  const isSeen = async () =>
    (await deliveries()).some((row) => row['Id'] === first.late.deliveryId);
  const stamp = Number(sandbox.salesforce.read(first.late.deliveryId)['SystemModstamp']);
  clock.advance(4 * MINUTE_MS);
  expect(await isSeen()).toBe(false);
  clock.advance(MINUTE_MS);
  expect(await isSeen()).toBe(true);
  expect(clock.now() - stamp).toBeLessThan(10 * MINUTE_MS);
});

test('the next day adds six deliveries, relates the held one, and shows the late one', async () => {
  const before = await deliveries();
  clock.advance(DAY_MS);
  const shares = nextDay(seededAt);
  const after = await deliveries();
  // Six are new, and the late one has become visible.
  expect(after).toHaveLength(before.length + 6 + 1);
  expect(shares).toHaveLength(8);
  expect(new Set(shares.map(({ deliveryId }) => deliveryId)).size).toBe(8);
  expect(shares.at(-1)).toEqual(first.late);
  const held = await query(
    `SELECT RelatedRecordId FROM ContentDistribution WHERE Id = '${first.held.deliveryId}'`,
  );
  expect(held[0]?.['RelatedRecordId']).toBe(first.company.contacts.sven);
});

test('all timestamps of the next day are between the last run and the next', async () => {
  clock.advance(60 * MINUTE_MS);
  const since = clock.now();
  clock.advance(5 * MINUTE_MS);
  const shares = nextDay(since);
  for (const { deliveryId } of shares.slice(0, -1)) {
    const stamp = Number(sandbox.salesforce.read(deliveryId)['SystemModstamp']);
    expect(stamp).toBeGreaterThan(since);
    expect(stamp).toBeLessThanOrEqual(clock.now() - 2 * MINUTE_MS);
  }
});

test('the scenario has every kind of case, each with a sentence', () => {
  const shares = [...first.deliveries, ...nextDay(seededAt)];
  const reasons = new Set(shares.flatMap(({ reason }) => reason ?? []));
  const expected = ['unmatched', 'internal-only', 'ignored-creator', 'no-url', 'external-sharer'];
  expect(reasons).toEqual(new Set(expected));
  expect(new Set(shares.map(({ line }) => line)).size).toBe(shares.length);
  const named = new Set(shares.map(({ names }) => names.join()));
  expect(named).toContain('Opportunity,Account,Contact');
  expect(named).toContain('Lead');
  expect(named).toContain('Opportunity,Account');
  for (const { outcome, reason, names } of shares) {
    expect(reason === undefined).toBe(outcome === 'reported');
    expect(names.length > 0).toBe(outcome === 'reported');
  }
});

test('another process can read and reset the Salesforce calls', async () => {
  await deliveries();
  const url = `${sandbox.origins.salesforce}/_sandbox`;
  const state: unknown = await (await fetch(`${url}/state`)).json();
  expect(state).toMatchObject({ vendor: 'salesforce', calls: { total: 1, logins: 1 } });
  await fetch(`${url}/reset`, { method: 'POST' });
  expect(sandbox.salesforce.counters.total).toBe(0);
});
