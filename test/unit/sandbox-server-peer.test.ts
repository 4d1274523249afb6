import { expect, test } from 'vitest';
import { startPeer } from '../support/peer.ts';

test('a peer responds as its handler returns and records its requests', async () => {
  await using peer = await startPeer(({ body }, reply) =>
    reply.respond(201, { echo: body }, { a: 'b' }),
  );
  const response = await fetch(`${peer.origin}/x?y=1`, { method: 'PUT', body: 'hello' });
  expect([response.status, response.headers.get('a')]).toEqual([201, 'b']);
  expect(await response.json()).toEqual({ echo: 'hello' });
  expect(peer.requests).toMatchObject([{ method: 'PUT', url: '/x?y=1', body: 'hello' }]);
});

test('a peer can reset, truncate, send garbage, and hang until it is closed', async () => {
  const peer = await startPeer(({ url }, reply) => {
    if (url === '/reset') reply.reset();
    if (url === '/cut') reply.truncate('half', 8);
    if (url === '/raw') reply.raw('SSH-2.0-OpenSSH\r\n');
  });
  await expect(fetch(`${peer.origin}/reset`)).rejects.toMatchObject({
    cause: { code: 'ECONNRESET' },
  });
  const cut = await fetch(`${peer.origin}/cut`);
  await expect(cut.text()).rejects.toThrow('terminated');
  await expect(fetch(`${peer.origin}/raw`)).rejects.toThrow('fetch failed');
  const hanging = expect(fetch(`${peer.origin}/hang`)).rejects.toThrow('fetch failed');
  await expect.poll(() => peer.requests).toHaveLength(4);
  await peer.close();
  await hanging;
});
