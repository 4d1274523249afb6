import { describe, expect, test } from 'vitest';
import { readEventQuery } from '../../src/web/event-query.ts';
import { dayChart } from '../../src/web/pages/day-chart.ts';
import { plain, sentenceHtml, withoutControls } from '../../src/web/pages/parts.ts';
import { eventPath, eventsPath } from '../../src/web/paths.ts';

describe('text of vendors', () => {
  test.each([
    ['\u{1b}[31mred\u{7}', '[31mred'],
    ['a\u{202e}b\u{2066}c', 'abc'],
    ['tab\tline\n', 'tab\tline\n'],
    ['\u{d800}', '\u{fffd}'],
  ])('%j is shown as %j', (text, shown) => {
    expect(withoutControls(text)).toBe(shown);
  });

  test('is escaped, and isolated from the direction of the page', async () => {
    expect(`${await plain('<b>"&')}`).toBe('<bdi>&lt;b&gt;&quot;&amp;</bdi>');
  });

  test.each([
    ['Run `sharetrail sync` now.', 'Run <code>sharetrail sync</code> now.'],
    ['a ` b', 'a ` b'],
    ['`<i>`', '<code>&lt;i&gt;</code>'],
    ['`x` and ` y', '<code>x</code> and ` y'],
  ])('the sentence %s shows its commands', async (sentence, shown) => {
    expect(`${await sentenceHtml(sentence)}`).toBe(shown);
  });
});

describe('paths', () => {
  test('escape what an ID contains', () => {
    expect(eventPath({ tenant: 'acme', eventId: 'drive:a/../b?c#d' })).toBe(
      '/events/acme/drive:a%2F..%2Fb%3Fc%23d',
    );
  });

  test('the list of events, and back', () => {
    const query = {
      tenant: 'acme',
      state: 'held',
      text: 'a&b=c %',
      after: { sharedAt: 1_763_999_999_000, tenant: 'acme', eventId: 'drive:a~b' },
    } as const;
    const url = new URL(eventsPath(query), 'http://localhost');
    expect(readEventQuery((name) => url.searchParams.get(name) ?? undefined)).toEqual(query);
  });
});

describe('the chart', () => {
  test('names its total and its highest day, and each day with its states', async () => {
    const counts = [
      { day: 20_000, state: 'delivered', events: 1_200 },
      { day: 20_000, state: 'held', events: 3 },
      { day: 20_001, state: 'rejected', events: 1 },
    ] as const;
    const svg = `${await dayChart(counts, { firstDay: 19_990, days: 30 })}`;
    expect(svg).toContain('1,204 in all, at most 1,203 on one day');
    expect(svg).toContain(
      '<title>2024-10-04: 1,200 delivered, 3 held</title>'.replace('2024-', ''),
    );
    expect(svg).not.toMatch(/style=|NaN|undefined/);
  });

  test('without events, says so', async () => {
    expect(`${await dayChart([], { firstDay: 0, days: 30 })}`).toContain(
      'No shares in the last 30',
    );
  });
});
