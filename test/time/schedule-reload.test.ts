import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import type { Config, TenantConfig } from '../../src/config/types.ts';
import { UserError } from '../../src/lib/errors.ts';
import { createReload } from '../../src/scheduler/reload.ts';
import {
  HOUR,
  MINUTE,
  type Process,
  SchedulerRig,
  scheduledTenant,
} from '../support/scheduler-rig.ts';

const BEFORE = '2026-11-02T01:30:00Z';
const START = Date.parse('2026-11-02T00:00:00Z');
const acme = scheduledTenant('0 2 * * *', { start: START });
const globex = scheduledTenant('0 3 * * *', { tenant: 'globex', start: START });

async function reload(
  { scheduler, context }: Process,
  load: () => Promise<{ config: Config; tenants: readonly TenantConfig[] }>,
): Promise<void> {
  await createReload({ context, scheduler, onFaulty: () => {}, load })();
}

function configured(
  rig: SchedulerRig,
  tenants: TenantConfig[],
  service: Partial<Config['service']> = {},
) {
  return async () => ({ config: await rig.configWith(tenants, service), tenants });
}

describe('a reload', () => {
  test('applies added and removed tenants and changed schedules', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start([acme, globex]);
    const initech = scheduledTenant('30 2 * * *', { tenant: 'initech', start: START });
    const later = { ...acme, schedule: '15 2 * * *' };
    await reload(process, configured(rig, [later, initech]));
    await rig.clock.pass(4 * HOUR);
    await process.stop();
    expect(await rig.starts('acme')).toEqual(['2026-11-02T02:15:00.000Z']);
    expect(await rig.starts('initech')).toEqual(['2026-11-02T02:30:00.000Z']);
    expect(await rig.starts('globex')).toEqual([]);
  });

  test('with a schedule whose time today has passed waits for its next due time', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start([acme]);
    await rig.clock.pass(2 * HOUR);
    await reload(process, configured(rig, [{ ...acme, schedule: '0 3 * * *' }]));
    await rig.clock.pass(24 * HOUR);
    await process.stop();
    expect(await rig.starts()).toEqual(['2026-11-02T02:00:00.000Z', '2026-11-03T03:00:00.000Z']);
  });

  test('without changes does not repeat a run', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start([acme]);
    await rig.clock.pass(HOUR);
    await reload(process, configured(rig, [acme]));
    await rig.clock.pass(HOUR);
    await process.stop();
    expect(await rig.starts()).toEqual(['2026-11-02T02:00:00.000Z']);
  });

  test('lets the run of a removed tenant finish, and never overlaps it', async () => {
    const rig = new SchedulerRig({ now: BEFORE, runMs: 20 * MINUTE });
    const process = await rig.start([acme]);
    await rig.clock.pass(35 * MINUTE);
    await reload(process, configured(rig, [globex]));
    await rig.clock.pass(5 * MINUTE);
    await reload(process, configured(rig, [acme, globex]));
    await rig.clock.pass(25 * MINUTE);
    await process.stop();
    expect(rig.runningMax).toBe(1);
    expect(await rig.runs()).toMatchObject([{ outcome: 'ok' }]);
  });

  test('applies a changed tenantsAtOnce', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const many = Array.from({ length: 6 }, (_, number) => ({
      ...acme,
      tenant: `tenant-${number}`,
    }));
    const process = await rig.start(many, { tenantsAtOnce: 1 });
    await reload(process, configured(rig, many, { tenantsAtOnce: 5 }));
    await rig.clock.pass(HOUR);
    await process.stop();
    expect(rig.runningMax).toBe(5);
  });

  test('warns that a changed database or log level takes effect after a restart', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start([acme]);
    const service = { database: 'sqlite:elsewhere.db', log: { level: 'debug' } } as const;
    await reload(process, configured(rig, [acme], service));
    const warnings = process.log.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ message }) => message)).toEqual([
      'database was changed; the previous value stays in effect until a restart',
      'log.level was changed; the previous value stays in effect until a restart',
    ]);
    await rig.clock.pass(HOUR);
    await process.stop();
    expect(await rig.runs()).toHaveLength(1);
  });

  test('applies a configuration without any schedule, with a warning', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start([acme]);
    const { schedule: _, ...onDemand } = acme;
    await reload(process, configured(rig, [onDemand]));
    expect(process.log).toContainEqual({
      level: 'warn',
      message: 'no tenant has a schedule: nothing will run',
      fields: { scheduled: 0, onDemand: 1 },
    });
    await rig.clock.pass(HOUR);
    await process.stop();
    expect(await rig.runs()).toEqual([]);
  });
});

describe('a reload with one faulty tenant', () => {
  const problems = [
    { file: 'tenants/acme.yaml', line: 3, column: 1, path: 'foo', message: 'unknown key' },
  ];

  test('applies the others, reports the faulty one, and keeps its previous configuration', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start([acme, globex]);
    const later = { ...globex, schedule: '15 3 * * *' };
    const config = {
      ...(await rig.configWith([later])),
      faulty: [{ tenant: 'acme', problems }],
    };
    const reported: string[] = [];
    await createReload({
      ...process,
      onFaulty: (_, { tenant }) => reported.push(tenant),
      load: async () => ({ config, tenants: [later] }),
    })();
    expect(reported).toEqual(['acme']);
    expect(process.log).toContainEqual({
      level: 'error',
      message: 'tenants/acme.yaml:3:1 foo: unknown key',
      fields: { tenant: 'acme' },
    });
    await rig.clock.pass(4 * HOUR);
    await process.stop();
    expect(await rig.starts('acme')).toEqual(['2026-11-02T02:00:00.000Z']);
    expect(await rig.starts('globex')).toEqual(['2026-11-02T03:15:00.000Z']);
  });
});

describe('a reload of an invalid configuration', () => {
  const problem = (file: string) => ({
    file,
    line: 3,
    column: 1,
    path: 'foo',
    message: 'unknown key',
  });

  test.each([
    {
      name: 'problems in several files',
      error: new ConfigError([problem('tenants/a.yaml'), problem('tenants/b.yaml')]),
      logged: ['tenants/a.yaml:3:1 foo: unknown key', 'tenants/b.yaml:3:1 foo: unknown key'],
    },
    {
      name: 'a missing tenant that --tenant named',
      error: new UserError('there is no tenant acme', { hint: 'The tenants are globex.' }),
      logged: ['there is no tenant acme'],
    },
  ])('logs every problem and changes nothing: $name', async ({ error, logged }) => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start([acme]);
    await reload(process, () => {
      throw error;
    });
    const errors = process.log.filter(({ level }) => level === 'error');
    expect(errors.map(({ message }) => message)).toEqual([
      ...logged,
      'the new configuration is invalid; the previous one stays in effect',
    ]);
    await rig.clock.pass(HOUR);
    await process.stop();
    expect(await rig.starts()).toEqual(['2026-11-02T02:00:00.000Z']);
  });
});
