import { test } from 'vitest';
import { startCliWorld } from '../support/cli-world.ts';
import { problemsOf, holesOf } from '../support/exactly-once.ts';
test('probe', async () => {
  await using world = await startCliWorld();
  const ids = world.deliver(30);
  let t = Date.now();
  const env = { KILL_POINT: JSON.stringify({ at: '^commit', since: 'insert into "cursor"', when: 'after' }) };
  console.log(await world.run('sync --json', { preload: 'kill-at.ts', env }), Date.now() - t);
  console.log(holesOf(world, ids));
  console.log(await world.run('sync --json'), Date.now() - t);
  console.log(problemsOf(world, ids));
});
test('probe2', async () => {
  await using world = await startCliWorld();
  const ids = world.deliver(3);
  let t = Date.now();
  const env = { SABOTAGE: JSON.stringify({ file: 'event/event-id.ts', find: '`salesforce:${share.shareId}`', put:'`salesforce:${share.shareId}:${process.pid}`' }) };
  console.log(await world.run('sync --json', { preload: 'sabotage.ts', env }), Date.now() - t);
  console.log(await world.run('sync --json --full', { preload: 'sabotage.ts', env }), Date.now() - t);
  console.log(problemsOf(world, ids));
});
