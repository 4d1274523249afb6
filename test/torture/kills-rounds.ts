import { setTimeout as delay } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import type { CommandEnd } from '../support/command.ts';
import { endIdleTransactions } from '../support/postgres/pass-time.ts';
import { FORGOTTEN } from './kills-company.ts';
import { chooseCommand, commandEnded } from './kills-operator.ts';
import { MIGRATION, POINTS, type PointGroup, pointIn } from './kills-points.ts';
import { cutPower } from './kills-power-cut.ts';
import { anyRun, check, type Round, USUAL } from './kills-round.ts';
import type { StartOptions, TortureWorld } from './kills-world.ts';

const DAY_MS = 24 * 60 * 60_000;
const JUMP_MS_MAX = 2 * DAY_MS;
const AFTER_LEASE_MS = 61_000;
const LOCKED_MS_MAX = 300;
/** of 512 bytes */
const BLOCKS = { least: 40, range: 4_000 };

async function killAtPoints(torture: TortureWorld, group: PointGroup): Promise<number> {
  let kills = 0;
  for (let number = 0; number < torture.attempts; number += 1) {
    const words = anyRun(torture, group.since === undefined ? 'any' : 'sending');
    const end = await torture.killAt(words, pointIn(group, torture));
    kills += check(torture, words, end, USUAL);
  }
  return kills;
}

async function killAtRandom(torture: TortureWorld): Promise<number> {
  let kills = 0;
  for (let number = 0; number < torture.attempts; number += 1) {
    const words = anyRun(torture);
    kills += check(torture, words, await torture.killAtRandom(words), USUAL);
  }
  return kills;
}

/** Two commands next to each other, both killed. */
async function killBeside(torture: TortureWorld): Promise<number> {
  const first = anyRun(torture);
  const second = anyRun(torture);
  const commands = [torture.start(first), torture.start(second)];
  let kills = 0;
  for (const [index, command] of commands.entries()) {
    await torture.randomMoment(command);
    command.kill('SIGKILL');
    kills += check(torture, index === 0 ? first : second, await command.ended(), USUAL);
  }
  return kills;
}

async function stopBeyondLease(torture: TortureWorld): Promise<number> {
  for (let number = 0; number < torture.attempts; number += 1) {
    if (await stopOnce(torture)) return 1;
  }
  return 0;
}

/** False if the run ended before it reached the point. */
async function stopOnce(torture: TortureWorld): Promise<boolean> {
  const words = torture.oneOf(['sync', 'sync --full']);
  const group = torture.oneOf(POINTS as readonly [PointGroup, ...PointGroup[]]);
  const point = { ...pointIn(group, torture), signal: 'SIGSTOP' } as const;
  const env = { KILL_POINT: JSON.stringify(point) };
  const suspended = torture.start(words, { preloads: ['kill-at.ts'], env });
  const stopped = await torture.suspendedOrEnded(suspended);
  torture.pass(AFTER_LEASE_MS);
  if (!torture.world.isOnSqlite) endIdleTransactions(torture.world);
  // 2: it was suspended within a transaction, and its lock outlasts the wait.
  check(torture, 'sync', await torture.run('sync'), [0, 1, 2, 3]);
  suspended.kill('SIGCONT');
  check(torture, words, await torture.endedOrKilled(suspended), [0, 1, 2, 3]);
  return stopped;
}

async function fillDisk(torture: TortureWorld): Promise<number> {
  let full = 0;
  for (let number = 0; number < torture.attempts; number += 1) {
    const words = anyRun(torture);
    const blocks = BLOCKS.least + torture.below(BLOCKS.range);
    const how: StartOptions = {
      wrap: `ulimit -f ${blocks}; exec "$@"`,
      preloads: ['survive-full-disk.ts'],
    };
    const end = await torture.endedOrKilled(torture.start(words, how));
    check(torture, words, end, [0, 1, 2, 3]);
    if (end.stderr.includes('the disk that holds the database')) full += 1;
  }
  return full;
}

/** Another process locks the database, again and again. */
async function lockDatabase(torture: TortureWorld): Promise<number> {
  const words = anyRun(torture);
  const command = torture.start(words);
  let locked = 0;
  const ended = command.ended();
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  for (let number = 0; number < 4 && !hasEnded; number += 1) {
    await delay(torture.below(LOCKED_MS_MAX));
    locked += await lockFor(torture.databaseFile, torture.below(LOCKED_MS_MAX));
  }
  check(torture, words, await torture.endedOrKilled(command), USUAL);
  return locked;
}

