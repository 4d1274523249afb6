import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { explain } from '../../src/operator/explain.ts';
import { commitBatch } from '../../src/outbox/commit.ts';
import { SEARCH_LIMITS } from '../../src/outbox/limits.ts';
import { indexForSearch, indexingTimeOf } from '../../src/service/index-for-search.ts';
import { INDEXING_LIMITS } from '../../src/service/limits.ts';
import { heldLease } from '../support/database.ts';
import { batchOf, eventSeries } from '../support/events.ts';
import { startWorld, type World } from '../support/world.ts';

const { signal } = new AbortController();
const REPORT = { startedAt: '2026-11-29T01:00:00.000Z', finishedAt: '2026-11-29T01:50:00.000Z' };
let world: World;

beforeEach(async () => {
  world = await startWorld({});
});
afterEach(() => world.close());

async function queued(): Promise<number> {
  const { db } = await world.context();
  return (await db.selectFrom('search_queue').selectAll().execute()).length;
}

async function store(count: number): Promise<void> {
  const { db } = await world.context();
  await commitBatch(db, await heldLease(db, world.clock.now()), batchOf(eventSeries(count)));
}

describe('indexing for searches', () => {
  test('after the runs of a command takes a small part of their time, and a moment at least', () => {
    expect(indexingTimeOf([REPORT as never])).toBe(50 * 60_000 * INDEXING_LIMITS.shareOfRuns);
    const short = { ...REPORT, finishedAt: REPORT.startedAt };
    expect(indexingTimeOf([short as never])).toBe(INDEXING_LIMITS.commandMsMin);
    expect(indexingTimeOf([])).toBe(INDEXING_LIMITS.commandMsMin);
  });

  test('continues where it stopped, and stops when its time is over or a stop is requested', async () => {
    await store(SEARCH_LIMITS.eventsPerBatchMax * 2 + 100);
    const context = await world.context();
    await indexForSearch(context, { forMs: 0, signal });
    await indexForSearch(context, { forMs: 1_000, signal: AbortSignal.abort() });
    const before = await queued();
    expect(before).toBeGreaterThan(0);
    await indexForSearch(context, { forMs: 1_000, signal });
    expect(await queued()).toBe(0);
  });

  test('explain says how many events it cannot search yet', async () => {
    await store(SEARCH_LIMITS.queuedEventsReadMax + 7);
    const request = { text: 'unknown@elsewhere.example', limit: 10 };
    const [absence] = await explain(await world.context(), [world.tenant], request);
    expect(absence?.sentences.join(' ')).toContain(
      '7 events of a large sync cannot be searched yet',
    );
    await indexForSearch(await world.context(), { forMs: 60_000, signal });
    const [later] = await explain(await world.context(), [world.tenant], request);
    expect(later?.sentences.join(' ')).not.toContain('cannot be searched yet');
  });
});
