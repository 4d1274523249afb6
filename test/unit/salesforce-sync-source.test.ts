import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RetryableError, UserError } from '../../src/lib/errors.ts';
import { createSalesforceSync } from '../../src/sources/salesforce/sync-source.ts';
import type { SourcePage } from '../../src/sources/source.ts';
import { MalformedQuery, SalesforceError } from '../../src/vendors/salesforce/errors.ts';
import { salesforceId18 } from '../../src/vendors/salesforce/id.ts';
import { DeliveryClient, type DeliveryFacts } from '../support/delivery-client.ts';

const START = Date.UTC(2026, 10, 1);
const MINUTE_MS = 60_000;

function delivery(number: number, modifiedAt: number): DeliveryFacts {
  return { id: salesforceId18(`05Dxx${String(number).padStart(10, '0')}`), modifiedAt };
}

/** `count` deliveries, the first at `from`, `stepMs` apart. */
function deliveries(count: number, from: number, stepMs: number): DeliveryFacts[] {
  return Array.from({ length: count }, (_, index) => delivery(index, from + index * stepMs));
}

function sourceOf(client: DeliveryClient, full = false, failures: unknown[] = []) {
  return createSalesforceSync({
    client,
    config: { contentUrl: 'public-link' },
    tenant: 'acme',
    start: START,
    full,
    setAside: { add: (row) => void failures.push(row), retried: [] },
    onFailure: (error) => void failures.push(error),
  });
}

async function pull(client: DeliveryClient, position?: string, full = false) {
  const pages: SourcePage[] = [];
  for await (const page of sourceOf(client, full).pull(position)) pages.push(page);
  const ids = pages.flatMap(({ shares }) => shares.map(({ shareId }) => shareId));
  return { pages, ids, position: pages.at(-1)?.position ?? position };
}

const positionAt = (ms: number) =>
  JSON.stringify({ from: new Date(START).toISOString(), mark: new Date(ms).toISOString() });
const lowerBound = (soql = '') => /SystemModstamp >= (\S+)/.exec(soql)?.[1];
const sorted = (rows: readonly DeliveryFacts[]) => rows.map(({ id }) => id).sort();

describe('reading deliveries', () => {
  test('selects explicit fields, ordered by time and Id, without a limit', async () => {
    const client = new DeliveryClient([], 10);
    await pull(client);
    expect(client.soqls).toHaveLength(1);
    const [fields, rest] = client.soqls[0]?.split(' FROM ') ?? [];
    expect(fields).toMatch(/^SELECT Id, Name, [\w., ]+$/);
    expect(rest).toBe(
      'ContentDistribution WHERE SystemModstamp >= 2026-11-01T00:00:00Z ' +
        'ORDER BY SystemModstamp, Id',
    );
  });

  test('starts at `start`, and afterwards ten minutes before the mark', async () => {
    const mark = START + 60 * MINUTE_MS;
    const client = new DeliveryClient([], 10);
    await pull(client, positionAt(mark));
    await pull(client, positionAt(START + 5 * MINUTE_MS));
    await pull(client, positionAt(mark), true);
    expect(client.soqls.map(lowerBound)).toEqual([
      '2026-11-01T00:50:00Z',
      '2026-11-01T00:00:00Z',
      '2026-11-01T00:00:00Z',
    ]);
  });

  test('combines small server pages into batches of 2,000, each with its own mark', async () => {
    const rows = deliveries(4_500, START, 1_000);
    const { pages, ids } = await pull(new DeliveryClient(rows, 300));
    expect(pages.map(({ shares }) => shares.length)).toEqual([2_000, 2_000, 500]);
    expect(pages.map(({ position }) => position)).toEqual([
      positionAt(START + 1_999_000),
      positionAt(START + 3_999_000),
      positionAt(START + 4_499_000),
    ]);
    expect(ids).toEqual(rows.map(({ id }) => id));
  });

  test('moves the mark to the last row read, and never back', async () => {
    const old = deliveries(3, START, 1_000);
    const mark = START + 8 * MINUTE_MS;
    const late = await pull(new DeliveryClient(old, 10), positionAt(mark));
    expect(late.ids).toHaveLength(3);
    expect(late.position).toBe(positionAt(mark));
    const none = await pull(new DeliveryClient([], 10), positionAt(mark));
    expect(none.pages).toEqual([]);
    const full = await pull(new DeliveryClient(old, 10), positionAt(mark), true);
    expect(full.position).toBe(positionAt(mark));
  });

  test('finds a row that became visible nine minutes after its timestamp', async () => {
    const [early, last] = [delivery(1, START + MINUTE_MS), delivery(2, START + 10 * MINUTE_MS)];
    const client = new DeliveryClient([last], 10);
    const first = await pull(client);
    client.rows.push(early);
    expect((await pull(client, first.position)).ids).toContain(early.id);
  });

  test('rejects a position that it did not write', () => {
    const source = sourceOf(new DeliveryClient([], 10));
    for (const position of [
      '{}',
      '{"from":"2026-11-01T00:00:00Z","mark":"soon"}',
      '{"from":"2026-11-01T00:00:00Z","mark":"2026-11-01T00:00:00Z","x":1}',
      '{"mark":"2026-11-01T00:00:00Z"}',
      '[',
    ]) {
      expect(() => source.pull(position)).toThrow();
    }
  });

  test('has the source’s name and the stored name of its stream', () => {
    expect(sourceOf(new DeliveryClient([], 10))).toMatchObject({
      name: 'salesforce',
      stream: 'salesforce/content-distributions',
    });
  });
});

