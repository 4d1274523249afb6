import { describe, expect, test } from 'vitest';
import { type CliWorld, startCliWorld, TENANT } from '../support/cli-world.ts';

async function syncedWorld(): Promise<CliWorld> {
  const world = await startCliWorld();
  world.deliver(3);
  await world.run('sync');
  return world;
}

describe('sharetrail explain', () => {
  test('explains each share of a person, newest first', async () => {
    await using world = await syncedWorld();
    const [event] = JSON.parse(`[${(await world.run('events --json --limit 1')).stdout}]`);
    const [email] = event.recipients;
    const { code, stdout } = await world.run(`explain ${email}`);
    expect(code).toBe(0);
    expect(stdout.match(/Gong accepted the event on/g)).toHaveLength(3);
    expect(stdout.indexOf(event.eventId)).toBeGreaterThan(-1);
    const lines = (await world.run(`explain ${email} --limit 2 --json`)).stdout.trim().split('\n');
    const records = lines.map((line) => JSON.parse(line));
    expect(records).toHaveLength(2);
    expect(records[0]).toEqual({
      tenant: TENANT,
      eventId: event.eventId,
      source: 'salesforce',
      state: 'delivered',
      reason: null,
      sharedAt: event.sharedAt,
      content: event.content,
      sentences: expect.arrayContaining([expect.stringContaining('Gong accepted the event')]),
    });
  });

  test('finds an event by its ID, a prefix of it, and the Id and links of its delivery', async () => {
    await using world = await syncedWorld();
    const [event] = JSON.parse(`[${(await world.run('events --json --limit 1')).stdout}]`);
    const { eventId, shareId, content } = event;
    for (const text of [eventId, eventId.slice(0, -1), shareId, content.id, content.url]) {
      const { stdout } = await world.run(`explain ${text} --json`);
      const found = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).eventId);
      expect(found, text).toContain(eventId);
    }
  });

  test('says what is known and what can be the reason if no share is found; exit code 0', async () => {
    await using world = await syncedWorld();
    const text = 'stranger@elsewhere.example';
    const { code, stdout } = await world.run(`explain ${text}`);
    expect(code).toBe(0);
    expect(stdout).toContain(`No share of ${TENANT} contains “${text}”.`);
    expect(stdout).toMatch(/Salesforce was last read on/);
    expect(stdout).toMatch(/Only shares since .* are reported/);
    expect(stdout).toContain('Google Drive is not read: the tenant file has no googleDrive.');
    const record = JSON.parse((await world.run(`explain ${text} --json`)).stdout);
    expect(record).toMatchObject({ tenant: TENANT, eventId: null });
    expect(record.sentences.length).toBeGreaterThan(2);
  });

  test('says that a colleague is internal', async () => {
    await using world = await syncedWorld();
    const [domain] = world.sandbox.credentials.internalDomains;
    const { stdout } = await world.run(`explain colleague@${domain}`);
    expect(stdout).toContain(`colleague@${domain} is internal (internalDomains)`);
  });

  test('before the first run, says so', async () => {
    await using world = await startCliWorld();
    const { stdout } = await world.run('explain 069000000000001AAA');
    expect(stdout).toContain(`No run of ${TENANT} has started yet.`);
  });

  test('without TEXT is a usage error', async () => {
    await using world = await startCliWorld();
    expect(await world.run('explain')).toMatchObject({ code: 2 });
  });
});

describe('sharetrail events', () => {
  test('lists the events that --search, --reason and --source select', async () => {
    await using world = await syncedWorld();
    const all = (await world.run('events --json')).stdout.trim().split('\n');
    const [email] = JSON.parse(all[0] ?? '').recipients;
    const count = async (options: string) =>
      (await world.run(`events --json ${options}`)).stdout.split('\n').length - 1;
    expect(await count(`--search ${email}`)).toBe(3);
    expect(await count(`--search ${email} --limit 2`)).toBe(2);
    expect(await count(`--search ${email} --state held`)).toBe(0);
    expect(await count('--search stranger@elsewhere.example')).toBe(0);
    expect(await count('--source salesforce')).toBe(3);
    expect(await count('--source google-drive')).toBe(0);
    expect(await count('--reason unmatched')).toBe(0);
    expect(await world.run('events --reason boredom')).toMatchObject({ code: 2 });
  });
});
