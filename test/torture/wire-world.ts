import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfigIn } from '../../src/config/load-process-config.ts';
import type { Config, TenantConfig } from '../../src/config/types.ts';
import type { RunReport } from '../../src/db/run-report.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { retrySelected } from '../../src/operator/retry-and-skip.ts';
import { countByState } from '../../src/outbox/event-counts.ts';
import { type AppContext, openContext } from '../../src/runs/app-context.ts';
import { runBackfill } from '../../src/runs/backfill.ts';
import { runSync } from '../../src/runs/sync.ts';
import { writeSandboxConfiguration } from '../../src/sandbox/configuration-folder.ts';
import type { GongEvent } from '../../src/sandbox/gong/event-log.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import type { SandboxClock } from '../../src/sandbox/sandbox-clock.ts';
import { type Exchange, type FaultyWire, type Plan, startFaultyWire } from './wire-proxy.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** A Retry-After of some seconds takes some milliseconds. */
const SPEED = 100;
/** Not a limit of any wait: a run that takes longer hangs. */
const HANG_MS = 240_000;
/** more of them, if a run did not end well */
const LATE_NIGHTS_MAX = 2;
const UNLIMITED = {
  callsPerSecond: Number.POSITIVE_INFINITY,
  callsPerDay: Number.POSITIVE_INFINITY,
};

/** A clock that runs faster than the system's and can be set to any time. */
export class FastClock implements SandboxClock {
  #base: number;
  #since = Date.now();

  constructor(now: number) {
    this.#base = now;
  }

