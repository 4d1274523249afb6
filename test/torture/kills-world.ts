import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../../src/sandbox/seeded-random.ts';
import { type CliWorld, startCliWorld, TENANT, tablesIn } from '../support/cli-world.ts';
import type { Command, CommandEnd, CommandOptions } from '../support/command.ts';
import { passOnServer } from '../support/postgres/pass-time.ts';
import type { RunningServer } from '../support/postgres/start-server.ts';
import type { KillPoint } from '../support/preload/kill-at.ts';
import type { ShiftedTime } from '../support/preload/shift-clock.ts';
import { childOptions } from './children.ts';
import { Company, HOLD_DAYS } from './kills-company.ts';
import { type FaultCounts, failSometimes } from './kills-gong-faults.ts';

/** a run of this small company takes less than a second on a free core; then the kill comes anyway */
const KILL_AFTER_MS = 15_000;
const POLL_MS = 2;
const WAITS_DIVIDED_BY = 100;
/** longer than the longest Retry-After of Gong's faults */
const HEAL_MS = 12 * 60_000;
const RECOVERY_RUNS_MAX = 4;
const MOMENT_MS_MAX = 10;
/** of one run */
const MOST_REQUESTS = {
  salesforce: { reading: 5, sending: 8 },
  drive: { reading: 25, sending: 10 },
};

export interface StartOptions extends CommandOptions {
  /** how far the process's clock is from the vendors' */
  readonly clock?: Omit<ShiftedTime, 'waitsDividedBy' | 'shiftMs'> & { readonly byMs?: number };
}

interface WorldOptions {
  readonly seed: number;
  readonly hasDrive: boolean;
  readonly attemptsPerRound: number;
  /** absent: SQLite */
  readonly server?: RunningServer;
}

/** A small company, its vendors, and processes of the product that are killed and suspended. */
export class TortureWorld implements AsyncDisposable {
  readonly world: CliWorld;
  readonly company: Company;
  readonly random: () => number;
  readonly hasDrive: boolean;
  /** how often a round lets its fault happen */
  readonly attempts: number;
  /** on PostgreSQL; restarted by some rounds */
  readonly server: RunningServer | undefined;
  readonly counts: FaultCounts = new Map();
  /** Gong's calls while some of them failed */
  faultyCalls = 0;
  readonly failures: string[] = [];
  readonly #seed: number;
  #faultSeed = 0;

  private constructor(world: CliWorld, options: WorldOptions) {
    this.world = world;
    this.#seed = options.seed;
    this.hasDrive = options.hasDrive;
    this.server = options.server;
    this.attempts = options.attemptsPerRound;
    this.company = new Company(world, options);
    this.random = createRandom(options.seed + 1);
  }

