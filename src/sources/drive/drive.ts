import type { GoogleDriveConfig } from '../../config/types.ts';
import { listCursors } from '../../db/cursors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { GoogleClient } from '../../vendors/google/google-client.ts';
import type { Source, SourcePage } from '../source.ts';
import { NIGHTLY } from './audit-partition.ts';
import { actPages } from './audit-share-pages.ts';
import { type DomainHistory, domainHistory } from './domains.ts';
import type { DriveRecord } from './drive-record.ts';
import { inOrder } from './fan-out.ts';
import { ItemReader } from './item-reader.ts';
import { DRIVE_LIMITS } from './limits.ts';
import { readStreamPosition, type StreamPosition } from './positions.ts';
import { auditPages } from './read-audit-log.ts';
import { readStream, type StreamReading } from './read-change-log.ts';
import { findScope, type Scope } from './scope.ts';
import { changePage } from './shares-from-changes.ts';
import {
  asSource,
  isOfGoogle,
  isOfOne,
  isOfUserWithoutDrive,
  isUnclear,
  type OnFailure,
  StreamFailures,
} from './stream-failures.ts';
import { type Stream, streamsOf } from './streams.ts';

export interface DriveOptions {
  readonly client: GoogleClient;
  readonly config: GoogleDriveConfig;
  readonly internalDomains: readonly string[];
  readonly record: DriveRecord;
  readonly clock: Clock;
  /** epoch milliseconds: before it nothing is looked for */
  readonly start: number;
  /** read everything again and compare it with the record */
  readonly full: boolean;
  /** takes what went wrong with one user, drive or detector while the others go on */
  readonly onFailure: OnFailure;
  readonly log: Logger;
}

/** A tenant's Drive, once it is known whose files count. */
export interface Drive {
  readonly source: Source;
  /** what counts as inside: the configured domains and the Directory's */
  readonly internalDomains: readonly string[];
  /** whether the audit log was read to its end, so that nothing has to wait for it */
  readonly isAuditLogRead: boolean;
}

/**
 * Finds whose files count. The source then gives, in this order:
 * 1. entries of the audit log, kept in the database as they are paged;
 * 2. their acts: the shares that the audit log tells of;
 * 3. each user's and drive's change log: the shares that the audit log did not tell of.
 *
 * One user or drive that cannot be read is told and does not stop the others. Throws as the client
 * does where nobody can be read.
 */
export async function openDrive(options: DriveOptions): Promise<Drive> {
  const { client, config, internalDomains, record, clock, log } = options;
  const scope = await asSource(() => findScope({ client, config, internalDomains, log }));
  const pass = new DrivePass(options, {
    scope,
    domains: await domainHistory(record, scope.domains, clock.now()),
  });
  return {
    source: { name: 'google-drive', stream: 'drive', pace: 'in-step', pull: () => pass.pages() },
    internalDomains: scope.domains,
    get isAuditLogRead() {
      return pass.isAuditLogRead;
    },
  };
}

class DrivePass {
  isAuditLogRead: boolean;
  readonly #options: DriveOptions;
  readonly #scope: Scope;
  readonly #domains: DomainHistory;

  constructor(
    options: DriveOptions,
    known: { readonly scope: Scope; readonly domains: DomainHistory },
  ) {
    this.#options = options;
    this.#scope = known.scope;
    this.#domains = known.domains;
    this.isAuditLogRead = !options.config.detect.includes('audit-log');
  }