  now(): number {
    return Math.round(this.#base + (Date.now() - this.#since) * SPEED);
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    try {
      await delay(Math.max(0, ms) / SPEED, undefined, signal ? { signal } : {});
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  }

  set(now: number): void {
    this.#base = now;
    this.#since = Date.now();
  }

  advance(ms: number): void {
    this.set(this.now() + ms);
  }
}

/** What one case is about: the run that a fault hits. */
export type Stage = 'first sync' | 'second sync' | 'backfill';
export const STAGES: readonly Stage[] = ['first sync', 'second sync', 'backfill'];

/** What the runs of one case did. */
export interface CaseResult {
  /** the eventIds that Gong accepted, in order of arrival */
  readonly accepted: readonly string[];
  /** the same as Gong keeps them */
  readonly events: readonly GongEvent[];
  /** of the run that the plan applied to; undefined if it threw */
  readonly report: RunReport | undefined;
  /** what the run threw: a bug, or what counts as one */
  readonly thrown: unknown;
  /** the eventIds among them that Gong accepted before the plan ended */
  readonly prompt: readonly string[];
  readonly isRecovered: boolean;
  /** what the runs of the recovery threw */
  readonly recovered: readonly unknown[];
  /** when the plan ended, and when each event arrived, by the vendors' clock */
  readonly overAt: number;
  readonly arrivals: ReadonlyMap<string, number>;
  /** Reads the database before it is closed. */
  readonly inspected: unknown;
}

export interface CaseOptions {
  readonly plan: Plan;
  readonly onExchange?: (exchange: Exchange) => void;
  /** called after the run that the plan applied to, before the recovery */
  readonly inspect?: (context: AppContext) => Promise<unknown>;
  /** default: the next runs that an operator would see */
  readonly recovery?: Recovery | ((inspected: unknown) => Recovery);
  /** whether a full sync has recovered everything; if not, one more night follows */
  readonly isComplete?: ((events: readonly GongEvent[]) => boolean) | undefined;
}

/**
 * What happens after the run that the plan applied to:
 * - `next runs`: the same command again, then the sync of the next night
 * - `full sync`: a backfill again, then `sync --full` in the next night
 */
export type Recovery = 'next runs' | 'full sync' | 'none';

type Command =
  | { readonly kind: 'sync'; readonly reach: 'new' | 'all' }
  | { readonly kind: 'backfill'; readonly since: number };

/**
 * A small company with both sources, whose requests pass through a faulty wire. Each case starts from
 * the same database and at the same time.
 */
export class WireWorld implements AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly wire: FaultyWire;
  readonly tenant: TenantConfig;
  readonly #clock: FastClock;
  readonly #config: Config;
  readonly #folder: string;
  readonly #files: Files;
  #startsAt: number;

  private constructor(
    parts: Pick<WireWorld, 'sandbox' | 'wire' | 'tenant'>,
    own: {
      readonly clock: FastClock;
      readonly config: Config;
      readonly folder: string;
      readonly files: Files;
    },
  ) {
    this.sandbox = parts.sandbox;
    this.wire = parts.wire;
    this.tenant = parts.tenant;
    this.#clock = own.clock;
    this.#config = own.config;
    this.#folder = own.folder;
    this.#files = own.files;
    this.#startsAt = own.clock.now();
  }

  static async start(): Promise<WireWorld> {
    const now = Date.parse('2026-11-02T02:00:00Z');
    const clock = new FastClock(now);
    const sandbox = await createSandbox({ clock, gong: { limits: UNLIMITED } });
    const wire = await startFaultyWire(sandbox);
    const folder = mkdtempSync(join(tmpdir(), 'sharetrail-wire-'));
    const settings = { start: now - DAY_MS, timezone: 'UTC', googleDrive: true } as const;
    const seen = { ...sandbox, origins: wire.origins };
    await writeSandboxConfiguration(folder, seen, settings);
    const config = await loadConfigIn({ folder, workingDirectory: folder, environment: {} });
    const [written] = config.tenants;
    if (written === undefined) throw new Error('the sandbox wrote no tenant');
    const tenant: TenantConfig = {
      ...written,
      crm: { ...written.crm, holdDays: 0 },
      gong: { ...written.gong, callsPerSecond: 1_000, callsPerDay: 1_000_000 },
    };
    const files = seedCompany(sandbox, now);
    const world = new WireWorld({ sandbox, wire, tenant }, { clock, config, folder, files });
    clock.set(now);
    await world.#withContext('empty.db', async () => {});
    return world;
  }

  /** Moves the company to the day of the stage, and keeps the database that its cases start from. */
  async enter(stage: Stage): Promise<void> {
    if (stage !== 'second sync') return;
    await this.case('first sync', { plan: () => undefined });
    copyFileSync(this.#file('case.db'), this.#file('second.db'));
    this.#startsAt += 3 * DAY_MS;
    this.#clock.set(this.#startsAt);
    seedSecondDay(this.sandbox, this.#files, this.#startsAt);
  }

  /** Runs the stage with the plan, then the next runs without it. */
  async case(stage: Stage, options: CaseOptions): Promise<CaseResult> {
    const { plan, onExchange, inspect, recovery = 'next runs', isComplete } = options;
    copyFileSync(
      this.#file(stage === 'first sync' ? 'empty.db' : 'second.db'),
      this.#file('case.db'),
    );
    this.#clock.set(this.#startsAt);
    this.sandbox.gong.reset();
    this.wire.begin(plan, onExchange);
    return this.#withContext('case.db', async (context) => {
      const outcome = await this.#run(context, this.#commandOf(stage));
      const inspected = await inspect?.(context);
      this.wire.begin(() => undefined);
      const overAt = this.#clock.now();
      const prompt = this.#accepted();
      const how = typeof recovery === 'function' ? recovery(inspected) : recovery;
      const recovered = await this.#recover(context, stage, { recovery: how, isComplete });
      const { events } = this.sandbox.gong;
      const arrivals = new Map(events.map((event) => [event.eventId ?? '', event.receivedAt]));
      const accepted = this.#accepted();
      const isRecovered = how !== 'none';
      return {
        ...{ ...outcome, inspected, prompt, isRecovered, recovered },
        ...{ accepted, events, overAt, arrivals },
      };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.wire[Symbol.asyncDispose]();
    await this.sandbox.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #accepted(): string[] {
    return this.sandbox.gong.events.map(({ eventId }) => eventId ?? '');
  }

  get #oldest(): number {
    return this.#startsAt - 10 * DAY_MS;
  }

  #commandOf(stage: Stage): Command {
    // The window ends before the tenant's start, so that each share belongs to one of them.
    return stage === 'backfill'
      ? { kind: 'backfill', since: this.#oldest }
      : { kind: 'sync', reach: 'new' };
  }

  async #run(
    context: AppContext,
    command: Command,
  ): Promise<{ readonly report: RunReport | undefined; readonly thrown: unknown }> {
    const options = {
      tenant: this.tenant,
      push: 'send',
      backfillUntil: Number.POSITIVE_INFINITY,
      signal: new AbortController().signal,
      listeners: [],
    } as const;
    const run =
      command.kind === 'backfill'
        ? runBackfill(context, {
            ...options,
            window: { since: command.since, until: this.#startsAt - 5 * DAY_MS },
          })
        : runSync(context, { ...options, reach: command.reach });
    try {
      return { report: await withinHangLimit(run), thrown: undefined };
    } catch (thrown) {
      return { report: undefined, thrown };
    }
  }

  /** An operator retries what Gong rejected before each run. Returns what the runs threw. */
  async #hasPending({ db }: AppContext): Promise<boolean> {
    return (await countByState(db, this.tenant.tenant)).pending > 0;
  }

  async #recover(
    context: AppContext,
    stage: Stage,
    how: { readonly recovery: Recovery } & Pick<CaseOptions, 'isComplete'>,
  ): Promise<unknown[]> {
    const { recovery, isComplete = () => true } = how;
    if (recovery === 'none') return [];
    const again = this.#commandOf(stage);
    const isFull = recovery === 'full sync';
    const thrown: unknown[] = [];
    const retry = async (state: 'rejected' | 'skipped') => {
      const { signal } = new AbortController();
      await retrySelected(context, this.tenant, { state, signal });
    };
    const run = async (laterMs: number, command: Command) => {
      this.#clock.advance(laterMs);
      await retry('rejected');
      const outcome = await this.#run(context, command);
      if (outcome.thrown !== undefined) thrown.push(outcome.thrown);
      return outcome.report?.outcome === 'ok';
    };
    const runAgain = async (reach: 'new' | 'all') => {
      // `sync --full` does what the same sync would do.
      const isRepeated = !isFull || stage === 'backfill';
      const isOk = !isRepeated || (await run(0, again));
      const isNightOk = await run(26 * HOUR_MS, { kind: 'sync', reach });
      return isOk && isNightOk && !(await this.#hasPending(context));
    };
    let isDone = await runAgain(isFull ? 'all' : 'new');
    // On a busy machine, time-outs can end these runs, too: what they did not do is late, not lost.
    for (let night = 0; night < LATE_NIGHTS_MAX && !isDone; night += 1) {
      isDone = await runAgain('new');
    }
    if (!isComplete(this.sandbox.gong.events)) {
      // An operator sees why the share was skipped, and that it should not have been.
      await retry('skipped');
      // The same window is finished: another one reads the log again.
      if (stage === 'backfill') await run(0, { kind: 'backfill', since: this.#oldest - HOUR_MS });
      await run(26 * HOUR_MS, { kind: 'sync', reach: 'all' });
    }
    return thrown;
  }

  async #withContext<T>(name: string, work: (context: AppContext) => Promise<T>): Promise<T> {
    const service = { ...this.#config.service, database: `sqlite:${this.#file(name)}` } as const;
    const context = await openContext({
      config: { ...this.#config, service },
      clock: this.#clock,
      // Makes the jittered waits between attempts short.
      random: () => 0.001,
      log: silentLogger,
      access: 'write',
    });
    try {
      return await work(context);
    } finally {
      await context.close();
    }
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }
}

/** The IDs of the files that are shared on the second day. */
interface Files {
  readonly prices: string;
  readonly contract: string;
}

function seedCompany({ salesforce: org, google }: Sandbox, now: number): Files {
  google.set({ pageSizeMax: 2 });
  org.set({ pageRowsMax: 2 });
  const account = org.add('Account', { Name: 'Globex' });
  const contact = org.add('Contact', {
    AccountId: account,
    LastName: 'Byron',
    Email: 'ada@globex.example',
  });
  org.add('Lead', { LastName: 'Klein', Company: 'Initech', Email: 'ben@initech.example' });
  const ann = google.addUser(`ann@${google.domain}`);
  const drive = google.addSharedDrive({ name: 'Deals', members: { [ann]: 'organizer' } });
  const madeAt = now - 30 * DAY_MS;
  const files = ['Offer', 'Plan', 'Old offer', 'Price list', 'Contract'].map((name) =>
    google.createFile({ name, owner: ann, at: madeAt }),
  );
  files.push(google.createFile({ name: 'Deck', drive, by: ann, at: madeAt }));
  const [offer = '', plan = '', old = '', prices = '', contract = '', deck = ''] = files;
  for (const [at, title] of [
    [now - 6 * DAY_MS, 'Old brochure'],
    [now - 3 * HOUR_MS, 'Brochure'],
    [now - 2 * HOUR_MS, 'Renewal'],
  ] as const) {
    org.deliver({ title, relatedTo: contact, at });
  }
  google.share(old, { to: 'ada@globex.example', by: ann, at: now - 6 * DAY_MS });
  google.share(offer, { to: 'ada@globex.example', by: ann, at: now - 2 * HOUR_MS });
  google.share(plan, {
    to: ['ada@globex.example', 'ben@initech.example'],
    by: ann,
    at: now - HOUR_MS,
  });
  google.share(deck, { to: 'ben@initech.example', by: ann, at: now - HOUR_MS });
  return { prices, contract };
}

/** Later shares, one of which the audit log never shows. */
function seedSecondDay({ salesforce: org, google }: Sandbox, files: Files, now: number): void {
  const ann = `ann@${google.domain}`;
  org.deliver({ title: 'Second brochure', at: now - 2 * HOUR_MS });
  google.share(files.prices, { to: 'ada@globex.example', by: ann, at: now - HOUR_MS });
  google.setLateAudit(Number.POSITIVE_INFINITY);
  google.share(files.contract, { to: 'ben@initech.example', by: ann, at: now - HOUR_MS });
  google.setLateAudit(0);
}

async function withinHangLimit<T>(work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const hang = delay(HANG_MS, undefined, { signal: over.signal }).then(() => {
    throw new Error(`the run did not end within ${HANG_MS / 1_000} s`);
  });
  hang.catch(() => {});
  try {
    return await Promise.race([work, hang]);
  } finally {
    over.abort();
  }
}
