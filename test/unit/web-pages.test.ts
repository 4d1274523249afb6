import { describe, expect, test } from 'vitest';
import { readEventQuery } from '../../src/web/event-query.ts';
import { dayChart } from '../../src/web/pages/day-chart.ts';
import { addressHtml, plain, sentencesWith, withoutControls } from '../../src/web/pages/parts.ts';
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
    ['On 2026-11-24 02:00.', 'On <span class="unbroken">2026-11-24 02:00</span>.'],
    ['Ann (003000000000001AAA).', 'Ann <small class="ref">(003000000000001AAA)</small>.'],
    ['Lead 00Q000000000001AAA', 'Lead <small class="ref">00Q000000000001AAA</small>'],
    ['drive:003000000000001AAA2', 'drive:003000000000001AAA2'],
  ])('the sentence %s shows its commands, times, and Ids', async (sentence, shown) => {
    expect(`${await sentencesWith((text) => text)(sentence)}`).toBe(shown);
  });
});

test.each([
  ['ann@acme.example', '<bdi class="person">ann@<wbr>acme.example</bdi>'],
  ['a@b@c', '<bdi class="person">a@b@<wbr>c</bdi>'],
  ['<i>\u{202e}', '<bdi class="person"><wbr>&lt;i&gt;</bdi>'],
])('the address %j breaks after its @ first', async (email, shown) => {
  expect(`${await addressHtml(email)}`).toBe(shown);
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

  test.each([
    [1, '2'],
    [3, '4'],
    [7, '8'],
    [11, '12'],
    [61, '80'],
    [101, '120'],
    [1_007, '1,200'],
    [999_999, '1,000,000'],
  ])('with at most %d events on a day, reaches up to %s', async (events, top) => {
    const svg = `${await dayChart([{ day: 1, state: 'held', events }], { firstDay: 0, days: 2 })}`;
    const ticks = [...svg.matchAll(/text-anchor="end">([\d,]+)</g)].map(([, text]) => text);
    expect(ticks.at(-1)).toBe(top);
    expect(Number(ticks[1]?.replaceAll(',', '')) * 2).toBe(Number(top.replaceAll(',', '')));
  });

  test('without events, says so', async () => {
    expect(`${await dayChart([], { firstDay: 0, days: 30 })}`).toContain(
      'No shares in the last 30',
    );
  });
});