  async *pages(): AsyncGenerator<SourcePage> {
    const { detect } = this.#options.config;
    if (this.#domains.page !== undefined) yield this.#domains.page;
    if (detect.includes('audit-log')) yield* this.#auditLog();
    if (detect.includes('changes')) yield* this.#changeLogs();
  }

  /** Without it the change logs are read all the same: what they find waits for it. */
  async *#auditLog(): AsyncGenerator<SourcePage> {
    const { client, record, start, full, clock, onFailure } = this.#options;
    const scope = this.#scope;
    const now = clock.now();
    try {
      yield* auditPages({ client, record, scope, lane: NIGHTLY, start, full, now });
      // Acts are formed of what is read whole, never of a part of it.
      const isPassedOver = (error: unknown) => this.#isPassedOver(error);
      const items = new ItemReader({ client, scope, now, isPassedOver, onFailure });
      const { wasInside } = this.#domains;
      yield* actPages({ record, scope, items, wasInside, lane: NIGHTLY });
      this.isAuditLogRead = true;
    } catch (error) {
      if (!isOfGoogle(error)) throw error;
      onFailure('the audit log', error);
    }
  }

  async *#changeLogs(): AsyncGenerator<SourcePage> {
    const { record, onFailure, log } = this.#options;
    const failures = new StreamFailures(onFailure);
    const kept = await positionsOf(record);
    const unclear: Stream[] = [];
    yield* this.#readStreams(streamsOf(this.#scope), {
      kept,
      failures,
      isPutOff: (stream, error) => {
        const isLast = unclear.length === DRIVE_LIMITS.streamsPutOffMax;
        if (isLast || !isUnclear(error)) return false;
        unclear.push(stream);
        return true;
      },
    });
    yield* this.#readStreams(unclear, { kept, failures, isPutOff: () => false });
    failures.finish();
    const { passedOver } = failures;
    if (passedOver > 0) log.info('Google users without Drive', { passedOver });
  }

  /** `isPutOff`: how it failed does not tell yet whether it concerns the others. */
  async *#readStreams(
    streams: readonly Stream[],
    options: {
      readonly kept: ReadonlyMap<string, StreamPosition>;
      readonly failures: StreamFailures;
      readonly isPutOff: (stream: Stream, error: unknown) => boolean;
    },
  ): AsyncGenerator<SourcePage> {
    const { kept, failures, isPutOff } = options;
    const reading = this.#streamReading();
    const outcomes = inOrder(streams, DRIVE_LIMITS.streamsAtOnceMax, (stream) =>
      readStream(reading, stream, kept.get(stream.name)),
    );
    for await (const outcome of outcomes) {
      const { item: stream } = outcome;
      if ('value' in outcome) {
        failures.addSuccess();
        yield await this.#compared(stream, outcome.value, kept);
      } else if (stream.kind === 'user' && this.#isPassedOver(outcome.error)) {
        failures.passOver(outcome.error);
      } else if (isOfOne(outcome.error)) {
        failures.add(stream.title, outcome.error);
      } else if (!isPutOff(stream, outcome.error)) {
        throw outcome.error;
      }
    }
  }

  /** Nobody named the users of `all`: one who has no Drive is no failure. */
  #isPassedOver(error: unknown): boolean {
    return isOfUserWithoutDrive(this.#options.config, error);
  }

  #compared(
    stream: Stream,
    page: Parameters<typeof changePage>[1]['page'],
    kept: ReadonlyMap<string, StreamPosition>,
  ): Promise<SourcePage> {
    const { record, start, clock, config } = this.#options;
    return changePage(
      record,
      { stream, page },
      {
        start,
        formerDomains: this.#domains.formerSince(kept.get(stream.name)?.domainsAt),
        now: clock.now(),
        awaitsAuditLog: config.detect.includes('audit-log'),
      },
    );
  }

  #streamReading(): StreamReading {
    const { client, clock, start, full, onFailure } = this.#options;
    const domainsAt = this.#domains.changedAt;
    return { client, clock, scope: this.#scope, start, full, domainsAt, onFailure };
  }
}

async function positionsOf({ db, tenant }: DriveRecord): Promise<Map<string, StreamPosition>> {
  const cursors = await listCursors(db, tenant);
  return new Map(
    cursors
      .filter(({ stream }) => stream.startsWith('drive/changes/'))
      .map(({ stream, position }) => [stream, readStreamPosition(position)]),
  );
}