describe('a lost query locator', () => {
  test('queries again from the last second that was read, including that second', async () => {
    const client = new DeliveryClient(deliveries(50, START, 10_500), 10);
    client.lostAt.add(3);
    const { ids } = await pull(client);
    expect(client.soqls.map(lowerBound)).toEqual(['2026-11-01T00:00:00Z', '2026-11-01T00:03:19Z']);
    expect(ids.toSorted()).toEqual(sorted(client.rows));
  });

  test('leaves no gap, whatever the order within a second and wherever it is lost', async () => {
    const stamps = fc.array(fc.integer({ min: 0, max: 12_000 }), { maxLength: 60 });
    const losses = fc.uniqueArray(fc.integer({ min: 2, max: 30 }), { maxLength: 2 });
    const pageSizes = fc.integer({ min: 1, max: 9 });
    await fc.assert(
      fc.asyncProperty(stamps, losses, pageSizes, fc.boolean(), async (times, lost, size, back) => {
        const rows = times.map((time, index) => delivery(index, START + time));
        const client = new DeliveryClient(rows, size);
        for (const page of lost) client.lostAt.add(page);
        if (back) client.tieOrder = (first, second) => (first.id < second.id ? 1 : -1);
        const { ids, pages } = await pull(client);
        expect(ids.toSorted()).toEqual(sorted(rows));
        const reached = rows.length === 0 ? [] : [positionAt(START + Math.max(...times))];
        expect(pages.slice(-1).map(({ position }) => secondOf(position))).toEqual(
          reached.map(secondOf),
        );
      }),
    );
  });

  test('ends the reading if it is lost repeatedly without progress', async () => {
    const client = new DeliveryClient(deliveries(50, START, 0), 10);
    for (let page = 2; page < 40; page += 2) client.lostAt.add(page);
    await expect(pull(client)).rejects.toThrow(RetryableError);
    expect(client.soqls).toHaveLength(3);
  });

  test('can be lost any number of times while there is progress', async () => {
    const client = new DeliveryClient(deliveries(60, START, 1_000), 10);
    for (let page = 2; page < 20; page += 2) client.lostAt.add(page);
    const { ids } = await pull(client);
    expect(ids.toSorted()).toEqual(sorted(client.rows));
    expect(client.soqls.length).toBeGreaterThan(5);
  });
});

describe('a consumer that stops', () => {
  test('causes no further reading', async () => {
    const client = new DeliveryClient(deliveries(20_000, START, 1_000), 1_000);
    for await (const _page of sourceOf(client).pull(undefined)) break;
    expect(client.pages).toBeLessThanOrEqual(2);
  });
});

describe('an org that shows no deliveries', () => {
  const invisible = new SalesforceError(
    "Salesforce answered INVALID_TYPE: sObject type 'ContentDistribution' is not supported.",
    { code: 'INVALID_TYPE' },
  );

  test('leads to an error that says what to switch on', async () => {
    const client = new DeliveryClient([], 10);
    client.failure = invisible;
    const error = await pull(client).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      hint: expect.stringContaining('salesforce.contentDistributions: false'),
      cause: invisible,
    });
  });

  test('is not reported for any other failure', async () => {
    const client = new DeliveryClient([], 10);
    client.failure = new MalformedQuery('oops');
    await expect(pull(client)).rejects.toBe(client.failure);
  });
});

