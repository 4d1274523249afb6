import { type RunningServer, startServer } from '../support/postgres/start-server.ts';
import { settledDifference } from './kills-checks.ts';
import { HOLD_DAYS } from './kills-company.ts';
import { type Counters, Results } from './kills-results.ts';
import type { Round } from './kills-round.ts';
import { FIRST, ROUNDS, ROUNDS_OF_A_FILE } from './kills-rounds.ts';
import { ROUNDS_OF_A_SERVER } from './kills-server.ts';
import { TortureWorld } from './kills-world.ts';
import type { TorturePart, TortureRow } from './part.ts';

const DAY_MS = 24 * 60 * 60_000;
const ACTS_PER_ROUND = 4;

interface Form {
  /** in the long form, half of them wait, for a lock or for Gong */
  readonly companiesAtOnce: number;
  readonly roundsPerCompany: number;
  readonly attemptsPerRound: number;
  /** then no further company is founded */
  readonly kills: number;
  /** the same for each fault */
  readonly timesPerFault: number;
  /** whether each database is created under kills, too */
  readonly killsMigrations: boolean;
}

const LONG: Form = {
  companiesAtOnce: 4,
  roundsPerCompany: 12,
  attemptsPerRound: 5,
  kills: 1_000,
  timesPerFault: 40,
  killsMigrations: true,
};
const SHORT_LIFE = {
  roundsPerCompany: 2,
  attemptsPerRound: 3,
  kills: 0,
  timesPerFault: 0,
  killsMigrations: false,
};
/** one company of each kind, in some seconds of processor time; on PostgreSQL, a run takes longer */
const SHORT = {
  sqlite: { ...SHORT_LIFE, companiesAtOnce: 2 },
  postgres: { ...SHORT_LIFE, companiesAtOnce: 1 },
} satisfies Record<string, Form>;

interface LifeOptions extends Form {
  readonly seed: number;
  readonly hasDrive: boolean;
  readonly rounds: readonly Round[];
  /** absent: SQLite */
  readonly server?: RunningServer;
  report(line: string): void;
}

interface KillOptions {
  readonly kills?: number;
  readonly database?: 'sqlite' | 'postgres';
}

/**
 * Kills, suspensions, locks and clock jumps, while 30 % of Gong's calls fail; on SQLite, also power
 * cuts and full disks, and on PostgreSQL, restarts of the server. Half of the companies have a Drive.
 * After each round, an oracle compares Gong with the history of what people did.
 */
export async function killPart(
  options: Parameters<TorturePart>[0] & KillOptions,
): Promise<readonly TortureRow[]> {
  const { seed, long, only, report, database = 'sqlite' } = options;
  const form = long ? LONG : SHORT[database];
  const { kills = form.kills } = options;
  const results = new Results();
  const all = [...ROUNDS, ...(database === 'sqlite' ? ROUNDS_OF_A_FILE : ROUNDS_OF_A_SERVER)];
  const rounds = all.filter(({ fault }) => only === undefined || fault.includes(only));
  if (rounds.length === 0) return [];
  // Of a selection, only the times count: suspensions, for example, kill nothing.
  const isSelection = rounds.length < all.length;
  const killsOfAll = isSelection && options.kills === undefined ? 0 : kills;
  const faults = new Map(rounds.map(({ fault }) => [fault, form.timesPerFault]));
  let companies = 0;
  const work = async (server?: RunningServer) => {
    while (results.isGoing({ kills: killsOfAll, faults }) || companies < form.companiesAtOnce) {
      companies += 1;
      const own = { seed: seed * 1_000 + companies, hasDrive: companies % 2 === 0 };
      const life = { ...form, ...own, rounds, kills, report, ...(server && { server }) };
      await liveOnce(results, life);
      report(`${results.killCount} kills in ${companies} companies`);
    }
  };
  const workWithDatabase = () => (database === 'sqlite' ? work() : withServer(work));
  await Promise.all(Array.from({ length: form.companiesAtOnce }, workWithDatabase));
  for (const line of results.summary()) report(line);
  const suffix = database === 'sqlite' ? '' : ' (PostgreSQL)';
  return [...results.rows].map(([fault, row]) => ({ fault: `${fault}${suffix}`, ...row }));
}

