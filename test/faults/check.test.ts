import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Config, TenantConfig } from '../../src/config/types.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { StopRequested } from '../../src/lib/errors.ts';
import { CHECK_LIMITS } from '../../src/operator/check/limits.ts';
import type { Check, CheckArea } from '../../src/operator/check/types.ts';
import {
  type CheckWorld,
  findCheck,
  problemsIn,
  startCheckWorld,
  statusesIn,
  withGong,
  withSalesforce,
} from '../support/check-rig.ts';
import { startChild } from '../support/child.ts';
import { until } from '../support/until.ts';
import { startUntrustedServer } from '../support/untrusted-server.ts';

const VENDORS = ['salesforce', 'google', 'gong'] as const;
type Vendor = (typeof VENDORS)[number];
const AREAS: Readonly<Record<Vendor, CheckArea>> = {
  salesforce: 'salesforce',
  google: 'google-drive',
  gong: 'gong',
};
const CLOSED_PORT = 'http://127.0.0.1:9';

let world: CheckWorld;
beforeEach(async () => {
  world = await startCheckWorld();
});
afterEach(() => world.close());

/** A clock on which the vendors' time is over when the test says so. */
class DeadlineClock implements Clock {
  readonly #over = Promise.withResolvers<void>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return ms === CHECK_LIMITS.vendorsMsMax ? this.#over.promise : this.#clock.sleep(ms, signal);
  }

  endTime(): void {
    this.#over.resolve();
  }
}

async function configWith(database: string): Promise<Config> {
  const { config } = await world.context();
  return { ...config, faulty: [], service: { ...config.service, database } };
}

describe('a vendor that hangs', () => {
  test.each([
    ['salesforce', '/services/oauth2/token', 'login'],
    ['salesforce', '/composite', 'objects'],
    ['google', '/token', 'scope drive.metadata.readonly'],
    ['google', '/changes/startPageToken', 'user admin@acme.example'],
    ['gong', '/v2/', 'address'],
  ] as const)('%s at %s fails when the time is over', async (vendor, pathIncludes, name) => {
    world.sandbox.faults.add({ vendor, pathIncludes, action: { kind: 'hang' } });
    const clock = new DeadlineClock(world.clock);
    const checking = world.check({ clock });
    const isHanging = () => world.sandbox.faults.states.some(({ struck }) => struck > 0);
    await until(isHanging);
    clock.endTime();
    expect(findCheck(await checking, { area: AREAS[vendor], name })).toMatchObject({
      status: 'failed',
      message: `no complete response within ${CHECK_LIMITS.vendorsMsMax / 1_000} s`,
      hint: expect.stringMatching(/firewall, proxy/),
    });
  });

  test('all three at once, for two tenants: each fails, and nothing is left running', async () => {
    for (const vendor of VENDORS) {
      world.sandbox.faults.add({ vendor, action: { kind: 'hang' } });
    }
    const clock = new DeadlineClock(world.clock);
    const tenants = [world.tenant, { ...world.tenant, tenant: 'second' }];
    const checking = world.check({ clock, tenants });
    await until(() => world.sandbox.faults.states.every(({ struck }) => struck > 0));
    clock.endTime();
    const checks = await checking;
    for (const tenant of ['acme', 'second']) {
      const own = checks.filter((check) => check.tenant === tenant);
      for (const area of Object.values(AREAS)) expect(statusesIn(own, area)).toContain('failed');
    }
    expect(statusesIn(checks, 'database')).toEqual(new Set(['ok']));
  });

  test('a stop ends the check at once', async () => {
    world.sandbox.faults.add({ vendor: 'salesforce', action: { kind: 'hang' } });
    const stop = new AbortController();
    const checking = world.check({ signal: stop.signal });
    await until(() => world.sandbox.faults.states.every(({ struck }) => struck > 0));
    stop.abort(new StopRequested());
    await expect(checking).rejects.toThrow(StopRequested);
  });
});

/** The tenant with one vendor at another address. */
function at(vendor: Vendor, origin: string): TenantConfig {
  const { tenant } = world;
  if (vendor === 'salesforce') return withSalesforce(tenant, { loginUrl: origin });
  if (vendor === 'gong') return withGong(tenant, { baseUrl: origin });
  const { googleDrive } = tenant;
  if (googleDrive === undefined) throw new Error('the tenant has no Drive');
  return { ...tenant, googleDrive: { ...googleDrive, endpoint: origin } };
}

function firstFailure(checks: readonly Check[], area: CheckArea): Check | undefined {
  return checks.find((check) => check.area === area && check.status === 'failed');
}

