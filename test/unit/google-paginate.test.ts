import { describe, expect, it } from 'vitest';
import { PageTokenLost } from '../../src/vendors/google/errors.ts';
import { paginate } from '../../src/vendors/google/paginate.ts';

/** A list whose page `token` leads to `next(token)`; the token is also its only row. */
function listOf(next: (token: number) => number | undefined) {
  const asked: number[] = [];
  const ask = async (token: string | undefined) => {
    const at = Number(token ?? 0);
    asked.push(at);
    const following = next(at);
    return following === undefined
      ? { rows: [at] }
      : { rows: [at], nextPageToken: String(following) };
  };
  return { asked, ask };
}

async function walk(list: ReturnType<typeof listOf>, first?: string): Promise<number[]> {
  const rows: number[] = [];
  for await (const page of paginate(first, list.ask)) rows.push(...page.rows);
  return rows;
}

describe('the pages of a list', () => {
  it('come in order, from the first or from a kept token', async () => {
    const next = (token: number) => (token < 5 ? token + 1 : undefined);
    expect(await walk(listOf(next))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await walk(listOf(next), '3')).toEqual([3, 4, 5]);
  });

  it('may be thousands', async () => {
    const rows = await walk(listOf((token) => (token < 5_000 ? token + 1 : undefined)));
    expect(rows).toHaveLength(5_001);
  });

  it('that lead to themselves are given up at once', async () => {
    const list = listOf(() => 7);
    await expect(walk(list, '7')).rejects.toThrow(PageTokenLost);
    expect(list.asked).toEqual([7]);
  });

  it.each([2, 3, 10, 100])('that lead in a circle of %i end in an error', async (length) => {
    const list = listOf((token) => (token === 20 + length - 1 ? 20 : token + 1));
    await expect(walk(list)).rejects.toThrow(PageTokenLost);
    expect(list.asked.length).toBeLessThan(4 * (20 + length));
  });
});