describe('a delivery that cannot be read', () => {
  const nonsense = (number: number, modifiedAt: number) => ({ id: `bad${number}`, modifiedAt });
  const minute = (count: number) => START + count * MINUTE_MS;

  test('is set aside by its Id; the others are read, and the mark moves past it', async () => {
    const rows = [...deliveries(2_500, START, 1_000), nonsense(1, minute(30))];
    const last = delivery(9_999, minute(90));
    const client = new DeliveryClient([...rows, last], 1_000);
    const setAside: unknown[] = [];
    const pages: SourcePage[] = [];
    for await (const page of sourceOf(client, false, setAside).pull(undefined)) pages.push(page);
    expect(pages.flatMap(({ shares }) => shares)).toHaveLength(2_501);
    expect(setAside).toEqual([
      expect.objectContaining({ kind: 'delivery', id: 'bad1', problem: 'Id: not a Salesforce Id' }),
    ]);
    expect(pages.at(-1)?.position).toBe(positionAt(last.modifiedAt));
  });

  test('moves the mark even if it is alone', async () => {
    const client = new DeliveryClient([nonsense(1, minute(40))], 10);
    expect((await pull(client)).position).toBe(positionAt(minute(40)));
  });

  test('is tried again: its share is read, and it is no longer set aside', async () => {
    const client = new DeliveryClient([], 10);
    const keptRow = (name: string, row: object) => ({
      ...{ kind: 'delivery', id: name, problem: '', row: JSON.stringify(row), place: '{}' },
      ...{ version: '0.0.1', at: START },
    });
    const { id } = delivery(7, START);
    const stamp = '2026-11-01T00:00:00.000+0000';
    const good = keptRow('good', { Id: id, CreatedDate: stamp });
    const added: unknown[] = [];
    const source = createSalesforceSync({
      ...{ client, config: { contentUrl: 'public-link' }, tenant: 'acme', start: START },
      ...{ full: false, onFailure: () => {} },
      setAside: { add: (row) => void added.push(row), retried: [good, keptRow('bad', { Id: 7 })] },
    });
    const pages: SourcePage[] = [];
    for await (const page of source.pull(undefined)) pages.push(page);
    expect(pages.map(({ shares }) => shares.map(({ shareId }) => shareId))).toEqual([[id]]);
    expect(added).toEqual([expect.objectContaining({ kind: 'delivery' })]);
    expect(pages[0]?.writeInTransaction).toBeDefined();
  });
});

test('rows before a failing page are yielded before the error', async () => {
  const client = new DeliveryClient(deliveries(30, START, 1_000), 10);
  client.failAt = { page: 3, error: new RetryableError('Salesforce answered 503') };
  const pages: SourcePage[] = [];
  const reading = async () => {
    for await (const page of sourceOf(client).pull(undefined)) pages.push(page);
  };
  await expect(reading()).rejects.toThrow('503');
  expect(pages.map(({ shares }) => shares.length)).toEqual([20]);
  expect(pages[0]?.position).toBe(positionAt(START + 19_000));
});

/** The order within a second is undefined, and so is which of its rows sets the mark. */
function secondOf(position: string): string {
  return position.slice(0, position.indexOf('.'));
}

describe("the cursor and Salesforce's time", () => {
  const NOW = START + 60 * MINUTE_MS;

  test('a row stamped in the future is read and hides no later row', async () => {
    const client = new DeliveryClient([delivery(1, START + 90 * 24 * 60 * MINUTE_MS)], 10);
    client.time = NOW;
    const first = await pull(client);
    expect(first.position).toBe(positionAt(NOW));
    expect(first.pages[0]?.shares.map(({ sharedAt }) => sharedAt)).toEqual([NOW]);
    client.rows.push(
      ...deliveries(5, NOW, MINUTE_MS).map((row, index) => ({
        ...row,
        ...delivery(10 + index, row.modifiedAt),
      })),
    );
    client.time = NOW + 10 * MINUTE_MS;
    const second = await pull(client, first.position);
    expect(second.ids).toHaveLength(6);
    expect(second.position).toBe(positionAt(client.time));
  });

  test.each([0, 1])(
    'a stored position in the future is moved back and reported once (%i rows)',
    async (count) => {
      const client = new DeliveryClient(deliveries(count, START + MINUTE_MS, 1), 10);
      client.time = NOW;
      const failures: unknown[] = [];
      const pages: SourcePage[] = [];
      const source = sourceOf(client, false, failures);
      for await (const page of source.pull(positionAt(NOW + 50 * 60 * MINUTE_MS))) pages.push(page);
      expect(failures).toEqual([
        expect.objectContaining({ message: expect.stringContaining('was in the future') }),
      ]);
      expect(lowerBound(client.soqls[0])).toBe('2026-11-01T00:00:00Z');
      const moved = pages.at(-1)?.position;
      expect(moved).toBe(positionAt(START + count * MINUTE_MS));
      for await (const _page of source.pull(moved));
      expect(failures).toHaveLength(1);
    },
  );
});
