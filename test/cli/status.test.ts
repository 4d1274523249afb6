import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCliWorld, TENANT, writeConfigFile } from '../support/cli-world.ts';

const HOUR_MS = 60 * 60_000;

test('status --exit-code exits with 1 and says why if something needs attention', async () => {
  await using world = await startCliWorld();
  world.configure({ schedule: '0 2 * * *' });
  expect(await world.run('status --exit-code')).toMatchObject({ code: 0, stderr: '' });
  world.deliver(1);
  world.sandbox.faults.add({ vendor: 'gong', times: 1, action: { kind: 'answer', status: 401 } });
  await world.run('sync');
  const failed = await world.run('status --exit-code');
  expect(failed).toMatchObject({ code: 1, stderr: '' });
  expect(failed.stdout).toMatch(/^sandbox +failed +\S+ \d\d:\d\d UTC +\S+ 02:00 UTC +1 pending/m);
  expect(failed.stdout).toMatch(
    /^Needs attention\n {2}sandbox: gong: Gong refused \(401\): .*\n {4}\S.*\.$/m,
  );
  expect(await world.run('status')).toMatchObject({ code: 0, stdout: failed.stdout });
  const { code, stdout } = await world.run('status --json --exit-code');
  expect(code).toBe(1);
  expect(JSON.parse(stdout).tenants).toMatchObject([
    {
      health: 'failed',
      attention: { message: expect.stringContaining('Gong refused (401)') },
      nextRun: expect.stringMatching(/T02:00:00.000Z$/),
    },
  ]);
  await world.run('sync');
  expect(await world.run('status --exit-code')).toMatchObject({ code: 0 });
});

test.each(['86400000', 'Fri, 31 Dec 2100 23:59:59 GMT'])(
  'a Retry-After of %s needs attention, and status shows until when the account is paused',
  async (retryAfter) => {
    await using world = await startCliWorld();
    const other = readFileSync(join(world.folder, 'tenants/sandbox.yaml'), 'utf8');
    writeConfigFile(world, 'tenants/other.yaml', other.replace('tenant: sandbox', 'tenant: other'));
    world.deliver(1);
    const headers = { 'retry-after': retryAfter };
    const action = { kind: 'answer', status: 429, headers, body: '{}' } as const;
    world.sandbox.faults.add({ vendor: 'gong', times: 1, action });
    expect(await world.run('sync --tenant sandbox')).toMatchObject({ code: 0 });
    await world.run('sync --tenant sandbox');
    const { code, stdout } = await world.run('status --exit-code');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^sandbox +paused .* 1 pending /m);
    expect(stdout).toMatch(/^ {2}sandbox: Gong requested a pause of more than 24 hours/m);
    const paused = / {2}other, sandbox: [\d,]+ of [\d,]+; Gong paused until (\S+ \S+) UTC\n$/.exec(
      stdout,
    );
    const hours = (Date.parse(`${paused?.[1]}Z`) - world.sandbox.clock.now()) / HOUR_MS;
    expect(hours).toBeGreaterThan(23);
    expect(hours).toBeLessThanOrEqual(24);
    const { tenants } = JSON.parse((await world.run('status --json')).stdout);
    expect(tenants).toMatchObject([
      { tenant: 'other', health: 'new', gong: { pausedUntil: tenants[1].gong.pausedUntil } },
      { tenant: 'sandbox', health: 'paused', gong: { pausedUntil: expect.any(String) } },
    ]);
  },
);

test('a tenant with a faulty file is the first row; --json has the valid tenants', async () => {
  await using world = await startCliWorld();
  await world.run('sync');
  writeConfigFile(world, 'tenants/typo.yaml', 'tenant: typo\n');
  const { code, stdout } = await world.run('status');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^tenant .*\ntypo +faulty +- .*\nsandbox +ok /);
  const json = await world.run('status --json');
  expect(JSON.parse(json.stdout).tenants).toMatchObject([{ tenant: TENANT, health: 'ok' }]);
});

test('the calls left of an account are unknown without its credentials, and the rest is shown', async () => {
  await using world = await startCliWorld();
  await world.run('sync');
  rmSync(join(world.folder, 'secrets'), { recursive: true });
  const { code, stdout } = await world.run('status');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^sandbox +ok /m);
  expect(stdout).toContain("  sandbox: unknown: Gong's credentials cannot be read here\n");
});

test('status --verbose shows the change logs of many users in one line, and cursors readably', async () => {
  await using world = await startCliWorld();
  const { google, origins, credentials } = world.sandbox;
  const { adminSubject } = credentials.google;
  const auth = { flow: 'service-account', key: '${file:secrets/google-key.json}', adminSubject };
  world.configure({ googleDrive: { auth, endpoint: origins.google } });
  for (let number = 0; number < 30; number += 1) google.addUser(`user-${number}@${google.domain}`);
  await world.run('sync --no-push');
  world.query(
    `UPDATE cursor SET position = ? WHERE stream =
       (SELECT min(stream) FROM cursor WHERE stream LIKE 'drive/changes/user/%')`,
    JSON.stringify({
      token: '7',
      sweep: { kind: 'compare', startedAt: '2026-11-02T00:00:00.000Z' },
    }),
  );
  const { stdout } = await world.run('status --verbose');
  expect(stdout).toMatch(
    /drive\/changes\/… {2}31 change logs, 1 being read in full, oldest read at \d/,
  );
  expect(stdout).toMatch(
    / drive\/audit-log\/\S+ {2}until \S+ \d\d:\d\d UTC, stored at \S+ \d\d:\d\d UTC\n/,
  );
  // The database also remembers the internal domains with the cursors, as JSON.
  expect(stdout).not.toMatch(/\[|\{|internal-domains|drive\/users/);
  expect((await world.run('status')).stdout).not.toMatch(/drive\/|\[|\{/);
  const { tenants } = JSON.parse((await world.run('status --json')).stdout);
  expect(tenants[0].cursors.length).toBeGreaterThan(30);
});

test('a shared drive that only groups can edit is in status, and not an error of each night', async () => {
  await using world = await startCliWorld();
  const { google, origins, credentials } = world.sandbox;
  const { adminSubject } = credentials.google;
  const auth = { flow: 'service-account', key: '${file:secrets/google-key.json}', adminSubject };
  world.configure({ googleDrive: { auth, endpoint: origins.google } });
  const ann = google.addUser(`ann@${google.domain}`);
  const group = `sales@${google.domain}`;
  google.addGroup(group, [ann]);
  const id = google.addSharedDrive({ name: 'Deals', members: { [group]: 'organizer' } });
  for (const _night of [1, 2]) {
    const { code, stderr } = await world.run('sync --no-push');
    expect({ code, errors: stderr.includes('"level":"error"') }).toEqual({
      code: 0,
      errors: false,
    });
    const { stdout } = await world.run('status --exit-code');
    expect(stdout.split(`  ${TENANT}: Deals (${id})\n`)).toHaveLength(2);
    expect(stdout).toMatch(/Make an active\s+user a\s+contributor/);
  }
  google.setMember(id, { member: ann, role: 'organizer', by: google.admin });
  expect(await world.run('sync --no-push')).toMatchObject({ code: 0 });
  expect((await world.run('status')).stdout).not.toContain('Deals');
});
