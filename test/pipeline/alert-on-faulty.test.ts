import { expect, test } from 'vitest';
import type { FaultyTenant } from '../../src/config/types.ts';
import { LEASE_LIMITS } from '../../src/db/limits.ts';
import type { AppContext } from '../../src/runs/app-context.ts';
import { alertOnFaulty } from '../../src/service/alert-on-faulty.ts';
import { testDatabase } from '../support/database.ts';
import { ManualClock } from '../support/manual-clock.ts';

const PROBLEM = { file: 'tenants/acme.yaml', line: 1, column: 1, path: 'gong', message: 'missing' };
const FAULTY: FaultyTenant = { tenant: 'acme', problems: [PROBLEM] };

/** A `start` on a machine of its own. */
function machine(
  number: number,
  { db, clock, alerted }: Pick<AppContext, 'db' | 'clock'> & { readonly alerted: FaultyTenant[] },
) {
  const holder = () => `machine-${number}/pid:[1]|42|4711|nonce`;
  const context = { db, clock, holder } as AppContext;
  const alerts = { addFaulty: (_: AppContext, faulty: FaultyTenant) => void alerted.push(faulty) };
  return { alert: (faulty: FaultyTenant) => alertOnFaulty(context, alerts, faulty) };
}

test('of several `start` processes, one alerts about a faulty tenant', async () => {
  const { db } = await testDatabase();
  const clock = new ManualClock();
  const alerted: FaultyTenant[] = [];
  const machines = [1, 2, 3].map((number) => machine(number, { db, clock, alerted }));
  await Promise.all(machines.map(({ alert }) => alert(FAULTY)));
  expect(alerted).toEqual([FAULTY]);

  const other = { ...FAULTY, problems: [{ ...PROBLEM, path: 'crm' }] };
  await Promise.all(machines.map(({ alert }) => alert(other)));
  expect(alerted).toEqual([FAULTY, other]);

  clock.advance(LEASE_LIMITS.leaseMs);
  await machines[0]?.alert(FAULTY);
  expect(alerted).toHaveLength(3);
});
