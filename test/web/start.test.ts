import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type CliWorld, startCliWorld, TENANT, writeConfigFile } from '../support/cli-world.ts';
import type { Command } from '../support/command.ts';
import { untilLogged } from '../support/follow.ts';
import { freePort } from '../support/free-port.ts';

interface Page {
  readonly command: Command;
  readonly origin: string;
  readonly port: number;
}

async function startPage(world: CliWorld, settings = ''): Promise<Page> {
  const port = await freePort();
  writeConfigFile(world, 'sharetrail.yaml', withHttp(world, `  port: ${port}\n${settings}`));
  const command = world.start('start');
  await untilLogged(command, 'the operator page is ready');
  return { command, port, origin: `http://127.0.0.1:${port}` };
}

function withHttp(world: CliWorld, http: string): string {
  const file = readFileSync(`${world.folder}/sharetrail.yaml`, 'utf8');
  return `${file}\nhttp:\n${http}`;
}

describe('start with http', () => {
  test('the API returns what the commands print', async () => {
    await using world = await startCliWorld();
    world.deliver(3);
    await world.run('sync');
    const other = readFileSync(`${world.folder}/tenants/${TENANT}.yaml`, 'utf8');
    writeConfigFile(
      world,
      'tenants/other.yaml',
      other.replace(`tenant: ${TENANT}`, 'tenant: other'),
    );
    const { command, origin } = await startPage(world);
    const get = async (path: string) => (await fetch(origin + path)).text();
    const printed = async (words: string) => (await world.run(`${words} --json`)).stdout;
    const lines = (text: string) =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { eventId: string });
    const list = lines(await get('/api/events'));
    expect(list).toHaveLength(3);
    expect(list).toEqual(lines(await printed('events')));
    const id = list[0]?.eventId ?? '';
    expect(JSON.parse(await get(`/api/events/${TENANT}/${id}`))).toEqual(
      JSON.parse(await printed(`events show ${id}`)),
    );
    expect(lines(await get(`/api/explain?q=${id}`))).toEqual(lines(await printed(`explain ${id}`)));
    expect(lines(await get('/api/explain?q=stranger%40x.example'))).toEqual(
      lines(await printed('explain stranger@x.example')),
    );
    const all = JSON.parse(await get('/api/status'));
    expect(all.tenants).toHaveLength(2);
    expect(all).toEqual(JSON.parse(await printed('status')));
    expect(JSON.parse(await get(`/api/status?tenant=${TENANT}`))).toEqual(
      JSON.parse(await printed(`status --tenant ${TENANT}`)),
    );
    expect((await fetch(`${origin}/api/status?tenant=none`)).status).toBe(404);
    const first = lines(await get('/api/events?limit=1&state=delivered'));
    expect(first).toEqual(list.slice(0, 1));
    command.kill('SIGTERM');
    expect(await command.ended()).toMatchObject({ code: 0 });
  });

  test('a port in use: exit code 2, before anything runs', async () => {
    await using world = await startCliWorld();
    world.configure({ schedule: '0 2 * * *' });
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    writeConfigFile(world, 'sharetrail.yaml', withHttp(world, `  port: ${port}\n`));
    const { code, stderr } = await world.run('start');
    other.close();
    expect(code).toBe(2);
    expect(stderr).toContain(
      `the operator page cannot listen on 127.0.0.1:${port}: another program uses it\n` +
        'Stop that program, or set another http.port in sharetrail.yaml.',
    );
    expect(world.query('select * from run')).toEqual([]);
  });

  test('SIGTERM ends it within the grace period, whatever the clients do', async () => {
    await using world = await startCliWorld();
    const { command, origin, port } = await startPage(world);
    const updates = await fetch(`${origin}/updates`);
    expect(updates.headers.get('content-type')).toContain('text/event-stream');
    const slow = connect(port, '127.0.0.1');
    await once(slow, 'connect');
    slow.on('error', () => {}).write('GET / HTTP/1.1\r\nHost: localhost\r\n');
    const idle = connect(port, '127.0.0.1').on('error', () => {});
    await once(idle, 'connect');
    const startedAt = performance.now();
    command.kill('SIGTERM');
    expect(await command.ended()).toMatchObject({ code: 0 });
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    await updates.text().catch(() => '');
    slow.destroy();
    idle.destroy();
  });

  test('1,000 readers at once do not stop a sync, and cost little memory', async () => {
    await using world = await startCliWorld();
    const ids = world.deliver(300);
    world.configure({ schedule: '0 2 * * *' });
    const { command, origin, port } = await startPage(world);
    const readers = Array.from({ length: 1_000 }, (_, number) =>
      fetch(`${origin}${number % 2 === 0 ? '/' : '/events'}`, {
        headers: { connection: 'close' },
      }).then(
        ({ status, text: _text }) => status,
        () => 0,
      ),
    );
    const slow = Array.from({ length: 50 }, () => {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
      return socket;
    });
    await untilLogged(command, 'run ended', { outcome: 'ok' });
    // 408: on a busy machine, this process can take longer to send its headers than the page waits.
    const statuses = new Set(await Promise.all(readers));
    statuses.delete(408);
    expect(statuses).toEqual(new Set([200]));
    expect(world.sandbox.gong.events).toHaveLength(ids.length);
    expect(peakMemoryMegabytes(command.pid)).toBeLessThan(250);
    for (const socket of slow) socket.destroy();
    command.kill('SIGTERM');
    expect(await command.ended()).toMatchObject({ code: 0 });
  });
});

function peakMemoryMegabytes(pid: number): number {
  const [, kilobytes = ''] =
    /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1_000;
}
