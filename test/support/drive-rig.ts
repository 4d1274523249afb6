import type { GoogleDriveConfig } from '../../src/config/types.ts';
import {
  type Backfill,
  backfillStream,
  beginBackfill,
  endBackfill,
} from '../../src/db/backfills.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openMemoryDatabase } from '../../src/db/open.ts';
import type { Database } from '../../src/db/schema.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';
import { sharesAwaitingAuditLog } from '../../src/outbox/awaiting-audit-log.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { listEvents } from '../../src/outbox/list-events.ts';
import type { NewEvent, StoredEvent } from '../../src/outbox/outbox-event.ts';
import type { Share } from '../../src/share/share.ts';
import { openDriveBackfill } from '../../src/sources/drive/backfill-source.ts';
import { type DriveSyncOptions, openDriveSync } from '../../src/sources/drive/sync-source.ts';
import type { SourcePage } from '../../src/sources/source.ts';
import type { FaultyRow } from '../../src/vendors/faulty-row.ts';
import { heldLease } from './database.ts';
import { DOMAIN, DriveCompany } from './drive-company.ts';
import { ManualClock } from './manual-clock.ts';

type Detectors = GoogleDriveConfig['detect'];

export interface RunOptions {
  readonly full?: boolean;
  readonly internalDomains?: readonly string[];
  /** Called before each page is committed; can throw to simulate a crash. */
  readonly beforeCommit?: (page: SourcePage) => void;
}

/** The Drive source over a company in memory and a real database in memory. */
export class DriveRig {
  readonly clock: ManualClock;
  readonly company: DriveCompany;
  readonly db: Database;
  /** epoch milliseconds: earlier shares are not needed */
  start: number;
  detect: Detectors;
  config: Partial<GoogleDriveConfig> = {};
  failures: string[] = [];
  readonly setAside: FaultyRow[] = [];
  readonly #lease: Awaited<ReturnType<typeof heldLease>>;

  private constructor(parts: {
    readonly clock: ManualClock;
    readonly db: Database;
    readonly lease: Awaited<ReturnType<typeof heldLease>>;
    readonly detect: Detectors;
  }) {
    this.clock = parts.clock;
    this.db = parts.db;
    this.#lease = parts.lease;
    this.detect = parts.detect;
    this.start = parts.clock.now();
    this.company = new DriveCompany(() => this.clock.now());
  }

  static async open(detect: Detectors): Promise<DriveRig> {
    const clock = new ManualClock();
    const db = openMemoryDatabase();
    await migrate(db);
    const lease = await heldLease(db, clock.now());
    return new DriveRig({ clock, db, lease, detect });
  }

  /** Runs a sync: shares become pending, or are held for the audit log until the next run. */
  async run(options: RunOptions = {}): Promise<Share[]> {
    this.failures = [];
    const before = await this.events();
    const { start } = this;
    const drive = await openDriveSync({
      ...this.#parts(options),
      start,
      full: options.full ?? false,
    });
    const found = await this.#read(drive.source.pull(undefined), options);
    await this.#release(before.filter(({ state }) => state === 'held'));
    return found;
  }

  /** Runs a backfill of one window to its end. */
  async backfill(
    window: { readonly since: number; readonly until: number },
    options: RunOptions = {},
  ): Promise<Share[]> {
    const { clock, db } = this;
    const backfill: Backfill = { tenant: 'acme', source: 'google-drive', ...window };
    this.failures = [];
    await beginBackfill(db, this.#lease, { backfill, isAutomatic: true, now: clock.now() });
    const stream = backfillStream(backfill);
    const drive = await openDriveBackfill({ ...this.#parts(options), ...window, stream });
    const found = await this.#read(drive.source.pull(undefined), options);
    await endBackfill(db, this.#lease, { backfill, now: clock.now() });
    return found;
  }

  async events(): Promise<StoredEvent[]> {
    return listEvents(this.db, { windows: [{ tenants: ['acme'] }], limit: 10_000 });
  }

  /** The grants of all events as `ITEM GRANTEE`, sorted, with repetitions. */
  async grants(): Promise<string[]> {
    const events = await this.events();
    return events.flatMap(({ share }) => grantsIn(share)).sort();
  }

  async close(): Promise<void> {
    await this.db.destroy();
  }

  #parts(options: RunOptions): Omit<DriveSyncOptions, 'start' | 'full'> {
    const { clock, db, company } = this;
    return {
      client: company,
      config: this.#configOf(),
      internalDomains: options.internalDomains ?? [DOMAIN],
      store: {
        db,
        tenant: 'acme',
        sharesAwaitingAuditLog: (eventIds) => sharesAwaitingAuditLog(db, 'acme', eventIds),
      },
      clock,
      onFailure: (where, error) => {
        this.failures.push(`${where}: ${error instanceof Error ? error.message : error}`);
      },
      log: silentLogger,
      setAside: { add: (row) => void this.setAside.push(row), retried: [] },
    };
  }

  async #read(pages: AsyncIterable<SourcePage>, options: RunOptions): Promise<Share[]> {
    const found: Share[] = [];
    for await (const page of pages) {
      options.beforeCommit?.(page);
      await this.#commit(page);
      found.push(...page.shares);
    }
    return found;
  }

  async #commit(page: SourcePage): Promise<void> {
    const created = page.shares.map((share): NewEvent => {
      const state = page.awaitsAuditLog ? 'held' : 'pending';
      const held = { reason: 'audit-log', notBefore: this.clock.now() };
      return { eventId: share.eventId, share, state, ...(state === 'held' && held) };
    });
    await commitBatch(this.db, this.#lease, {
      tenant: 'acme',
      priority: 0,
      now: this.clock.now(),
      created,
      reconsidered: [],
      replaced: page.replaced ?? [],
      cursor: { stream: page.stream ?? 'drive', position: page.position },
      ...(page.writeInTransaction && { writeInTransaction: page.writeInTransaction }),
    });
  }

  /** What was held when the run began goes now, if it is still there. */
  async #release(held: readonly StoredEvent[]): Promise<void> {
    for (const { eventId } of held) {
      await this.db
        .updateTable('event')
        .set({ state: 'pending', reason: null })
        .where('event_id', '=', eventId)
        .where('state', '=', 'held')
        .execute();
    }
  }

  #configOf(): GoogleDriveConfig {
    return {
      auth: { flow: 'service-account', key: new Secret('{}'), adminSubject: `admin@${DOMAIN}` },
      users: 'all',
      sharedDrives: 'all',
      detect: this.detect,
      linkShares: 'skip',
      endpoint: 'https://www.googleapis.com',
      ...this.config,
    };
  }
}

function grantsIn({ content, drive }: Share): string[] {
  const grantees = [
    ...(drive?.grantees.map(({ email }) => email) ?? []),
    ...(drive?.link ? [drive.link] : []),
  ];
  return grantees.map((grantee) => `${content.id} ${grantee}`);
}
