import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TenantConfig } from '../../src/config/types.ts';
import { backfillStream } from '../../src/db/backfills.ts';
import { readBindings } from '../../src/db/bindings.ts';
import { LeaseLost } from '../../src/lib/errors.ts';
import { Secret } from '../../src/lib/secret.ts';
import { rebind } from '../../src/operator/rebind.ts';
import { planRebind } from '../../src/operator/rebind-plan.ts';
import { listEvents } from '../../src/outbox/list-events.ts';
import { dryRun } from '../../src/runs/dry-run.ts';
import { startDriveWorld } from '../support/drive-world.ts';
import { stealLeaseAt } from '../support/failing-database.ts';
import { startWorld, type World } from '../support/world.ts';

const signal = new AbortController().signal;
const SANDBOX_ORG = '00DHp000000sbxAMAQ';
const DAY_MS = 86_400_000;

/** A rehearsal against a sandbox org, then production. Both have the Ids of a full copy. */
let rehearsal: World;
let production: World;
beforeEach(async () => {
  rehearsal = await startWorld({ org: { isSandbox: true, organizationId: SANDBOX_ORG } });
  production = await startWorld();
});
afterEach(() => Promise.all([rehearsal.close(), production.close()]));

/** The rehearsal's tenant, with the production org behind its name. */
function moved(): TenantConfig {
  return { ...rehearsal.tenant, salesforce: production.tenant.salesforce };
}

function deliver({ org, clock }: World, title: string, daysAgo = 0): string {
  const email = 'ada@globex.example';
  const contact = org.add('Contact', { LastName: 'Byron', Email: email });
  const at = clock.now() - daysAgo * DAY_MS;
  return org.deliver({ title, relatedTo: contact, at }).deliveryId;
}

async function rebindMoved(tenant = moved(), readFrom?: number) {
  const context = await rehearsal.context();
  const plan = await planRebind(context, tenant, { vendor: undefined, signal });
  return { plan, report: await rebind(context, plan, { readFrom, signal }) };
}

async function eventsOf(world: World) {
  const { db } = await world.context();
  const windows = [{ tenants: ['acme'] }];
  return listEvents(db, { windows, limit: 100 });
}

