import { settledDifference } from './kills-checks.ts';
import { HOLD_DAYS } from './kills-company.ts';
import type { FaultCounts } from './kills-gong-faults.ts';
import { FIRST, ROUNDS, type Round } from './kills-rounds.ts';
import { TortureWorld } from './kills-world.ts';
import type { TorturePart, TortureRow } from './part.ts';

const DAY_MS = 24 * 60 * 60_000;
const ROUNDS_PER_COMPANY = 12;
const ACTS_PER_ROUND = 4;
/** half of them wait, for a lock or for Gong */
const COMPANIES_AT_ONCE = Number(process.env['AT_ONCE'] ?? 4);
const FAILURES_MAX = 20;
export const KILLS_MIN = { long: 1_000, short: 30 };

interface Counters {
  tried: number;
  lost: number;
  doubled: number;
  worstRecoveryMs: number | null;
  readonly failures: string[];
}

interface LifeOptions {
  readonly seed: number;
  readonly hasDrive: boolean;
  readonly rounds: readonly Round[];
  /** of all companies */
  readonly kills: number;
}

/** What happened, by fault. */
class Results {
  readonly rows = new Map<string, Counters>();
  readonly gong = { salesforce: new Map() as FaultCounts, drive: new Map() as FaultCounts };
  readonly gongCalls = { salesforce: 0, drive: 0 };
  readonly kills = { salesforce: 0, drive: 0 };
  readonly states = new Map<string, number>();

  of(fault: string): Counters {
    const counters = this.rows.get(fault) ?? {
      tried: 0,
      lost: 0,
      doubled: 0,
      worstRecoveryMs: null,
      failures: [],
    };
    this.rows.set(fault, counters);
    return counters;
  }

  /** Enough failures show what is wrong, and take long. */
  isGoing(kills: number): boolean {
    const failures = [...this.rows.values()].reduce((sum, row) => sum + row.failures.length, 0);
    return this.killCount < kills && failures < FAILURES_MAX;
  }

  get killCount(): number {
    return this.kills.salesforce + this.kills.drive;
  }
}

/**
 * Kills, suspensions, power cuts, full disks, locks and clock jumps, while 30 % of Gong's calls fail.
 * Half of the companies have a Drive. After each round, an oracle compares Gong with the history of
 * what people did.
 */
export const killPart: TorturePart = async ({ seed, long, only, report, ...options }) => {
  const kills =
    (options as { readonly kills?: number }).kills ?? KILLS_MIN[long ? 'long' : 'short'];
  const results = new Results();
  const rounds = ROUNDS.filter(({ fault }) => only === undefined || fault.includes(only));
  let companies = 0;
  const work = async () => {
    while (results.isGoing(kills) || companies < COMPANIES_AT_ONCE) {
      companies += 1;
      const own = { seed: seed * 1_000 + companies, hasDrive: companies % 2 === 0 };
      await liveOnce(results, { ...own, rounds, kills });
      report(`${results.killCount} kills in ${companies} companies`);
    }
  };
  await Promise.all(Array.from({ length: COMPANIES_AT_ONCE }, work));
  for (const line of summaryOf(results)) report(line);
  return [...results.rows].map(([fault, counters]): TortureRow => ({ fault, ...counters }));
};

async function liveOnce(results: Results, options: LifeOptions): Promise<void> {
  await using torture = await TortureWorld.start(options);
  const source = options.hasDrive ? 'drive' : 'salesforce';
  try {
    await live(torture, results, options);
  } finally {
    results.gongCalls[source] += torture.faultyCalls;
    for (const [name, count] of torture.counts) {
      results.gong[source].set(name, (results.gong[source].get(name) ?? 0) + count);
    }
  }
}

async function live(torture: TortureWorld, results: Results, options: LifeOptions): Promise<void> {
  const source = options.hasDrive ? 'drive' : 'salesforce';
  for (let number = 0; number < ROUNDS_PER_COMPANY; number += 1) {
    const round = number === 0 ? FIRST : chooseRound(options.rounds, torture.random());
    torture.company.live(ACTS_PER_ROUND);
    const tried = await torture.whileGongFails(() => round.strike(torture));
    if (round.fault.startsWith('SIGKILL')) results.kills[source] += tried;
    const facts = { tried, seed: options.seed, number };
    // Otherwise, every later round would report the same once more.
    if (!(await settle(torture, results.of(round.fault), facts))) return;
    if (results.killCount >= options.kills) break;
  }
  await endOfLife(torture, results, options.seed);
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
  facts: { readonly tried: number; readonly seed: number; readonly number: number | string },
): Promise<boolean> {
  const recoveryMs = await torture.recover();
  const { lost, doubled, sentences } = settledDifference(torture);
  counters.tried += facts.tried;
  counters.lost += lost;
  counters.doubled += doubled;
  if (facts.tried > 0) {
    counters.worstRecoveryMs = Math.max(counters.worstRecoveryMs ?? 0, Math.round(recoveryMs));
  }
  const where = `company ${facts.seed}, round ${facts.number}`;
  const problems = [...torture.failures.splice(0), ...sentences];
  counters.failures.push(...problems.map((problem) => `${where}: ${problem}`));
  return problems.length === 0;
}

/** Every hold ends, every late entry is visible, and the backfill completes. */
async function endOfLife(torture: TortureWorld, results: Results, seed: number): Promise<void> {
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
  await settle(torture, counters, { tried: 1, seed, number: 'end' });
  const rows = world.query<{ state: string; events: number }>(
    'select state, count(*) as events from event group by state',
  );
  for (const { state, events } of rows) {
    results.states.set(state, (results.states.get(state) ?? 0) + events);
  }
}

function summaryOf({ kills, gong, gongCalls, states }: Results): string[] {
  const failed = (counts: FaultCounts) => [...counts.values()].reduce((sum, one) => sum + one, 0);
  const listed = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([name, count]) => `${name}: ${count}`).join(' · ');
  return [
    `kills: ${kills.salesforce} with Salesforce only, ${kills.drive} with Drive`,
    ...(['salesforce', 'drive'] as const).map(
      (source) =>
        `Gong's calls (${source}): ${gongCalls[source]}, of which ${failed(gong[source])} failed: ` +
        listed(gong[source]),
    ),
    `events at the end: ${listed(states)}`,
  ];
}
