import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';

let world: CliWorld;

beforeEach(async () => {
  world = await startCliWorld();
});

afterEach(() => world[Symbol.asyncDispose]());

test('without a database, prints one body per line and the calls, and creates no file', async () => {
  world.deliver(12);
  const before = filesOf(world);

  const { code, stdout, stderr } = await world.run('sync --dry-run --json');

  expect(code).toBe(0);
  expect(filesOf(world)).toEqual(before);
  expect(world.sandbox.traffic.gong.counts.requests).toBe(0);
  const { total } = world.sandbox.salesforce.counters;
  expect(stderr).toContain('sandbox: a run would send 12 events; nothing was written.');
  expect(stderr).toContain(`this took ${total} Salesforce calls`);
  expect(stderr).toContain('a run would take 12 Gong calls');
  // A run sends exactly these bodies.
  expect(await world.run('sync')).toMatchObject({ code: 0 });
  const sent = world.sandbox.gong.events.map(({ body }) => body);
  // Several requests are in flight at a time, so they can arrive in another order.
  expect(sorted(bodiesIn(stdout))).toEqual(sorted(sent));
  expect(bodiesIn(stdout)).toHaveLength(12);
});

test('without a database, prints the bodies from Drive and the Google calls', async () => {
  const { google, origins, credentials, clock } = world.sandbox;
  const { adminSubject } = credentials.google;
  const auth = { flow: 'service-account', key: '${file:secrets/google-key.json}', adminSubject };
  world.configure({
    googleDrive: { auth, endpoint: origins.google },
    crm: { holdDays: 0 },
  });
  const ann = google.addUser(`ann@${google.domain}`);
  const file = google.createFile({ name: 'Deck', owner: ann });
  google.share(file, { to: 'ada@globex.example', by: ann, at: clock.now() - 600_000 });
  const before = filesOf(world);
  const { code, stdout, stderr } = await world.run('sync --dry-run --json');
  expect(code).toBe(0);
  expect(filesOf(world)).toEqual(before);
  expect(bodiesIn(stdout)).toMatchObject([{ contentId: file, sharer: { email: ann } }]);
  expect(stderr).toMatch(/this took \d+ Salesforce calls? .* and \d+ Google calls;/);
});

test('with a database, prints the pending events, then the new ones, and changes no byte', async () => {
  const waiting = world.deliver(5);
  await world.run('sync --no-push');
  const found = world.deliver(5);
  world.sandbox.salesforce.deliver({ title: 'To an unknown person' });
  const before = filesOf(world);
  const gong = world.sandbox.traffic.gong.counts.requests;

  const { code, stdout, stderr } = await world.run('sync --dry-run --json');

  expect(code).toBe(0);
  expect(bodiesIn(stdout).map(({ shareId }) => shareId)).toEqual([...waiting, ...found]);
  expect(stderr).toContain('a run would send 10 events, hold 1; nothing was written.');
  expect(filesOf(world)).toEqual(before);
  expect(world.sandbox.traffic.gong.counts.requests).toBe(gong);
  // A second run prints the same, because the first changed nothing.
  expect((await world.run('sync --dry-run --json')).stdout).toBe(stdout);
});

test('changes no byte after a kill that left commits in the write-ahead log', async () => {
  const ids = world.deliver(10);
  const gong = world.barrier({ vendor: 'gong' });
  const command = world.start('sync');
  await gong.reached();
  command.kill('SIGKILL');
  await command.ended();
  const before = filesOf(world);
  expect(before['sharetrail.db-wal']).toBeDefined();

  const { code, stdout } = await world.run('sync --dry-run --json');

  expect(code).toBe(0);
  expect(bodiesIn(stdout).map(({ shareId }) => shareId)).toEqual(ids);
  // Except the index of the log, in which each reader notes how far it has read.
  const { 'sharetrail.db-shm': _index, ...kept } = before;
  expect(filesOf(world)).toMatchObject(kept);
});

