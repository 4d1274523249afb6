import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { printChecks } from '../../src/cli/check/print-checks.ts';
import { CHECK_AREAS, type Check } from '../../src/operator/check/types.ts';
import { memoryIo } from '../support/cli/memory-io.ts';
import { startCliWorld, TENANT, writeConfigFile } from '../support/cli-world.ts';

test('check --json: one document, by area, in the shape of the contract', async () => {
  await using world = await startCliWorld({ googleDrive: true });
  world.configure({ schedule: '0 2 * * *' });
  const { code, stdout, stderr } = await world.run('check --json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { checks, ...rest } = JSON.parse(stdout);
  expect(rest).toEqual({});
  for (const check of checks) {
    expect(Object.keys(check)).toEqual(['tenant', 'area', 'name', 'status', 'message', 'hint']);
    expect([TENANT, null]).toContain(check.tenant);
    expect(['ok', 'warning', 'failed', 'skipped']).toContain(check.status);
  }
  const areas = checks.map(({ area }: Check) => CHECK_AREAS.indexOf(area));
  expect(areas).toEqual(areas.toSorted());
  expect(new Set(areas).size).toBe(CHECK_AREAS.length);
  const due = checks.find(({ area }: Check) => area === 'schedule');
  expect(due.message).toMatch(/^next due at (\d{4}-\d\d-\d\d 02:00(, )?){3} \(UTC\)$/);
  expect(world.sandbox.gong.events).toEqual([]);
});

test('the call to Gong is counted, and nothing else is stored', async () => {
  await using world = await startCliWorld();
  await world.run('check');
  expect(world.query('select calls from call')).toEqual([{ calls: 1 }]);
  for (const table of ['event', 'run', 'cursor', 'binding', 'lease']) {
    expect(world.query(`select * from ${table}`)).toEqual([]);
  }
  const { tenants } = JSON.parse((await world.run('status --json')).stdout);
  expect(tenants).toMatchObject([{ gong: { callsLeft: expect.any(Number) } }]);
});

test('a failed check: exit 1, its remedy below it, and no secret anywhere', async () => {
  await using world = await startCliWorld({ googleDrive: true });
  world.sandbox.gong.setEndpoint('off');
  const { code, stdout } = await world.run('check');
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^✓ address: accepted\n- key: .*\n✗ endpoint: Gong returned 404: .*\n {4}/m,
  );
  expect(stdout).toContain('ask Gong to enable it');
  const key = readFileSync(join(world.folder, 'secrets/gong-access-key-secret'), 'utf8');
  expect(stdout).not.toContain(key);
});

test('a faulty tenant: exit 1 next to a sound one, 2 if it is named or the only one', async () => {
  await using world = await startCliWorld();
  writeConfigFile(world, 'tenants/typo.yaml', 'tenant: typo\n');
  const all = await world.run('check --json');
  expect(all.code).toBe(1);
  const { checks } = JSON.parse(all.stdout);
  const failed = checks.filter(({ status }: Check) => status === 'failed');
  expect(new Set(failed.map(({ area, tenant }: Check) => `${area} ${tenant}`))).toEqual(
    new Set(['configuration typo']),
  );
  expect(await world.run('check --tenant typo')).toMatchObject({ code: 2, stdout: '' });
  expect(await world.run(`check --tenant typo --tenant ${TENANT}`)).toMatchObject({ code: 2 });
  expect(await world.run(`check --tenant ${TENANT}`)).toMatchObject({ code: 0 });
  writeConfigFile(world, 'sharetrail.yaml', 'databse: sqlite:x\n');
  expect(await world.run('check')).toMatchObject({ code: 2, stdout: '' });
});

const CHECKS: readonly Check[] = [
  { tenant: undefined, area: 'database', name: 'file', status: 'ok', message: 'fine' },
  {
    tenant: 'acme',
    area: 'gong',
    name: 'key',
    status: 'failed',
    message: 'Gong returned 401: \u001b[31mno\nway',
    hint: 'Run `sharetrail rebind acme`, then check again and again until it is right.',
  },
  { tenant: 'beta', area: 'gong', name: 'key', status: 'skipped', message: 'not known' },
];

test('on a terminal, a line is wrapped, a remedy is indented, and a tenant is named', async () => {
  const { io, stdout } = memoryIo({ columns: 50, environment: { NO_COLOR: '1' } });
  await printChecks(io, CHECKS);
  expect(stdout()).toBe(
    [
      'database',
      '✓ file: fine',
      '',
      'gong',
      '✗ acme: key: Gong returned 401: \\u{1b}[31mno\\nway',
      '    Run `sharetrail rebind acme`, then check again',
      '    and again until it is right.',
      '- beta: key: not known',
      '',
      '1 check failed, 1 skipped. Follow the instructions',
      'below each ✗, then run this command again.',
      '',
    ].join('\n'),
  );
});