describe('another org behind the same tenant name', () => {
  test.each([
    ['sync', (tenant: TenantConfig) => rehearsal.sync({ tenant })],
    ['backfill', (tenant: TenantConfig) => rehearsal.backfill({ since: 0 }, { tenant })],
  ])('a %s fails, reads and sends nothing, and names the command', async (_kind, run) => {
    deliver(rehearsal, 'Rehearsed');
    await rehearsal.sync({ push: 'queue-only' });
    deliver(production, 'Real');
    const before = production.org.counters.total;
    expect(await run(moved())).toMatchObject({
      outcome: 'failed',
      found: { salesforce: 0 },
      delivered: 0,
      pending: 1,
      calls: { salesforce: 0, gong: 0 },
      errors: [
        {
          stage: 'salesforce',
          message:
            `acme belongs to the Salesforce org ${SANDBOX_ORG}, ` +
            `but the login leads to the org ${production.org.organizationId}`,
          hint: expect.stringContaining('`sharetrail rebind acme`'),
        },
      ],
    });
    expect(production.org.counters.total).toBe(before);
    expect(rehearsal.gong.events).toEqual([]);
  });

  test('a dry run says the same, and shows nothing', async () => {
    deliver(rehearsal, 'Rehearsed');
    await rehearsal.sync({ push: 'queue-only' });
    const shown: unknown[] = [];
    const plan = { add: async (event: unknown) => void shown.push(event), drop: () => {} };
    const context = await rehearsal.context();
    const options = { tenant: moved(), reach: 'new', signal, plan, listeners: [] } as const;
    const { errors } = await dryRun(context, options);
    expect(errors).toMatchObject([{ stage: 'salesforce', message: /leads to the org/ }]);
    expect(shown).toEqual([]);
  });

  test('after rebind, every share of the new org is reported, and no unsent one of the old', async () => {
    for (let day = 0; day < 3; day += 1) deliver(rehearsal, `Rehearsed ${day}`, day);
    await rehearsal.sync({ push: 'queue-only' });
    const ids = [0, 1, 2, 3].map((day) => deliver(production, `Real ${day}`, day));
    const { report } = await rebindMoved();
    expect(report?.changes).toEqual([
      {
        vendor: 'salesforce',
        from: SANDBOX_ORG,
        to: production.org.organizationId,
        skipped: 3,
      },
    ]);
    expect(await rehearsal.sync({ tenant: moved() })).toMatchObject({
      outcome: 'ok',
      found: { salesforce: 4 },
      delivered: 4,
    });
    const sent = rehearsal.gong.events.map(({ body }) => body?.['eventId']);
    expect(sent.toSorted()).toEqual(ids.map((id) => `salesforce:${id}`).toSorted());
    const skipped = (await eventsOf(rehearsal)).filter(({ state }) => state === 'skipped');
    expect(skipped.map(({ reason }) => reason)).toEqual(['rebound', 'rebound', 'rebound']);
  });

  test('a rebind that loses the lock changes nothing', async () => {
    deliver(rehearsal, 'Rehearsed');
    await rehearsal.sync({ push: 'queue-only' });
    const { db } = await rehearsal.context();
    const before = await readBindings(db, 'acme');
    await stealLeaseAt(db, 'lease');
    await expect(rebindMoved()).rejects.toBeInstanceOf(LeaseLost);
    expect(await readBindings(db, 'acme')).toEqual(before);
    expect((await eventsOf(rehearsal)).map(({ state }) => state)).toEqual(['pending']);
  });

  test('--since replaces the start of the source, earlier or later', async () => {
    await rehearsal.sync();
    const { clock } = rehearsal;
    for (const daysAgo of [40, 10, 5]) deliver(production, `${daysAgo} days ago`, daysAgo);
    const tenant = { ...moved(), start: clock.now() - 8 * DAY_MS };
    await rebindMoved(tenant, clock.now() - 20 * DAY_MS);
    expect(await rehearsal.sync({ tenant })).toMatchObject({ delivered: 2 });
    // The next runs resume from there.
    deliver(production, 'Today');
    expect(await rehearsal.sync({ tenant })).toMatchObject({ delivered: 1, skipped: {} });
  });

  test('a window of the old org does not count as read, nor do its skipped shares come back', async () => {
    const { clock } = rehearsal;
    const start = clock.now() - DAY_MS;
    const since = clock.now() - 30 * DAY_MS;
    deliver(rehearsal, 'Rehearsed', 5);
    const tenant = { ...rehearsal.tenant, start };
    await rehearsal.sync({ tenant });
    await rehearsal.backfill({ since }, { tenant, push: 'queue-only' });
    // As if the backfill had been interrupted at its end.
    const { db } = await rehearsal.context();
    const stream = backfillStream({ tenant: 'acme', source: 'salesforce', since });
    const position = JSON.stringify({ mark: new Date(clock.now()).toISOString() });
    await db
      .insertInto('cursor')
      .values({ tenant: 'acme', stream, position, updated_at: clock.now() })
      .execute();
    deliver(production, 'Real', 5);
    const target = { ...moved(), start };
    await rebindMoved(target);
    expect(await rehearsal.backfill({ since }, { tenant: target })).toMatchObject({ delivered: 1 });
    expect(rehearsal.gong.events.map(({ body }) => body?.['contentTitle'])).toEqual(['Real']);
  });

  test('an odd row of the old org is not read in the new one', async () => {
    await rehearsal.sync();
    const { db } = await rehearsal.context();
    const id = deliver(rehearsal, 'Odd');
    const row = JSON.stringify({ Id: id, CreatedDate: new Date().toISOString(), Name: 'Odd' });
    const odd = { kind: 'delivery', id, problem: 'Name', row, place: '{}', version: '0.0.1' };
    const kept = { ...odd, tenant: 'acme', at: rehearsal.clock.now() };
    await db
      .insertInto('set_aside')
      .values([
        { ...kept, source: 'salesforce' },
        { ...kept, source: 'google-drive' },
      ])
      .execute();
    await rebindMoved();
    const { found } = await rehearsal.sync({ tenant: moved() });
    expect(found).toEqual({ salesforce: 0, 'google-drive': 0 });
    const left = await db.selectFrom('set_aside').select('source').execute();
    expect(left).toEqual([{ source: 'google-drive' }]);
  });

  test('moving back reopens what was skipped', async () => {
    const id = deliver(rehearsal, 'Rehearsed');
    await rehearsal.sync({ push: 'queue-only' });
    await rebindMoved();
    expect(await rehearsal.sync({ tenant: moved() })).toMatchObject({ delivered: 0 });
    await rebindMoved(rehearsal.tenant);
    expect(await rehearsal.sync()).toMatchObject({ outcome: 'ok', delivered: 1 });
    expect(rehearsal.gong.events[0]?.body).toMatchObject({
      eventId: `salesforce:${SANDBOX_ORG}:${id}`,
    });
  });

  test('rebind refuses while a run holds the lock, and changes nothing without a change', async () => {
    await rehearsal.sync();
    const same = await rebindMoved(rehearsal.tenant);
    expect(same.plan.changes).toEqual([]);
    const context = await rehearsal.context();
    const plan = await planRebind(context, moved(), { vendor: undefined, signal });
    const lease = {
      name: 'tenant acme',
      holder: context.holder(),
      until: context.clock.now() + 9_999,
    };
    await context.db.insertInto('lease').values(lease).execute();
    expect(await rebind(context, plan, { readFrom: undefined, signal })).toBeUndefined();
    await context.db.deleteFrom('lease').execute();
    expect(await rehearsal.sync({ tenant: moved() })).toMatchObject({ outcome: 'failed' });
  });
});

