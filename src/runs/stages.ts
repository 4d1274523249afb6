import type { Bindings } from '../db/bindings.ts';
import { omitUndefined } from '../lib/omit-undefined.ts';
import type { SourceName } from '../share/share.ts';
import type { FaultyRow } from '../vendors/faulty-row.ts';
import type { BackfillWindow } from './backfill-window.ts';
import { type Rules, rulesOf } from './decide-share.ts';
import { readDrive, readDriveWindow } from './drive-stage.ts';
import { FaultyRowReport } from './faulty-row-report.ts';
import { reconsiderHeld } from './held-stage.ts';
import type {
  ReadBatch,
  ReadOptions,
  StageReading,
  SyncReading,
  SyncScope,
  WindowReading,
} from './reading-context.ts';
import type { ReadingStage } from './run-events.ts';
import type { ReadingRun } from './run-lifecycle.ts';
import { readDeliveries, readDeliveryWindow } from './salesforce-stage.ts';
import { runError, tryStage } from './stage-errors.ts';
import { readsSource } from './tenant-sources.ts';

/** What a sync does in a stage. Failures are sorted out by `tryStage`. */
interface Stage {
  readonly name: ReadingStage;
  readonly sync: (reading: SyncReading) => Promise<void>;
}

/** A source also has past windows, which a backfill reads. */
interface SourceStage extends Stage {
  readonly name: SourceName;
  readonly backfill: (reading: WindowReading) => Promise<void>;
}

/** What every run reads, real or dry, in this order. If a stage fails, the next ones still run. */
const STAGES: readonly (Stage | SourceStage)[] = [
  { name: 'salesforce', sync: readDeliveries, backfill: readDeliveryWindow },
  { name: 'google-drive', sync: readDrive, backfill: readDriveWindow },
  { name: 'held', sync: reconsiderHeld },
];

/** Reads what is new. Returns true if no source could be read at all. */
export function readNew(run: ReadingRun, options: ReadOptions & SyncScope): Promise<boolean> {
  const stages = STAGES.filter((stage) => !isSource(stage) || readsSource(run.tenant, stage.name));
  const reading = { ...readingOf(run, options, options.start), ...options };
  return readStages(stages, reading, (stage, counted) => stage.sync(counted));
}

/** Reads a past window. Returns true if no source could be read at all. */
export function readWindow(
  run: ReadingRun,
  options: ReadOptions & {
    readonly window: BackfillWindow;
    /** called for each source: reads it, and records that */
    readonly track: (source: SourceName, read: () => Promise<void>) => Promise<void>;
  },
): Promise<boolean> {
  const { window, track } = options;
  const stages = STAGES.filter(isSource).filter(
    ({ name }) => readsSource(run.tenant, name) && name === (window.source ?? name),
  );
  // No share is too old for a window that was asked for.
  const reading = { ...readingOf(run, options, undefined), window };
  return readStages(stages, reading, (stage, counted) =>
    track(stage.name, () => stage.backfill(counted)),
  );
}

async function readStages<Each extends Stage, Reading extends StageReading>(
  stages: readonly Each[],
  reading: Reading,
  read: (stage: Each, reading: Reading) => Promise<void>,
): Promise<boolean> {
  const { emit, counters } = reading.run;
  let pages = 0;
  const take = async (batch: ReadBatch) => {
    await reading.take(batch);
    pages += 1;
  };
  const records = new FaultyRowReport();
  const counted = { ...reading, take, onFaultyRecord: (row: FaultyRow) => records.add(row) };
  let failed = 0;
  for (const stage of stages) {
    emit?.({ kind: 'stage started', stage: stage.name });
    let isDone = false;
    try {
      isDone = await tryStage(counters, () => read(stage, counted));
    } finally {
      emit?.({ kind: 'stage ended', stage: stage.name, end: isDone ? 'done' : 'failed' });
    }
    if (!isDone && isSource(stage)) failed += 1;
  }
  const error = records.errorOf('crm');
  if (error !== undefined) counters.addError(error);
  return failed > 0 && failed === stages.filter(isSource).length && pages === 0;
}

function isSource(stage: Stage): stage is SourceStage {
  return 'backfill' in stage;
}

/** `start`: epoch milliseconds; earlier shares are not reported. */
function readingOf(run: ReadingRun, options: ReadOptions, start: number | undefined): StageReading {
  const { context, tenant, startedAt, connections, signal, bindings } = run;
  const { take, driveDatabase } = options;
  return {
    run,
    db: context.db,
    clock: context.clock,
    tenant,
    rules: { ...rulesOf(tenant, start, run.forgotten), readFrom: readFromOf(bindings) },
    runStartedAt: startedAt,
    crm: connections.salesforce,
    onFaultyRecord: () => {},
    onLookUpRefused: (error) => run.counters.addError(runError('crm', error)),
    signal,
    take,
    driveDatabase,
  };
}

function readFromOf(bindings: Bindings): NonNullable<Rules['readFrom']> {
  const { salesforce, 'google-drive': drive } = bindings;
  return omitUndefined({ salesforce: salesforce?.readFrom, 'google-drive': drive?.readFrom });
}