async function lockFor(file: string, ms: number): Promise<number> {
  const sqlite = new Sqlite(file, { timeout: 0 });
  try {
    sqlite.exec('begin immediate');
    await delay(ms);
    sqlite.exec('rollback');
    return 1;
  } catch {
    // The process has the lock at this moment.
    return 0;
  } finally {
    sqlite.close();
  }
}

async function losePower(torture: TortureWorld): Promise<number> {
  let cuts = 0;
  for (let number = 0; number < torture.attempts; number += 1) {
    if (await cutPower(torture, torture.oneOf(['sync', 'sync --full']))) cuts += 1;
  }
  return cuts;
}

/** Each process has its own time, and half of them see it jump. */
async function jumpClock(torture: TortureWorld): Promise<number> {
  const jumpMs = () => Math.round((torture.random() * 2 - 1) * JUMP_MS_MAX);
  for (let number = 0; number < torture.attempts; number += 1) {
    const words = torture.oneOf(['sync', 'sync --full', 'sync --no-push']);
    const clock =
      torture.random() < 0.5
        ? { byMs: jumpMs() }
        : { jump: { afterReads: torture.below(200), byMs: jumpMs() } };
    const isCalm = torture.random() < 0.5;
    const end = isCalm
      ? await torture.endedOrKilled(torture.start(words, { clock }))
      : await torture.killAtRandom(words, { clock });
    check(torture, `${words} with the clock ${JSON.stringify(clock)}`, end, [0, 1, 2, 3]);
  }
  return torture.attempts;
}

/** An operator's commands on what is queued, which are killed, alone or next to a run. */
async function killOperator(torture: TortureWorld): Promise<number> {
  await torture.run('sync --no-push');
  let kills = 0;
  for (let number = 0; number < torture.attempts; number += 1) {
    const command = chooseCommand(torture);
    if (command === undefined) return kills;
    const { words } = command;
    const run = torture.random() < 0.4 ? torture.start('sync') : undefined;
    const end = await killSometimes(torture, words, 60);
    kills += check(torture, words, end, [0, 1, 2, 3]);
    if (run) check(torture, 'sync', await torture.endedOrKilled(run), USUAL);
    commandEnded(torture, command, end);
  }
  return kills;
}

/** At one of the first statements. */
function killSometimes(
  torture: TortureWorld,
  words: string,
  statements: number,
): Promise<CommandEnd> {
  if (torture.random() < 0.25) return torture.endedOrKilled(torture.start(words));
  const when = torture.random() < 0.5 ? 'before' : 'after';
  return torture.killAt(words, {
    at: '.',
    when,
    skip: Math.floor(torture.random() ** 2 * statements),
  });
}

async function killErasure(torture: TortureWorld): Promise<number> {
  await torture.run('sync --no-push');
  torture.company.erasureStarted();
  const words = `forget ${FORGOTTEN} --yes`;
  let kills = 0;
  for (let number = 0; number < torture.attempts; number += 1) {
    kills += check(torture, words, await killSometimes(torture, words, 150), USUAL);
  }
  if (torture.random() < 0.5)
    check(torture, 'sync', await torture.endedOrKilled(torture.start('sync')), USUAL);
  const again = await torture.run(words);
  check(torture, words, again, [0]);
  if (again.code === 0) torture.company.erasureCompleted();
  return kills;
}

export const FIRST: Round = {
  fault: MIGRATION.fault,
  weight: 0,
  strike: (torture) => killAtPoints(torture, MIGRATION),
};

/** On either database. */
export const ROUNDS: readonly Round[] = [
  ...POINTS.map((group) => ({
    fault: group.fault,
    weight: 1,
    strike: (torture: TortureWorld) => killAtPoints(torture, group),
  })),
  { fault: 'SIGKILL at a random moment', weight: 5, strike: killAtRandom },
  { fault: 'SIGKILL of two commands next to each other', weight: 2, strike: killBeside },
  { fault: 'SIGKILL of events retry and events skip', weight: 2, strike: killOperator },
  { fault: 'SIGKILL of forget', weight: 1, strike: killErasure },
  { fault: 'SIGSTOP for longer than the lease', weight: 2.5, strike: stopBeyondLease },
  { fault: 'a clock that jumps by up to two days', weight: 1.5, strike: jumpClock },
];

/** What only a file can suffer. */
export const ROUNDS_OF_A_FILE: readonly Round[] = [
  { fault: 'a full disk', weight: 1, strike: fillDisk },
  { fault: 'another process locks the database', weight: 1, strike: lockDatabase },
  { fault: 'a power cut with a torn WAL file', weight: 2, strike: losePower },
];
