import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import type { Config, TenantConfig } from '../../src/config/types.ts';
import { UserError } from '../../src/lib/errors.ts';
import { createReload } from '../../src/scheduler/reload.ts';
import {
  configOf,
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
  load: () => { config: Config; tenants: readonly TenantConfig[] },
): Promise<void> {
  await createReload({ context, scheduler, load: async () => load() })();
}

function given(
  rig: SchedulerRig,
  tenants: TenantConfig[],
  service: Partial<Config['service']> = {},
) {
  return () => ({ config: configOf(rig.file, tenants, service), tenants });
}

describe('the configuration read anew', () => {
  test('an added tenant is served, a removed one is not, a changed schedule holds', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start([acme, globex]);
    const initech = scheduledTenant('30 2 * * *', { tenant: 'initech', start: START });
    const later = { ...acme, schedule: '15 2 * * *' };
    await reload(process, given(rig, [later, initech]));
    await rig.clock.pass(4 * HOUR);
    await process.stop();
    expect(await rig.starts('acme')).toEqual(['2026-11-02T02:15:00.000Z']);
    expect(await rig.starts('initech')).toEqual(['2026-11-02T02:30:00.000Z']);
    expect(await rig.starts('globex')).toEqual([]);
  });

  test('a schedule that is moved to a time that is past waits for the next one', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start([acme]);
    await rig.clock.pass(2 * HOUR);
    await reload(process, given(rig, [{ ...acme, schedule: '0 3 * * *' }]));
    await rig.clock.pass(24 * HOUR);
    await process.stop();
    expect(await rig.starts()).toEqual(['2026-11-02T02:00:00.000Z', '2026-11-03T03:00:00.000Z']);
  });

  test('what is the same runs no second time', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start([acme]);
    await rig.clock.pass(HOUR);
    await reload(process, given(rig, [acme]));
    await rig.clock.pass(HOUR);
    await process.stop();
    expect(await rig.starts()).toEqual(['2026-11-02T02:00:00.000Z']);
  });

  test('a run that is under way ends, though its tenant is gone; put back, it is not overlapped', async () => {
    const rig = new SchedulerRig({ now: BEFORE, runMs: 20 * MINUTE });
    const process = await rig.start([acme]);
    await rig.clock.pass(35 * MINUTE);
    await reload(process, given(rig, [globex]));
    await rig.clock.pass(5 * MINUTE);
    await reload(process, given(rig, [acme, globex]));
    await rig.clock.pass(25 * MINUTE);
    await process.stop();
    expect(rig.atWorkMax).toBe(1);
    expect(await rig.runs()).toMatchObject([{ outcome: 'ok' }]);
  });

  test('tenantsAtOnce holds from then on', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const many = Array.from({ length: 6 }, (_, number) => ({
      ...acme,
      tenant: `tenant-${number}`,
    }));
    const process = await rig.start(many, { tenantsAtOnce: 1 });
    await reload(process, given(rig, many, { tenantsAtOnce: 5 }));
    await rig.clock.pass(HOUR);
    await process.stop();
    expect(rig.atWorkMax).toBe(5);
  });

  test('another database is not taken over while this one is open, and that is said', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start([acme]);
    const service = { database: 'sqlite:elsewhere.db', log: { level: 'debug' } } as const;
    await reload(process, given(rig, [acme], service));
    const warnings = process.log.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ message }) => message)).toEqual([
      'database was changed; the one before stays in effect until the next start',
      'log.level was changed; the one before stays in effect until the next start',
    ]);
    await rig.clock.pass(HOUR);
    await process.stop();
    expect(await rig.runs()).toHaveLength(1);
  });

  test('one without any schedule is taken over, and that is said', async () => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start([acme]);
    const { schedule: _, ...onDemand } = acme;
    await reload(process, given(rig, [onDemand]));
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

describe('a configuration that cannot be used', () => {
  const problem = (file: string) => ({
    file,
    line: 3,
    column: 1,
    path: 'foo',
    message: 'unknown key',
  });

  test.each([
    {
      name: 'every problem is logged',
      error: new ConfigError([problem('tenants/a.yaml'), problem('tenants/b.yaml')]),
      said: ['tenants/a.yaml:3:1 foo: unknown key', 'tenants/b.yaml:3:1 foo: unknown key'],
    },
    {
      name: 'a tenant that was named and is gone',
      error: new UserError('there is no tenant acme', { hint: 'The tenants are globex.' }),
      said: ['there is no tenant acme'],
    },
  ])('changes nothing: $name', async ({ error, said }) => {
    const rig = new SchedulerRig({ now: BEFORE });
    const process = await rig.start([acme]);
    await reload(process, () => {
      throw error;
    });
    const errors = process.log.filter(({ level }) => level === 'error');
    expect(errors.map(({ message }) => message)).toEqual([
      ...said,
      'the configuration cannot be used; the one before stays in effect',
    ]);
    await rig.clock.pass(HOUR);
    await process.stop();
    expect(await rig.starts()).toEqual(['2026-11-02T02:00:00.000Z']);
  });
});
