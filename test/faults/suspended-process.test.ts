import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CliWorld, startCliWorld, TENANT, writeConfigFile } from '../support/cli-world.ts';
import type { Command, CommandOptions } from '../support/command.ts';
import { holesOf } from '../support/exactly-once.ts';
import type { KillPoint } from '../support/preload/kill-at.ts';
import { until } from '../support/until.ts';

const OTHER = 'other';
const COMMIT: KillPoint = { at: '^insert into "event"', when: 'after', signal: 'SIGSTOP' };
const WITHOUT_WAIT = {
  file: 'db/limits.ts',
  find: 'lockWaitMsMax: LEASE_MS',
  put: 'lockWaitMsMax: 0',
};

/** Two tenants, of which the first one's process is suspended inside a transaction. */
async function suspendedWorld() {
  const world = await startCliWorld();
  const file = readFileSync(join(world.folder, 'tenants', `${TENANT}.yaml`), 'utf8');
  writeConfigFile(
    world,
    `tenants/${OTHER}.yaml`,
    file.replace(`tenant: ${TENANT}`, `tenant: ${OTHER}`),
  );
  await world.run(`sync --tenant ${OTHER}`);
  const ids = world.deliver(10);
  const suspended = world.start(`sync --tenant ${TENANT}`, {
    preloads: ['kill-at.ts'],
    env: { KILL_POINT: JSON.stringify(COMMIT) },
  });
  await until(() => suspended.stderr().includes('suspended\n'));
  return { world, ids, suspended };
}

function startWaiting(world: CliWorld, words: string, options: CommandOptions = {}): Command {
  const { preloads = [] } = options;
  return world.start(words, { ...options, preloads: [...preloads, 'print-locked.ts'] });
}

function lockedCount(command: Command): number {
  return command.stderr().split('locked: ').length - 1;
}

describe('a process that is suspended (SIGSTOP) inside a transaction', () => {
  test('delays the run of another tenant until it continues', async () => {
    const { world, ids, suspended } = await suspendedWorld();
    await using _ = world;
    const commands = [
      startWaiting(world, `sync --tenant ${OTHER}`),
      startWaiting(world, `sync --tenant ${TENANT}`),
    ];
    // Each attempt is an error of SQLite, which used to end the command.
    await until(() => commands.every((command) => lockedCount(command) >= 3));
    // Reading needs no lock.
    expect(await world.run('status')).toMatchObject({ code: 0 });
    suspended.kill('SIGCONT');
    const [other, same] = await Promise.all(commands.map((command) => command.ended()));
    expect(other).toMatchObject({ code: 0 });
    // 0 if the suspended run ended before this one tried to take the lease.
    expect([0, 3]).toContain(same?.code);
    expect(await suspended.ended()).toMatchObject({ code: 0 });
    expect(holesOf(world, ids)).toEqual([]);
  });

  test('control: without the wait, the other tenant’s run exits with 2', async () => {
    const { world, suspended } = await suspendedWorld();
    await using _ = world;
    const env = { SABOTAGE: JSON.stringify(WITHOUT_WAIT) };
    const how = { preloads: ['sabotage.ts'], env };
    const { code, stderr } = await world.run(`sync --tenant ${OTHER}`, how);
    expect(code).toBe(2);
    expect(stderr).toContain('the database is locked by another process');
    suspended.kill('SIGCONT');
    expect(await suspended.ended()).toMatchObject({ code: 0 });
  });
});