describe('the first run after an upgrade', () => {
  test('records the org silently, with one more call', async () => {
    deliver(production, 'Real');
    const first = await production.sync();
    deliver(production, 'Next');
    const second = await production.sync();
    expect([first, second]).toMatchObject([{ outcome: 'ok' }, { outcome: 'ok' }]);
    expect(first.calls.salesforce - second.calls.salesforce).toBe(1);
  });

  test('an org that Salesforce does not name is not recorded', async () => {
    const { server, org } = production;
    org.denyObject('Organization');
    const token = { access_token: 'opaque', instance_url: server.origins.salesforce };
    server.faults.add({
      vendor: 'salesforce',
      pathIncludes: '/services/oauth2/token',
      times: 1,
      action: { kind: 'answer', status: 200, body: token },
    });
    await production.sync();
    const { db } = await production.context();
    const rows = await db.selectFrom('binding').select('vendor').execute();
    expect(rows).toEqual([{ vendor: 'gong' }]);
  });
});

describe('the events of a sandbox', () => {
  test('carry the org’s Id, so a full copy swallows nothing of production in the same Gong', async () => {
    const ids = [deliver(rehearsal, 'Copy'), deliver(production, 'Original')];
    expect(ids[0]).toBe(ids[1]);
    const gong = { ...production.tenant.gong, baseUrl: rehearsal.server.origins.gong };
    await rehearsal.sync();
    const report = await production.sync({ tenant: { ...production.tenant, gong } });
    expect(report).toMatchObject({ delivered: 1, duplicates: 0 });
    expect(rehearsal.gong.events.map(({ body }) => body?.['eventId'])).toEqual([
      `salesforce:${SANDBOX_ORG}:${ids[0]}`,
      `salesforce:${ids[1]}`,
    ]);
  });

  test('carry it in Drive, too: a rehearsal reads the same Drive as production', async () => {
    const eventIds: string[] = [];
    for (const isSandbox of [true, false]) {
      const world = await startDriveWorld();
      try {
        world.sandbox.salesforce.update(world.sandbox.salesforce.organizationId, {
          IsSandbox: isSandbox,
        });
        const ann = world.google.addUser(`ann@${world.domain}`);
        for (const detect of [['audit-log'], ['changes']] as const) {
          world.configure({ detect: [...detect] });
          await world.sync();
          const file = world.google.createFile({ name: detect[0], owner: ann });
          world.google.share(file, { to: 'ada@globex.example', by: ann, role: 'writer' });
          await world.sync();
        }
        const org = world.sandbox.salesforce.organizationId;
        const events = await world.events();
        eventIds.push(...events.map(({ eventId }) => eventId.replace(org, 'ORG')));
      } finally {
        await world.close();
      }
    }
    expect(eventIds).toEqual([
      expect.stringMatching(/^drive:ORG:[0-9a-f]{32}$/),
      expect.stringMatching(/^drive:ORG:[0-9a-f]{32}$/),
      expect.stringMatching(/^drive:[0-9a-f]{32}$/),
      expect.stringMatching(/^drive:[0-9a-f]{32}$/),
    ]);
  });

  test('keep the ids that an earlier version gave them', async () => {
    const known = deliver(rehearsal, 'Known');
    await rehearsal.sync();
    const { db } = await rehearsal.context();
    // As an earlier version left the database.
    const plain = `salesforce:${known}`;
    await db.deleteFrom('attempt').execute();
    await db.updateTable('event').set({ event_id: plain }).execute();
    await db.deleteFrom('binding').execute();
    const next = deliver(rehearsal, 'Next');
    expect(await rehearsal.sync({ reach: 'all' })).toMatchObject({ found: { salesforce: 1 } });
    const stored = (await eventsOf(rehearsal)).map(({ eventId }) => eventId);
    expect(stored.toSorted()).toEqual([plain, `salesforce:${SANDBOX_ORG}:${next}`].toSorted());
  });
});

