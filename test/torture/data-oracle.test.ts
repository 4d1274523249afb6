import { expect, test } from 'vitest';
import type { GongEvent } from '../../src/sandbox/gong/event-log.ts';
import { compareActs, type Expected, hasAll } from './data-oracle.ts';
import type { CaseResult } from './wire-world.ts';

const DELIVERY = '05DHp0000000001MAA';

function event(body: NonNullable<GongEvent['body']>): GongEvent {
  const eventId = JSON.stringify(body);
  return { receivedAt: 0, account: 'a', reportingSystem: 'r', eventId, requestId: '1', body };
}

const offerTo = (...people: readonly string[]) =>
  event({ contentId: 'offer', recipients: people.map((email) => ({ email })) });
const delivery = (contentId: string) => event({ contentId, shareId: DELIVERY });

const EXPECTED: Expected = {
  shares: [],
  acts: new Set(['offer to ada', 'offer to ben', DELIVERY]),
  state: '',
};

test.each([
  ['each once', [offerTo('ada', 'ben'), delivery('x')], [], []],
  ['in another division', [offerTo('ada'), offerTo('ben'), delivery('y')], [], []],
  [
    'and a share that only a wrong value has',
    [offerTo('ada', 'ben', 'eve'), delivery('x')],
    [],
    [],
  ],
  ['without a person', [offerTo('ada'), delivery('x')], ['offer to ben'], []],
  [
    'with a delivery under two contents',
    [offerTo('ada', 'ben'), delivery('x'), delivery('y')],
    [],
    [DELIVERY],
  ],
  [
    'with one person twice',
    [offerTo('ada', 'ben'), offerTo('ben'), delivery('x')],
    [],
    ['offer to ben'],
  ],
])('the oracle compares what Gong has: %s', (_name, events, lost, doubled) => {
  const result = { events } as unknown as CaseResult;
  expect(compareActs(result, EXPECTED)).toEqual({ lost, doubled });
  expect(hasAll(events, EXPECTED)).toBe(lost.length === 0);
});
