import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { startCliWorld, writeConfigFile } from '../support/cli-world.ts';

test.each(['start', 'worker'])(
  'a port in use: %s exits with 2, although it has opened the queue',
  async (command) => {
    await using world = await startCliWorld();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { database } = world;
    writeConfigFile(world, 'sharetrail.yaml', stringify({ database, http: { port } }));
    const { code, stderr } = await world.run(command);
    other.close();
    expect(code).toBe(2);
    expect(stderr).toContain(`cannot listen on 127.0.0.1:${port}: another program uses it`);
  },
);
