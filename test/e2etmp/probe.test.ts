import { test } from 'vitest';
import { startCliWorld } from '../support/cli-world.ts';
test('full', async () => {
  for (const count of [50, 150]) for (const n of [1200, 1500, 2000, 2500, 3000, 4000, 5000]) {
    await using world = await startCliWorld();
    world.deliver(count);
    const r = await world.run('sync', { wrap: `ulimit -f ${n}; exec "$@"` });
    process.stdout.write(`${count} ${n} ${r.code} ${world.sandbox.gong.events.length}\n`);
    if (r.code === 0) break;
  }
});