describe.each(VENDORS)('%s', (vendor) => {
  const area = AREAS[vendor];
  const others = VENDORS.filter((each) => each !== vendor).map((each) => AREAS[each]);

  test('that refuses the connection fails with the reason; the others are checked', async () => {
    const checks = await world.check({ tenants: [at(vendor, CLOSED_PORT)] });
    expect(firstFailure(checks, area)).toMatchObject({
      message: expect.stringContaining('ECONNREFUSED'),
      hint: expect.stringMatching(/firewall, proxy/),
    });
    for (const other of others) expect(statusesIn(checks, other)).toEqual(new Set(['ok']));
    const rest = checks.filter((check) => check.area === area && check.status !== 'failed');
    for (const { name, status, message } of rest) {
      if (name === 'account' && status === 'ok') continue;
      expect({ name, status }).toEqual({ name, status: 'skipped' });
      expect(message).not.toMatch(/scope|privilege|key/);
    }
  });

  test('with a certificate that no one trusts fails with the reason and its remedy', async () => {
    await using server = await startUntrustedServer();
    const checks = await world.check({ tenants: [at(vendor, server.origin)] });
    expect(firstFailure(checks, area)).toMatchObject({
      message: expect.stringMatching(/self.signed certificate/),
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
    for (const other of others) expect(statusesIn(checks, other)).toEqual(new Set(['ok']));
  });
});

describe('the database', () => {
  test.each([
    ['is not a database', () => join(folderOf(), 'notes.txt'), /not an SQLite database/],
    ['is below a file', () => join(folderOf(), 'notes.txt', 'x.db'), /part of its path is a file/],
  ])('that %s fails, and the vendors are still checked', async (_, path, message) => {
    const notes = join(folderOf(), 'notes.txt');
    writeFileSync(notes, 'These are notes.\n'.repeat(100), { mode: 0o600 });
    const checks = await world.check({ config: await configWith(`sqlite:${path()}`) });
    expect(findCheck(checks, { area: 'database', name: 'file' })).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(message),
    });
    expect(statusesIn(checks, 'salesforce')).toEqual(new Set(['ok']));
    expect(statusesIn(checks, 'google-drive')).toEqual(new Set(['ok']));
    // A call that cannot be counted is not sent.
    expect(statusesIn(checks, 'gong')).toEqual(new Set(['skipped']));
    expect(world.sandbox.gong.requests).toEqual([]);
  });

  test('on a server that cannot be reached fails with what to check', async () => {
    const database = 'postgres://user:hushhush@127.0.0.1:1/x';
    const checks = await world.check({ config: await configWith(database) });
    expect(findCheck(checks, { area: 'database', name: 'connection' })).toMatchObject({
      status: 'failed',
      message: 'the PostgreSQL server cannot be reached: 127.0.0.1:1/x (ECONNREFUSED)',
      hint: expect.stringContaining('Check the host and port'),
    });
  });

  test('that another process locks fails with the reason', async () => {
    await world.check();
    const lock = startChild('hold-lock.ts', { args: [join(folderOf(), 'sharetrail.db')] });
    await lock.line();
    const checks = await world.check();
    lock.send('release');
    await lock.line();
    expect(problemsIn(checks)).toContain('database file failed');
    const file = findCheck(checks, { area: 'database', name: 'file' });
    expect(file?.message).toContain('locked by another process');
  });

  test.each([
    [CHECK_LIMITS.freeBytesMin - 1, 'failed'],
    [CHECK_LIMITS.freeBytesLow - 1, 'warning'],
    [CHECK_LIMITS.freeBytesLow, 'ok'],
  ] as const)('with %d free bytes next to it: %s', async (bytes, status) => {
    const checks = await world.check({ freeBytes: () => bytes });
    expect(findCheck(checks, { area: 'database', name: 'disk space' })).toMatchObject({ status });
  });

  test('of an earlier version is a warning, and is not migrated', async () => {
    const { db } = await world.context();
    const names = await migrationsOf(db);
    const last = names.at(-1) ?? '';
    const migrations = db.withTables<{ kysely_migration: { name: string } }>();
    await migrations.deleteFrom('kysely_migration').where('name', '=', last).execute();
    expect(problemsIn(await world.check())).toEqual(['database schema version warning']);
    expect(await migrationsOf(db)).toEqual(names.slice(0, -1));
    expect(world.sandbox.gong.requests).toHaveLength(1);
  });
});

function folderOf(): string {
  return world.folder;
}

async function migrationsOf(db: Awaited<ReturnType<CheckWorld['context']>>['db']) {
  const rows = await db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .orderBy('name')
    .execute();
  return rows.map(({ name }) => name);
}

test('a faulty tenant fails with each of its problems; the sound one is checked', async () => {
  const problem = { file: 'tenants/typo.yaml', line: 7, column: 3, path: 'gongg' };
  const faulty = [{ tenant: 'typo', problems: [{ ...problem, message: 'unknown key' }] }];
  const checks = await world.check({ faulty });
  expect(problemsIn(checks)).toEqual(['configuration gongg failed']);
  expect(findCheck(checks, { area: 'configuration', name: 'gongg' })).toMatchObject({
    tenant: 'typo',
    message: 'unknown key (tenants/typo.yaml:7:3)',
  });
  expect(statusesIn(checks, 'salesforce')).toEqual(new Set(['ok']));
});