describe('another Gong account', () => {
  const auth = {
    flow: 'access-key',
    accessKey: new Secret('OTHERKEY123456'),
    accessKeySecret: new Secret('other-secret-123456'),
  } as const;

  test('the run fails; after rebind, pending events go to the new account', async () => {
    deliver(production, 'Sent');
    await production.sync();
    deliver(production, 'Pending');
    await production.sync({ push: 'queue-only' });
    const tenant = { ...production.tenant, gong: { ...production.tenant.gong, auth } };
    expect(await production.sync({ tenant })).toMatchObject({
      outcome: 'failed',
      delivered: 0,
      errors: [{ stage: 'gong', hint: expect.stringContaining('`sharetrail rebind acme`') }],
    });
    const context = await production.context();
    const plan = await planRebind(context, tenant, { vendor: 'gong', signal });
    expect(plan.changes).toEqual([{ vendor: 'gong', skipped: 0 }]);
    await rebind(context, plan, { readFrom: undefined, signal });
    expect(await production.sync({ tenant, push: 'queue-only' })).toMatchObject({
      outcome: 'ok',
      pending: 1,
    });
  });

  test.each([
    [
      'the customer’s own address',
      'https://us-49467.api.gong.io',
      'https://us-49467.api.gong.io/',
      0,
    ],
    ['the shared address', 'https://api.gong.io', 'https://api.gong.io', 1],
    ['another customer’s address', 'https://us-49467.api.gong.io', 'https://us-1.api.gong.io', 1],
  ])('a new key at %s', async (_what, before, after, changes) => {
    const { tenant } = production;
    await production.sync({ tenant: { ...tenant, gong: { ...tenant.gong, baseUrl: before } } });
    const rotated = { ...tenant, gong: { ...tenant.gong, baseUrl: after, auth } };
    const { errors } = await production.sync({ tenant: rotated });
    expect(errors).toHaveLength(changes);
  });
});

describe('another Google Workspace', () => {
  test.each([
    ['in the directory', 'all'],
    ['in the audit log', ['ann@acme.example']],
  ] as const)('is recognized by its customer id %s', async (_where, users) => {
    const world = await startDriveWorld({ users });
    try {
      const { google } = world;
      const ann = google.addUser(`ann@${world.domain}`);
      const admin = google.addUser({
        email: `root@${world.domain}`,
        privileges: ['directory', 'reports', 'drives'],
      });
      const file = google.createFile({ name: 'Pricing', owner: ann });
      google.share(file, { to: 'ada@globex.example', by: ann, role: 'writer' });
      expect(await world.sync()).toMatchObject({ found: { 'google-drive': 1 } });
      const { calls } = await world.sync();
      google.state.settings.customerId = 'C04other';
      // The same credentials lead to the same Workspace: no call is spent on it.
      expect((await world.sync()).calls.google).toBe(calls.google);
      const { auth } = world.tenant.googleDrive ?? {};
      if (auth?.flow !== 'service-account') throw new Error('the world signs in as a service');
      world.configure({ auth: { ...auth, adminSubject: admin } });
      const failed = await world.sync();
      expect(failed).toMatchObject({
        outcome: 'failed',
        errors: [
          {
            stage: 'google-drive',
            message:
              `${world.tenant.tenant} belongs to the Google customer C03sandbox, ` +
              'but the sign-in leads to the customer C04other',
          },
        ],
      });
      const context = await world.context();
      const plan = await planRebind(context, world.tenant, { vendor: undefined, signal });
      expect(plan.changes).toEqual([
        { vendor: 'google-drive', from: 'C03sandbox', to: 'C04other', skipped: 1 },
      ]);
      await rebind(context, plan, { readFrom: undefined, signal });
      expect(await context.db.selectFrom('grant').selectAll().execute()).toEqual([]);
      expect(await world.sync()).toMatchObject({ outcome: 'ok' });
    } finally {
      await world.close();
    }
  });
});
