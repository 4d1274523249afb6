import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { serve } from '../../src/cli/service/serve.ts';
import { memoryIo } from '../support/cli/memory-io.ts';
import { startWorld } from '../support/world.ts';

it('a service whose page cannot listen closes its runner, which may hold a queue', async () => {
  const world = await startWorld();
  onTestFinished(() => world.close());
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const opened = await world.context();
  const { config } = opened;
  const http = { host: '127.0.0.1', port };
  const context = { ...opened, config: { ...config, service: { ...config.service, http } } };
  const { signal } = new AbortController();
  const input = { arguments: [], options: {}, io: memoryIo().io, signal };
  const session = { input, context, tenants: [], faulty: [], json: false };
  const calls: string[] = [];
  const served = serve(
    session,
    async (tools) => ({
      tenants: [],
      config: context.config,
      isRunning: false,
      begin: () => calls.push('begin'),
      configure: () => {},
      tick: () => {},
      drained: async () => {
        calls.push(tools.signal.aborted ? 'closed after the stop' : 'closed');
        return 'clean';
      },
    }),
    { faultyTenants: 'log' },
  );
  await expect(served).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`);
  expect(calls).toEqual(['closed after the stop']);
});