  static async start(options: WorldOptions): Promise<TortureWorld> {
    const { hasDrive, server: running } = options;
    const world = await startCliWorld({
      ...(hasDrive && { googleDrive: true }),
      ...(running === undefined ? { onSqlite: true } : { server: running.server }),
    });
    world.configure({ crm: { holdDays: HOLD_DAYS }, schedule: '0 * * * *' });
    return new TortureWorld(world, options);
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  oneOf<T>(all: readonly [T, ...T[]]): T {
    return all[this.below(all.length)] ?? all[0];
  }

  get databaseFile(): string {
    return this.world.databaseFile;
  }

  /** False before the first migration, or while it can be rolled back. */
  hasTables(): boolean {
    return tablesIn(this.world).includes('event');
  }

  /** Lets time pass for the vendors, for the next processes, and for the database. */
  pass(ms: number): void {
    this.world.sandbox.clock.advance(ms);
    if (!this.world.isOnSqlite) passOnServer(this.world, ms);
  }

  /** True once the process has suspended itself (kill-at.ts); false if it ended instead. */
  async suspendedOrEnded(command: Command): Promise<boolean> {
    let hasEnded = false;
    void command.ended().then(() => {
      hasEnded = true;
    });
    for (let waitedMs = 0; !hasEnded && waitedMs < KILL_AFTER_MS; waitedMs += POLL_MS) {
      if (command.stderr().includes('suspended\n')) return true;
      await delay(POLL_MS);
    }
    return false;
  }

  start(words: string, options: StartOptions = {}): Command {
    const { clock, preloads = [], env, ...how } = options;
    const { byMs = 0, ...jump } = clock ?? {};
    const shiftMs = this.world.sandbox.clock.now() - Date.now() + byMs;
    const time: ShiftedTime = { shiftMs, waitsDividedBy: WAITS_DIVIDED_BY, ...jump };
    return this.world.start(words, {
      ...how,
      ...childOptions({
        preloads: ['shift-clock.ts', ...preloads],
        env: { SHIFTED_TIME: JSON.stringify(time), ...env },
        // The bundle has a driver of its own.
        needsSources: !this.world.isOnSqlite && preloads.includes('kill-at.ts'),
      }),
    });
  }

  run(words: string, options: StartOptions = {}): Promise<CommandEnd> {
    return this.start(words, options).ended();
  }

  /** Lets the process reach the statement, at which it kills itself; kills it if it takes too long. */
  async killAt(words: string, point: KillPoint, options: StartOptions = {}): Promise<CommandEnd> {
    const { preloads = [], env } = options;
    const command = this.start(words, {
      ...options,
      preloads: [...preloads, 'kill-at.ts'],
      env: { ...env, KILL_POINT: JSON.stringify(point) },
    });
    return this.endedOrKilled(command);
  }

  async endedOrKilled(command: Command): Promise<CommandEnd> {
    const timer = setTimeout(() => command.kill('SIGKILL'), KILL_AFTER_MS);
    try {
      return await command.ended();
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits for a random request of the process to any vendor, and a few milliseconds. */
  async randomMoment(command: Command): Promise<void> {
    const { salesforce, google, gong } = this.world.sandbox.traffic;
    const isSending = this.random() < 0.6;
    const seen = () =>
      isSending
        ? gong.counts.requests
        : salesforce.counts.requests + google.counts.requests + gong.counts.requests;
    const most = MOST_REQUESTS[this.hasDrive ? 'drive' : 'salesforce'];
    const limit = isSending ? most.sending : most.reading;
    // Squared, because many runs have fewer requests, and a run that has ended cannot be killed.
    const last = seen() + 1 + Math.floor(this.random() ** 2 * limit);
    let hasEnded = false;
    void command.ended().then(() => {
      hasEnded = true;
    });
    for (let waitedMs = 0; !hasEnded && seen() < last && waitedMs < KILL_AFTER_MS; ) {
      await delay(POLL_MS);
      waitedMs += POLL_MS;
    }
    await delay(this.random() * MOMENT_MS_MAX);
  }

  async killAtRandom(words: string, options: StartOptions = {}): Promise<CommandEnd> {
    const command = this.start(words, options);
    await this.randomMoment(command);
    command.kill('SIGKILL');
    return command.ended();
  }

  /** Lets 30 % of Gong's calls fail while `work` runs. */
  async whileGongFails<T>(work: () => Promise<T>): Promise<T> {
    this.#faultSeed += 100;
    const { faults } = this.world.sandbox;
    const seed = this.#seed * 10_000 + this.#faultSeed;
    const failing = failSometimes(faults, { seed, counts: this.counts });
    const { gong } = this.world.sandbox.traffic;
    const before = gong.counts.requests;
    try {
      return await work();
    } finally {
      failing.stop();
      this.faultyCalls += gong.counts.requests - before;
    }
  }

  /** Lets Gong work again, and runs until everything has arrived. Returns how long that took. */
  async recover(): Promise<number> {
    const { clock } = this.world.sandbox;
    const beganAt = performance.now();
    this.pass(HEAL_MS);
    let last: CommandEnd | undefined;
    for (let runs = 0; runs < RECOVERY_RUNS_MAX; runs += 1) {
      if (this.countRejected() > 0) await this.run('events retry --state rejected --yes');
      const startedAt = clock.now();
      last = await this.run('sync --json');
      if (last.code === 0) this.company.runCompleted(startedAt);
      if (last.code === 0 && pendingIn(last) === 0) return performance.now() - beganAt;
    }
    this.failures.push(
      `${RECOVERY_RUNS_MAX} runs did not recover: ${last?.stdout} ${last?.stderr}`,
    );
    return performance.now() - beganAt;
  }

  countRejected(): number {
    if (!this.hasTables()) return 0;
    return this.world.query(
      "select event_id from event where tenant = ? and state = 'rejected'",
      TENANT,
    ).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
  }
}

function pendingIn({ stdout }: CommandEnd): number {
  const { runs } = JSON.parse(stdout) as { readonly runs: readonly { readonly pending: number }[] };
  return runs.reduce((sum, { pending }) => sum + pending, 0);
}
