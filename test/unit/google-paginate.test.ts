import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../src/lib/errors.ts';
import { PageTokenLost } from '../../src/vendors/google/errors.ts';
import { paginate } from '../../src/vendors/google/paginate.ts';
import type { Page } from '../../src/vendors/google/rows.ts';
import { ByteBudget } from '../../src/vendors/http/byte-budget.ts';
import { ManualClock } from '../support/manual-clock.ts';

const clock = new ManualClock();

/** A list with a link from page `token` to `next(token)`; the token is also the only row. */
function listOf(next: (token: number) => number | undefined) {
  const fetched: number[] = [];
  const fetchPage = async (token: string | undefined) => {
    const at = Number(token ?? 0);
    fetched.push(at);
    const following = next(at);
    return following === undefined
      ? { rows: [at] }
      : { rows: [at], nextPageToken: String(following) };
  };
  return { fetched, fetchPage };
}

async function walk(
  list: { readonly fetchPage: (token?: string) => Promise<Page<unknown>> },
  first?: string,
): Promise<unknown[]> {
  const rows: unknown[] = [];
  const { fetchPage } = list;
  const options = { fetchPage, openReservation: () => new ByteBudget().open(), clock };
  for await (const page of paginate(first, options)) rows.push(...page.rows);
  return rows;
}

describe('the pages of a list', () => {
  it('come in order, from the first or from a stored token', async () => {
    const next = (token: number) => (token < 5 ? token + 1 : undefined);
    expect(await walk(listOf(next))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await walk(listOf(next), '3')).toEqual([3, 4, 5]);
  });

  it('can be thousands', async () => {
    const rows = await walk(listOf((token) => (token < 5_000 ? token + 1 : undefined)));
    expect(rows).toHaveLength(5_001);
  });

  it.each<[string, (token: number) => readonly unknown[], RegExp]>([
    ['without rows', () => [], /200 pages in a row have no rows/],
    ['with the same rows', () => ['a', 'b'], /repeat the same rows/],
    ['with a cycle of rows', (token) => [token % 7], /repeat the same rows/],
    ['with ever new rows', (token) => [token], /more than 20000 pages/],
  ])('that never end fail, though each has a new token: %s', async (_what, rowsOf, message) => {
    const fetchPage = async (token = '0') => ({
      rows: rowsOf(Number(token)),
      nextPageToken: String(Number(token) + 1),
    });
    const walking = walk({ fetchPage });
    await expect(walking).rejects.toThrow(message);
    await expect(walking).rejects.toThrow(RetryableError);
  });

  it('fail if they take longer than any list', async () => {
    const fetchPage = async (token = '0') => {
      clock.advance(60 * 60_000);
      return { rows: [token], nextPageToken: `${token}1` };
    };
    await expect(walk({ fetchPage })).rejects.toThrow(/more than 12 hours/);
  });

  it('that link to themselves fail immediately', async () => {
    const list = listOf(() => 7);
    await expect(walk(list, '7')).rejects.toThrow(PageTokenLost);
    expect(list.fetched).toEqual([7]);
  });

  it.each([2, 3, 10, 100])('that form a cycle of %i fail', async (length) => {
    const list = listOf((token) => (token === 20 + length - 1 ? 20 : token + 1));
    await expect(walk(list)).rejects.toThrow(PageTokenLost);
    expect(list.fetched.length).toBeLessThan(4 * (20 + length));
  });
});
