import { expect, test } from 'vitest';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';

async function startWithPending(count: number): Promise<CliWorld> {
  const world = await startCliWorld();
  world.deliver(count);
  expect(await world.run('sync --no-push')).toMatchObject({ code: 0 });
  return world;
}

function states(world: CliWorld): Record<string, number> {
  const rows = world.query<{ key: string; count: number }>(
    "select state || coalesce(' ' || reason, '') as key, count(*) as count from event group by 1",
  );
  return Object.fromEntries(rows.map(({ key, count }) => [key, count]));
}

test('skip --state of several events requires --yes without a terminal, and says how many', async () => {
  await using world = await startWithPending(3);
  const refused = await world.run('events skip --state pending');
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain('3 pending events will be skipped.');
  expect(refused.stderr).toContain('--yes');
  expect(states(world)).toEqual({ pending: 3 });

  const skipped = await world.run('events skip --state pending --yes --json');
  expect(skipped).toMatchObject({ code: 0, stdout: '{"skipped":3}\n' });
  expect(states(world)).toEqual({ 'skipped operator': 3 });
});

test('retry --reason of several events requires --yes without a terminal', async () => {
  await using world = await startWithPending(3);
  await world.run('events skip --state pending --yes');
  const refused = await world.run('events retry --reason operator');
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain('3 events (operator) will be queued again.');
  expect(states(world)).toEqual({ 'skipped operator': 3 });
  expect(await world.run('events retry --state skipped --reason unmatched --json')).toMatchObject({
    code: 0,
    stdout: '{"queued":0,"rejected":0,"problems":[]}\n',
  });
  expect(await world.run('events retry --reason operator --yes')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('3 events queued again.'),
  });
  expect(states(world)).toEqual({ pending: 3 });
  expect(await world.run('events retry --state rejected')).toMatchObject({
    code: 0,
    stdout:
      'Nothing to do. Only rejected, skipped, and held events whose data is not erased can be queued again.\n',
  });
});

test('one selected event is changed without a question', async () => {
  await using world = await startWithPending(1);
  expect(await world.run('events skip --state pending')).toMatchObject({ code: 0 });
  expect(await world.run('events retry --reason operator')).toMatchObject({ code: 0 });
  expect(states(world)).toEqual({ pending: 1 });
});

test.each([
  'events skip',
  'events retry',
  'events skip salesforce:1 --state held',
  'events retry salesforce:1 --reason unmatched',
  'events skip --state delivered',
  'events retry --state pending',
  'events skip --reason nothing',
])('%s is a usage error', async (words) => {
  await using world = await startCliWorld();
  expect(await world.run(words)).toMatchObject({ code: 2, stdout: '' });
});