test('control: a real run changes the files', async () => {
  world.deliver(1);
  const before = filesOf(world);
  await world.run('sync --no-push');
  const between = filesOf(world);
  expect(between).not.toEqual(before);
  await world.run('sync');
  expect(filesOf(world)).not.toEqual(between);
});

test('exits with 1 and reports a failed source, and prints what could be read', async () => {
  const waiting = world.deliver(2);
  await world.run('sync --no-push');
  const body = [{ errorCode: 'INSUFFICIENT_ACCESS', message: 'no access' }];
  const action = { kind: 'answer', status: 403, body } as const;
  world.sandbox.faults.add({ vendor: 'salesforce', pathIncludes: '/query', action });
  const { code, stdout, stderr } = await world.run('sync --dry-run --json');
  expect(code).toBe(1);
  expect(bodiesIn(stdout).map(({ shareId }) => shareId)).toEqual(waiting);
  expect(stderr).toContain('salesforce: Salesforce returned INSUFFICIENT_ACCESS: no access');
});

test('prints a plan: what happens to each share and why, by name, in time order, the sum last', async () => {
  const { salesforce: org, clock } = world.sandbox;
  const account = org.add('Account', { Name: 'Globex' });
  const contact = org.add('Contact', {
    AccountId: account,
    FirstName: 'Ada',
    LastName: 'Byron',
    Email: 'ada@globex.example',
  });
  const deal = org.add('Opportunity', {
    AccountId: account,
    Name: 'Renewal',
    StageName: 'Prospecting',
    CloseDate: '2099-01-01',
    CreatedDate: clock.now() - 86_400_000,
    IsClosed: false,
  });
  const at = (minutes: number) => clock.now() - minutes * 60_000;
  org.deliver({ title: 'Waiting', relatedTo: contact, at: at(13.5) });
  await world.run('sync --no-push');
  org.deliver({ title: 'Late', relatedTo: contact, at: at(12) });
  org.deliver({ title: 'Unknown', at: at(14) });
  const inside = org.add('Contact', {
    LastName: 'In',
    Email: `in@${world.sandbox.credentials.internalDomains[0]}`,
  });
  org.deliver({ title: 'Internal', relatedTo: inside, at: at(13) });

  const { code, stdout, stderr } = await world.run('sync --dry-run');

  expect(code).toBe(0);
  const [heading, ...lines] = stdout.trimEnd().split('\n');
  expect(heading).toBe('sandbox (times in UTC)');
  const titles = lines.map((line) => /“(\w+)”/.exec(line)?.[1]);
  expect(titles).toEqual(['Unknown', 'Waiting', 'Internal', 'Late', undefined]);
  const records = `on Opportunity “Renewal” (${deal}), Account “Globex” (${account}), Contact “Ada Byron” (${contact})`;
  expect(lines[1]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}send {2}“Waiting” from /);
  expect(lines[1]).toContain(`to Ada Byron <ada@globex.example>, ${records}`);
  expect(lines[0]).toMatch(
    / {2}hold until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(unmatched\) {2}“Unknown”/,
  );
  expect(lines[2]).toContain('  skip (internal-only)  “Internal”');
  expect(lines[3]).toContain(records);
  expect(lines[4]).toBe(
    'sandbox: a run would send 2 events, hold 1, skip 1 (1 internal-only); nothing was written.',
  );
  expect(stderr).toContain('a run would take 2 Gong calls');
});

function sorted(bodies: readonly unknown[]): string[] {
  return bodies.map((body) => JSON.stringify(body)).toSorted();
}

function bodiesIn(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Every file below the world's folder by its bytes and the time of its last change. */
function filesOf({ folder }: CliWorld): Record<string, string> {
  const names = readdirSync(folder, { recursive: true }).map(String).toSorted();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(
    files.map((name) => {
      const path = join(folder, name);
      const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
      return [name, `${hash} ${statSync(path).mtimeMs}`];
    }),
  );
}