/** Companies that live at the same time do not share a server, because it is restarted. */
async function withServer(work: (server: RunningServer) => Promise<void>): Promise<void> {
  const server = await startServer();
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

async function liveOnce(results: Results, options: LifeOptions): Promise<void> {
  await using torture = await TortureWorld.start(options);
  try {
    await live(torture, results, options);
  } finally {
    results.addGongCalls(options.hasDrive ? 'drive' : 'salesforce', torture);
  }
}

async function live(torture: TortureWorld, results: Results, options: LifeOptions): Promise<void> {
  const source = options.hasDrive ? 'drive' : 'salesforce';
  if (!options.killsMigrations) await torture.run('sync');
  for (let number = 0; number < options.roundsPerCompany; number += 1) {
    const round =
      number === 0 && options.killsMigrations
        ? FIRST
        : chooseRound(options.rounds, torture.random());
    torture.company.live(ACTS_PER_ROUND);
    const tried = await torture.whileGongFails(() => round.strike(torture));
    if (round.fault.startsWith('SIGKILL')) results.kills[source] += tried;
    const facts = { tried, number, options };
    // Otherwise, every later round would report the same once more.
    if (!(await settle(torture, results.of(round.fault), facts))) return;
  }
  await endOfLife(torture, results, options);
}

function chooseRound(rounds: readonly Round[], random: number): Round {
  const total = rounds.reduce((sum, { weight }) => sum + weight, 0);
  let left = random * total;
  for (const round of rounds) {
    left -= round.weight;
    if (left < 0) return round;
  }
  throw new Error('no fault has this name');
}

/** Recovers, then compares. What is wrong counts for the fault of the round. Returns false then. */
async function settle(
  torture: TortureWorld,
  counters: Counters,
  facts: { readonly tried: number; readonly number: number | 'end'; readonly options: LifeOptions },
): Promise<boolean> {
  const recoveryMs = await torture.recover();
  const { lost, doubled, sentences } = settledDifference(torture);
  counters.tried += facts.tried;
  counters.lost += lost;
  counters.doubled += doubled;
  if (facts.tried > 0) {
    counters.worstRecoveryMs = Math.max(counters.worstRecoveryMs ?? 0, Math.round(recoveryMs));
  }
  const where = `company ${facts.options.seed}, round ${facts.number}`;
  const problems = [...torture.failures.splice(0), ...sentences].map((one) => `${where}: ${one}`);
  counters.failures.push(...problems);
  for (const problem of problems) facts.options.report(problem);
  return problems.length === 0;
}

/** Every hold ends, every late entry is visible, and the backfill completes. */
async function endOfLife(
  torture: TortureWorld,
  results: Results,
  options: LifeOptions,
): Promise<void> {
  const { company, world } = torture;
  world.sandbox.clock.advance((HOLD_DAYS + 1) * DAY_MS);
  company.backfillStarted();
  const { since, until } = company.pastWindow;
  const counters = results.of('the end: every hold is over, and a backfill completes');
  for (const words of [`backfill --since ${since} --until ${until}`, 'sync', 'sync --full']) {
    const { code, stderr } = await torture.run(words);
    if (code !== 0) torture.failures.push(`${words} exited with ${code}: ${stderr.slice(-1_500)}`);
  }
  company.backfillCompleted();
  await settle(torture, counters, { tried: 1, number: 'end', options });
  const rows = world.query<{ state: string; events: number }>(
    'select state, count(*) as events from event group by state',
  );
  for (const { state, events } of rows) results.addEvents(state, events);
}
