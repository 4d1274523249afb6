import { expect, test } from 'vitest';
import { statusOf } from '../../src/operator/status.ts';
import { nextDue } from '../../src/scheduler/due-times.ts';
import { startCliWorld } from '../support/cli-world.ts';
import { startWorld } from '../support/world.ts';

test('each run has its id, in the database and in status', async () => {
  const world = await startWorld();
  await world.sync();
  const context = await world.context();
  const [status] = await statusOf(context, [world.tenant], nextDue);
  const rows = await context.db.selectFrom('run').select('run_id').execute();
  const runs = status?.runs ?? [];
  expect(runs.map(({ runId }) => runId)).toEqual(rows.map(({ run_id }) => run_id));
  expect(runs.map(({ report }) => report?.runId)).toEqual(runs.map(({ runId }) => runId));
  await world.close();
});

test('a stored report is printed without codes; an unreadable one is null, next to the outcome', async () => {
  await using world = await startCliWorld();
  await world.run('sync');
  const error = { stage: 'run', message: 'asked to stop', hint: 'Run again.' };
  const stop = [{ ...error, code: 'stop-requested' }];
  const [row] = world.query<{ report: string }>('select report from run');
  const report = { ...JSON.parse(row?.report ?? ''), errors: stop };
  world.query('update run set report = ?', JSON.stringify(report));
  const stopped = JSON.parse((await world.run('status --json')).stdout).tenants[0].runs[0];
  expect(stopped.report.errors).toEqual([error]);
  expect(stopped.report).not.toHaveProperty('runId');

  world.query(`update run set report = '{"errors":'`);
  const text = await world.run('status --verbose');
  expect(text).toMatchObject({ code: 0, stderr: '' });
  expect(text.stdout).toContain('sync ok; its report is unreadable');
  const { tenants } = JSON.parse((await world.run('status --json')).stdout);
  expect(tenants[0].runs).toMatchObject([{ outcome: 'ok', report: null }]);
});
