import { readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type CliWorld, startCliWorld, writeConfigFile } from '../support/cli-world.ts';
import { ON_SQLITE } from '../support/database.ts';
import { until } from '../support/until.ts';

let world: CliWorld;
let good: string;

/** `sandbox` is valid; `typo` is not. */
beforeAll(async () => {
  world = await startCliWorld();
  good = readFileSync(join(world.folder, 'tenants/sandbox.yaml'), 'utf8');
});

afterAll(() => world[Symbol.asyncDispose]());

beforeEach(() => {
  writeConfigFile(world, 'tenants/sandbox.yaml', good);
  writeConfigFile(world, 'tenants/typo.yaml', tenant('typo').replace('gong:', 'gongg:'));
});

function tenant(name: string): string {
  return good.replace('tenant: sandbox', `tenant: ${name}`);
}

const REPORT = /^sharetrail: typo: tenants\/typo\.yaml:.*\n.* gongg: unknown key/m;

describe('a tenant with a typo', () => {
  test('does not stop the others in sync: exit code 1, and its problem is reported', async () => {
    const [deliveryId] = world.deliver(1);
    const { code, stdout, stderr } = await world.run('sync --json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout).runs).toMatchObject([{ tenant: 'sandbox', outcome: 'ok' }]);
    expect(stderr).toMatch(REPORT);
    expect(deliveryId).toBeDefined();
    expect(world.sandbox.gong.events.length).toBe(1);
  });

  test.each([
    ['backfill --since 2026-01-01 --source salesforce', 1],
    ['status', 1],
    ['sync --tenant sandbox', 0],
    ['sync --tenant typo', 2],
    ['sync --tenant typo --tenant sandbox', 2],
    ['config show', 2],
  ] as const)('%s exits with %d', async (words, expected) => {
    const { code, stderr } = await world.run(words);
    expect({ code, stderr }).toMatchObject({ code: expected });
    if (expected > 0) expect(stderr).toContain('gongg: unknown key');
    else expect(stderr).not.toContain('gongg');
  });

  if (ON_SQLITE) {
    test('does not stop a backup', async () => {
      expect(await world.run(`backup ${join(world.folder, 'copy.db')}`)).toMatchObject({
        code: 0,
        stderr: '',
      });
    });
  }

  test('stops everything once no tenant is left', async () => {
    rmSync(join(world.folder, 'tenants/sandbox.yaml'));
    const { code, stdout, stderr } = await world.run('sync --json');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('gongg: unknown key');
  });

  test('is suggested by --tenant like any other', async () => {
    const { code, stderr } = await world.run('sync --tenant typos');
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean typo?');
  });
});

describe('a tenant with a missing secret', () => {
  beforeEach(() => {
    const missing = tenant('typo').replace('secrets/gong-access-key}', 'secrets/none}');
    expect(missing).not.toBe(tenant('typo'));
    writeConfigFile(world, 'tenants/typo.yaml', missing);
  });

  test('does not stop the others in sync', async () => {
    const { code, stdout, stderr } = await world.run('sync --json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout).runs).toMatchObject([{ tenant: 'sandbox', outcome: 'ok' }]);
    expect(stderr).toMatch(/^sharetrail: typo: .*gong\.auth\.accessKey: the file secrets\/none /m);
  });

  test('is in status and events, which read only the database', async () => {
    const { code, stdout, stderr } = await world.run('status --json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout).tenants).toMatchObject([
      { tenant: 'sandbox', gong: { callsLeft: expect.any(Number) } },
      { tenant: 'typo', gong: { callsLeft: null } },
    ]);
    expect(await world.run('events')).toMatchObject({ code: 0 });
  });
});

test('without any secret, status, events and backup work; sync and config show do not', async () => {
  rmSync(join(world.folder, 'tenants/typo.yaml'));
  await world.run('sync');
  const referred = good.replace(/clientId: .*/, () => 'clientId: ${NONE}');
  writeConfigFile(world, 'tenants/sandbox.yaml', referred);
  renameSync(join(world.folder, 'secrets'), join(world.folder, 'moved'));
  onTestFinished(() => renameSync(join(world.folder, 'moved'), join(world.folder, 'secrets')));
  const backup = ON_SQLITE ? [`backup ${join(world.folder, 'other.db')}`] : [];
  for (const words of ['status', 'events', ...backup]) {
    expect(await world.run(words)).toMatchObject({ code: 0, stderr: '' });
  }
  for (const words of ['sync', 'config show']) {
    expect(await world.run(words)).toMatchObject({ code: 2 });
  }
});

test('start runs the valid tenants; the log and an alert report the faulty one', async () => {
  const posted: string[] = [];
  const chat = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => posted.push(text));
    request.on('end', () => response.end('ok'));
  });
  await new Promise<void>((resolve) => chat.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void chat.close());
  const address = chat.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const service = readFileSync(join(world.folder, 'sharetrail.yaml'), 'utf8');
  onTestFinished(() => writeConfigFile(world, 'sharetrail.yaml', service));
  writeConfigFile(world, 'sharetrail.yaml', `${service}\nalerts: { webhook: "\${HOOK}" }\n`);
  writeConfigFile(world, 'tenants/sandbox.yaml', `${good}\nschedule: "0 2 * * *"\n`);

  const env = { HOOK: `http://127.0.0.1:${address.port}/hook` };
  const command = world.start('start', { env });
  await until(() => command.stderr().includes('tenants scheduled'));
  expect(command.stderr()).toMatch(REPORT);
  command.kill('SIGTERM');
  expect(await command.ended()).toMatchObject({ code: 0 });
  expect(posted.join('')).toContain('typo cannot run: its configuration has problems');
  expect(posted.join('')).toContain('gongg: unknown key');
});
