import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';

const HOUR_MS = 60 * 60_000;

let world: CliWorld;
let ids: string[];

// Three pending events, of which Gong has rejected one, newest first.
beforeAll(async () => {
  world = await startCliWorld();
  const [first] = world.deliver(3);
  const body = { requestId: '4al018gzaztcr8nbukw', errors: ['contentUrl: must be reachable'] };
  const action = { kind: 'answer', status: 400, body } as const;
  world.sandbox.faults.add({ vendor: 'gong', eventId: `salesforce:${first}`, action });
  await world.run('sync');
  const { stdout } = await world.run('events --json');
  ids = stdout.split('\n').flatMap((line) => (line === '' ? [] : JSON.parse(line).eventId));
});

afterAll(() => world[Symbol.asyncDispose]());

function rejectedId(): string {
  const id = ids.at(-1);
  if (id === undefined) throw new Error('no event');
  return id;
}

describe('a unique prefix of an ID', () => {
  // Salesforce's last three characters are a checksum of the others.
  const prefix = () => rejectedId().slice(0, -3);

  test('is accepted by show, retry, and skip', async () => {
    const shown = await world.run(`events show ${prefix()} --json`);
    expect(JSON.parse(shown.stdout)).toMatchObject({ eventId: rejectedId(), state: 'rejected' });
    expect(await world.run(`events retry ${prefix()} ${rejectedId()}`)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 event queued again'),
    });
    expect(await world.run(`events skip ${prefix()}`)).toMatchObject({
      code: 0,
      stdout: '1 event will not be sent.\n',
    });
    await world.run(`events retry ${prefix()}`);
    await world.run('sync');
  });

  test.each(['show', 'retry', 'skip'])('that is not unique is an error of %s', async (command) => {
    const { code, stdout, stderr } = await world.run(`events ${command} salesforce:`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('sharetrail: several events begin with "salesforce:":\n');
    for (const id of ids)
      expect(stderr).toMatch(new RegExp(`^ {2}${id} {2}sandbox {2}Proposal \\d$`, 'm'));
    const states = world.query<{ state: string }>('select state from event order by shared_at');
    expect(states.map(({ state }) => state)).toEqual(['rejected', 'delivered', 'delivered']);
  });

  test.each(['show', 'retry', 'skip'])('that is missing is an error of %s', async (command) => {
    const { code, stderr } = await world.run(`events ${command} salesforce:1`);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no event "salesforce:1"');
  });
});

describe('events', () => {
  test('in a pipe has complete IDs, and why an event was rejected', async () => {
    const { stdout } = await world.run('events --state rejected');
    expect(stdout).toMatch(/^content +state +why +to +from +shared +event\n/);
    expect(stdout).toMatch(
      / {2}rejected {2}contentUrl: must be reachable {2}ada@globex.example {2}/,
    );
    expect(stdout).toMatch(new RegExp(` \\d\\d:\\d\\d UTC {2}${rejectedId()}\n$`));
  });

  test('lists the shares from --since on, and those before --until', async () => {
    const at = (hours: number) =>
      new Date(world.sandbox.clock.now() - hours * HOUR_MS).toISOString();
    const rows = world.query<{ shared_at: number }>(
      'select shared_at from event order by shared_at',
    );
    const [first, second, third] = rows.map(({ shared_at }) => new Date(shared_at).toISOString());
    const found = async (window: string) => {
      const { stdout } = await world.run(`events ${window} --json`);
      return stdout.split('\n').flatMap((line) => (line === '' ? [] : JSON.parse(line).eventId));
    };
    expect(await found(`--until ${third}`)).toEqual(ids.slice(1));
    expect(await found(`--since ${second} --until ${third}`)).toEqual([ids[1]]);
    expect(await found(`--until ${first}`)).toEqual([]);
    expect(await found(`--until ${at(0)}`)).toEqual(ids);
  });

  test.each([
    '2026-13-01',
    '2026-00-01',
    '2026-02-30',
    '2026-02-30T00:00:00Z',
    '2026-11-01T24:00:00Z',
    '2026-11-01T23:60:00Z',
  ])('refuses the impossible time %s for --since and for --until', async (when) => {
    for (const option of ['--since', '--until']) {
      const { code, stdout, stderr } = await world.run(`events ${option} ${when} --json`);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(`"${when}" does not exist: no such day or time`);
    }
  });

  test('refuses an empty window', async () => {
    const { code, stderr } = await world.run('events --since 2026-11-02 --until 2026-11-02');
    expect(code).toBe(2);
    expect(stderr).toContain('--until is not after --since');
  });

  test.each(['0', '10001', '-1', '1e3', '5.5'])('refuses --limit %s', async (limit) => {
    const { code, stderr } = await world.run(`events --limit=${limit}`);
    expect(code).toBe(2);
    expect(stderr).toContain('a whole number from 1 to 10,000');
  });

  test('lists 50 events without --limit', async () => {
    for (let number = 0; number < 60; number += 1) {
      world.query(
        `insert into event select tenant, 'copy:' || ?, source, state, reason, priority, shared_at - 1,
         not_before, share, match, body, attempts, last_status, request_id, integration_id, errors,
         created_at, updated_at, erased_at from event where event_id = ?`,
        number,
        rejectedId(),
      );
    }
    const { stdout } = await world.run('events --json');
    expect(stdout.trimEnd().split('\n')).toHaveLength(50);
    const all = await world.run('events --json --limit 10000');
    expect(all.stdout.trimEnd().split('\n')).toHaveLength(63);
  });
});
