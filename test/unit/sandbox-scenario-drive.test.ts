import { createSign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfigIn } from '../../src/config/load-process-config.ts';
import { writeSandboxConfiguration } from '../../src/sandbox/configuration-folder.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import {
  type ScenarioShare,
  seedDriveDay,
  seedFirstDay,
} from '../../src/sandbox/scenario/index.ts';
import { SCOPE } from '../support/google-sandbox.ts';
import { ManualClock } from '../support/manual-clock.ts';

const HOUR_MS = 3_600_000;

let clock: ManualClock;
let sandbox: Sandbox;
let shares: readonly ScenarioShare[];

beforeEach(async () => {
  clock = new ManualClock();
  sandbox = await createSandbox({ clock });
  seedFirstDay(sandbox.salesforce, clock);
  shares = seedDriveDay(sandbox.google, clock);
});

afterEach(() => sandbox.stop());

/** Signs in with the key of the credentials, as a tenant does. */
async function tokenOf(subject: string, scope: string): Promise<string> {
  const key = JSON.parse(sandbox.credentials.google.key);
  const iat = clock.now() / 1_000;
  const claims = {
    iss: key.client_email,
    sub: subject,
    aud: key.token_uri,
    scope,
    iat,
    exp: iat + 600,
  };
  const signed = [{ alg: 'RS256', kid: key.private_key_id }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = createSign('RSA-SHA256').update(signed).sign(key.private_key, 'base64url');
  const response = await fetch(`${sandbox.origins.google}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: `${signed}.${signature}`,
    }),
  });
  return String(Object(await response.json()).access_token);
}

/** Grants of the audit log, oldest first: file, target, time. */
async function grants() {
  const token = await tokenOf(sandbox.credentials.google.adminSubject, SCOPE.reports);
  const path = '/admin/reports/v1/activity/users/all/applications/drive';
  const response = await fetch(`${sandbox.origins.google}${path}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  type Event = {
    name: string;
    parameters: { name: string; value?: string; multiValue?: string[] }[];
  };
  const items: { id: { time: string }; events: Event[] }[] = Object(await response.json()).items;
  return items.reverse().flatMap(({ id, events }) =>
    events
      .filter(({ name }) => name === 'change_user_access')
      .map(({ parameters }) => {
        const textOf = (parameter: string) => {
          const found = parameters.find(({ name }) => name === parameter);
          return found?.multiValue?.[0] ?? found?.value;
        };
        const at = Date.parse(id.time);
        return {
          at,
          file: textOf('doc_id'),
          to: textOf('target_user'),
          as: textOf('new_value'),
        };
      }),
  );
}

test('the scenario matches the audit log, share by share', async () => {
  const outside = (await grants()).filter(({ to }) => !to?.endsWith('@acme.example'));
  const expected = shares.flatMap(({ fileId, at, recipients }) =>
    recipients.map((to) => ({ file: fileId, to, at })),
  );
  expect(outside.filter(({ as }) => as !== 'none')).toMatchObject(expected);
  expect(outside.filter(({ as }) => as === 'none')).toHaveLength(1);
  expect(expected).toHaveLength(5);
});

test('the shares cover one working day that ended two minutes ago, in order', () => {
  const times = shares.map(({ at }) => at);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times[0]).toBeGreaterThan(clock.now() - 9 * HOUR_MS);
  expect(times.at(-1)).toBe(clock.now() - 120_000);
});

test('the scenario has every kind of case, each with a sentence', () => {
  expect(new Set(shares.map(({ line }) => line)).size).toBe(shares.length);
  expect(new Set(shares.map(({ outcome }) => outcome))).toEqual(
    new Set(['reported', 'skipped', 'unrecorded']),
  );
  for (const { outcome, reason, names, recipients } of shares) {
    expect(reason !== undefined).toBe(outcome === 'skipped');
    expect(names.length > 0).toBe(outcome === 'reported');
    expect(recipients.length > 0).toBe(outcome === 'reported');
  }
  // Revoked and shared again: two shares of one file.
  const files = shares.map(({ fileId }) => fileId);
  expect(files.length - new Set(files).size).toBe(1);
});

test('Salesforce has the recipients of all reported shares', () => {
  const { database } = sandbox.salesforce.state;
  const known = (['Contact', 'Lead'] as const).map((type) => {
    const field = database.catalog.stored(type).fields.get('email');
    const emails = shares.flatMap(({ recipients }) => recipients);
    return emails.filter((email) => field && database.lookup(type, field, email)?.length);
  });
  const [contacts = [], leads = []] = known;
  expect(leads).toEqual(['marta@cobalt.example']);
  expect(contacts).toHaveLength(4);
});

test('a tenant reads Drive only if the settings enable it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sharetrail-sandbox-test-'));
  const tenantWith = async (settings: { googleDrive?: true }) => {
    await writeSandboxConfiguration(folder, sandbox, { start: 0, timezone: 'UTC', ...settings });
    const options = { folder, workingDirectory: folder, environment: {} };
    return (await loadConfigIn(options)).tenants[0];
  };
  try {
    expect(await tenantWith({})).not.toHaveProperty('googleDrive');
    expect((await tenantWith({ googleDrive: true }))?.googleDrive).toMatchObject({
      auth: { flow: 'service-account', adminSubject: 'admin@acme.example' },
      users: 'all',
      detect: ['audit-log', 'changes'],
      endpoint: sandbox.origins.google,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
