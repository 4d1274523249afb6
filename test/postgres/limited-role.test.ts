import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open.ts';
import type { Database } from '../../src/db/schema.ts';
import { queueDepth } from '../../src/db/workers.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { AreaChecks } from '../../src/operator/check/area-checks.ts';
import { checkDatabase } from '../../src/operator/check/database.ts';
import { startDeadline } from '../../src/operator/check/deadline.ts';
import type { Check } from '../../src/operator/check/types.ts';
import { openRunQueue } from '../../src/queue/run-queue.ts';
import { emptyDatabase, heldLease } from '../support/database.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { administer } from '../support/postgres/databases.ts';
import { recordLog } from '../support/recorded-log.ts';

const server = inject('postgres');

function opened(database: string): Database {
  const db = openDatabase({ database, access: 'write' });
  onTestFinished(() => db.destroy());
  return db;
}

/** What `check` says about the queue. */
async function queueCheck(database: string): Promise<Check | undefined> {
  const clock = new ManualClock();
  const deadline = startDeadline({ clock, signal: new AbortController().signal });
  const checks = new AreaChecks({ area: 'database', deadline });
  const checked = await checkDatabase(checks, { service: { database }, clock });
  await Promise.all([checked.close(), deadline.end()]);
  return checks.checks.find(({ name }) => name === 'queue');
}

describe('a role without the privilege to create a schema', () => {
  async function asLimited() {
    const { setting } = await emptyDatabase();
    const name = new URL(setting).pathname.slice(1);
    const role = `limited_${name}`;
    await administer(server, `create role ${role} login password 'limited-pass'`);
    onTestFinished(async () => {
      await administer(server, `drop owned by ${role} cascade`, name);
      await administer(server, `drop role ${role}`);
    });
    return {
      name,
      role,
      limited: Object.assign(new URL(setting), { username: role, password: 'limited-pass' }).href,
    };
  }

  test('gets a hint which one to grant', async () => {
    const { limited } = await asLimited();
    const failure = await migrate(opened(limited)).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: 'DatabaseError',
      message: expect.stringMatching(
        /^this PostgreSQL role lacks a privilege.*\(42501: permission denied for database \w+\)$/,
      ),
      hint: expect.stringMatching(
        /grant create on database.*create schema sharetrail authorization/,
      ),
    });
  });

  test('can use a schema that was created for it', async () => {
    const { limited, name, role } = await asLimited();
    await administer(server, `create schema sharetrail authorization ${role}`, name);
    const db = opened(limited);
    await migrate(db);
    await heldLease(db, 0);
  });

  test('needs a second schema for the queue, which the message names', async () => {
    const { limited, name, role } = await asLimited();
    await administer(server, `create schema sharetrail authorization ${role}`, name);
    const { signal } = new AbortController();
    const db = opened(limited);
    const open = () =>
      openRunQueue(limited, {
        db,
        clock: systemClock,
        log: recordLog({ isDebug: false }).log,
        signal,
      });
    await expect(open()).rejects.toMatchObject({
      message: expect.stringContaining('this PostgreSQL role lacks a privilege'),
      hint: expect.stringContaining('create schema pgboss authorization'),
    });
    await administer(server, `create schema pgboss authorization ${role}`, name);
    const queue = await open();
    await queue.close();
  });

  test('is warned about the queue by `check`, until it owns its schema', async () => {
    const { limited, name, role } = await asLimited();
    expect(await queueCheck(limited)).toMatchObject({ status: 'skipped' });
    await administer(server, `create schema sharetrail authorization ${role}`, name);
    const warned = {
      status: 'warning',
      hint: expect.stringContaining('create schema pgboss authorization'),
    };
    expect(await queueCheck(limited)).toMatchObject(warned);
    await administer(server, 'create schema pgboss', name);
    expect(await queueCheck(limited)).toMatchObject(warned);
    await administer(server, `alter schema pgboss owner to ${role}`, name);
    expect(await queueCheck(limited)).toMatchObject({ status: 'ok' });
  });

  test('is warned about the tables of another role, exactly as long as it cannot use them', async () => {
    const { limited, name, role } = await asLimited();
    const administrator = inject('postgres').user;
    const { signal } = new AbortController();
    const open = async (database: string) => {
      const queue = await openRunQueue(database, {
        db: opened(database),
        clock: systemClock,
        log: silentLogger,
        signal,
      });
      await queue.close();
    };
    const refused = { message: expect.stringContaining('this PostgreSQL role lacks a privilege') };
    const warned = {
      status: 'warning',
      message: expect.stringContaining('cannot use the tables in the schema pgboss'),
      hint: expect.stringContaining(`grant ${administrator} to ROLE`),
    };
    const tablesOf = async (sql: string) => administer(server, sql, name);
    await tablesOf(`create schema sharetrail authorization ${role}`);
    await open(
      Object.assign(new URL(limited), { username: server.user, password: server.password }).href,
    );
    expect(await queueCheck(limited)).toMatchObject(warned);

    await tablesOf(`alter schema pgboss owner to ${role}`);
    expect(await queueCheck(limited)).toMatchObject(warned);
    await expect(open(limited)).rejects.toMatchObject(refused);

    await tablesOf(
      `grant select, insert, update, delete on all tables in schema pgboss to ${role}`,
    );
    expect(await queueCheck(limited)).toMatchObject({ status: 'ok' });
    await open(limited);

    // As after an upgrade.
    await tablesOf('update pgboss.version set version = version - 1');
    expect(await queueCheck(limited)).toMatchObject(warned);
    await expect(open(limited)).rejects.toMatchObject(refused);

    await tablesOf(`grant ${administrator} to ${role}`);
    expect(await queueCheck(limited)).toMatchObject({ status: 'ok' });
  });

  test('sees no queue, rather than a failure, in a schema that it may not use', async () => {
    const { limited, name, role } = await asLimited();
    await administer(server, `create schema sharetrail authorization ${role}`, name);
    const db = opened(limited);
    await administer(server, 'create schema pgboss', name);
    const columns = 'name text, state text, start_after timestamptz';
    await administer(server, `create table pgboss.job (${columns})`, name);
    expect(await queueDepth(db)).toBeUndefined();
    await administer(server, `grant usage on schema pgboss to ${role}`, name);
    expect(await queueDepth(db)).toBeUndefined();
    await administer(server, `grant select on pgboss.job to ${role}`, name);
    expect(await queueDepth(db)).toEqual({ waiting: 0, delayed: 0, active: 0 });
  });

  test('control: is not warned if it can create schemas', async () => {
    const { limited, name, role } = await asLimited();
    await administer(server, `grant create on database ${name} to ${role}`);
    expect(await queueCheck(limited)).toMatchObject({ status: 'ok' });
  });
});
