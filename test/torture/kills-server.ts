import { setTimeout as delay } from 'node:timers/promises';
import type { CliWorld } from '../support/cli-world.ts';
import { administer } from '../support/postgres/databases.ts';
import type { RunningServer } from '../support/postgres/start-server.ts';
import { anyRun, check, type Round } from './kills-round.ts';
import type { TortureWorld } from './kills-world.ts';

const SESSIONS_ENDED_MAX = 3;
const BETWEEN_MS_MAX = 60;
const LOCKED_MS_MAX = 300;
const TABLES = ['event', 'lease', 'cursor', 'call', 'attempt'] as const;
/** 2: a run that lost its server, and says that it can be repeated */
const CODES = [0, 1, 2, 3];

/** The server ends all its processes at once, in the middle of a run, and recovers from its log. */
async function restartServer(torture: TortureWorld): Promise<number> {
  for (let number = 0; number < torture.attempts; number += 1) {
    await duringRun(torture, () => serverOf(torture).restart('immediate'));
  }
  return torture.attempts;
}

async function endSessions(torture: TortureWorld): Promise<number> {
  let ended = 0;
  for (let number = 0; number < torture.attempts; number += 1) {
    await duringRun(torture, async (hasEnded) => {
      const most = 1 + torture.below(SESSIONS_ENDED_MAX);
      for (let time = 0; time < most && !hasEnded(); time += 1) {
        ended += endAllSessions(torture.world);
        await delay(torture.below(BETWEEN_MS_MAX));
      }
    });
  }
  return ended;
}

/** Of the product; returns how many there were. */
function endAllSessions(world: CliWorld): number {
  return world.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name like 'sharetrail%'`).length;
}

function serverOf({ server }: TortureWorld): RunningServer {
  if (server === undefined) throw new Error('this company has no server');
  return server;
}

async function lockTable(torture: TortureWorld): Promise<number> {
  let locked = 0;
  for (let number = 0; number < torture.attempts; number += 1) {
    await duringRun(torture, async () => {
      const seconds = torture.below(LOCKED_MS_MAX) / 1_000;
      const name = `sharetrail.${torture.oneOf(TABLES)}`;
      const database = new URL(torture.world.database).pathname.slice(1);
      const statement = `begin; lock table ${name}; select pg_sleep(${seconds}); rollback`;
      await administer(serverOf(torture).server, statement, database);
      locked += 1;
    });
  }
  return locked;
}

/** Lets something happen at a random moment of a run, which then ends as documented. */
async function duringRun(
  torture: TortureWorld,
  happen: (hasEnded: () => boolean) => Promise<void>,
): Promise<void> {
  const words = anyRun(torture);
  const command = torture.start(words);
  let hasEnded = false;
  const ended = command.ended().finally(() => {
    hasEnded = true;
  });
  await torture.randomMoment(command);
  await happen(() => hasEnded);
  // It does not end by itself.
  if (words === 'start') {
    await torture.randomMoment(command);
    command.kill('SIGKILL');
    await ended;
  }
  check(torture, words, await torture.endedOrKilled(command), CODES);
}

/** What only a server can suffer. */
export const ROUNDS_OF_A_SERVER: readonly Round[] = [
  { fault: 'an immediate restart of the server', weight: 2.5, strike: restartServer },
  { fault: 'the server ends all sessions', weight: 1.5, strike: endSessions },
  { fault: 'another session locks a table', weight: 1, strike: lockTable },
];
