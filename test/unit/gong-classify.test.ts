import { describe, expect, it } from 'vitest';
import { classifyResponse, type HttpAnswer } from '../../src/vendors/gong/classify.ts';
import type { GongResponse, GongResponseKind } from '../../src/vendors/gong/response.ts';

const NOW = Date.UTC(2026, 10, 1, 10);
const ERRORS = JSON.stringify({ requestId: 'req1', errors: ['parties: must not be null'] });
const SUCCESS = '{"requestId":"req1","integrationId":5517027188234205706}';

function answerTo(status: number, body: string, headers: HttpAnswer['headers'] = {}): GongResponse {
  return classifyResponse({ status, headers, body, now: NOW });
}

/** The contract's table, status by status; what no row names is in the last ones. */
const TABLE: readonly [from: number, to: number, kind: GongResponseKind][] = [
  [100, 199, 'unavailable'],
  [200, 299, 'accepted'],
  [300, 399, 'refused'],
  [400, 400, 'rejected'],
  [401, 401, 'refused'],
  [402, 402, 'rejected'],
  [403, 404, 'refused'],
  [405, 407, 'rejected'],
  [408, 408, 'unavailable'],
  [409, 409, 'duplicate'],
  [410, 424, 'rejected'],
  [425, 425, 'unavailable'],
  [426, 428, 'rejected'],
  [429, 429, 'throttled'],
  [430, 499, 'rejected'],
  [500, 999, 'unavailable'],
];

describe('what a status means', () => {
  const statuses = Array.from({ length: 900 }, (_, index) => index + 100);

  it('is in the table once, for every status', () => {
    const rows = statuses.map(
      (status) => TABLE.filter(([from, to]) => status >= from && status <= to).length,
    );
    expect(new Set(rows)).toEqual(new Set([1]));
  });

  it.each(TABLE)('%i to %i is %s', (from, to, kind) => {
    for (let status = from; status <= to; status += 1) {
      const answer = answerTo(status, kind === 'accepted' ? SUCCESS : ERRORS);
      expect({ status, kind: answer.kind }).toEqual({ status, kind });
      expect(answer.status).toBe(status);
      expect(answer.requestId).toBe('req1');
      expect(answer.errors).toEqual(kind === 'accepted' ? [] : ['parties: must not be null']);
    }
  });

  it('comes with a hint where a person must act, and only there', () => {
    for (const status of statuses) {
      const { kind, hint } = answerTo(status, status < 300 ? SUCCESS : ERRORS);
      expect({ status, hint: hint !== undefined }).toEqual({ status, hint: kind === 'refused' });
    }
  });

  it.each([
    [401, {}, /scope api:engagement-data:write/],
    [403, {}, /trusted IP addresses/],
    [404, {}, /limited release/],
    [
      302,
      { location: 'https://app.gong.io/login?next=secret' },
      /redirects to app\.gong\.io\. Set/,
    ],
    [302, { location: '/login' }, /it redirects\. Set/],
    [304, {}, /gong\.baseUrl/],
  ])('says for %i what to do', (status, headers, hint) => {
    expect(answerTo(status, '', headers).hint).toMatch(hint);
  });
});

describe('a success', () => {
  it('keeps a 64-bit integrationId digit for digit', () => {
    expect(answerTo(200, SUCCESS).integrationId).toBe('5517027188234205706');
  });

  it.each([
    ['{"requestId":"r"}', undefined],
    ['{"requestId":"r","integrationId":null}', undefined],
    ['{"requestId":"r","integrationId":42}', '42'],
    ['{"requestId":"r","integrationId":9223372036854775807}', '9223372036854775807'],
    ['{"requestId":"r","integrationId":"5517027188234205706"}', '5517027188234205706'],
    ['{"requestId":"r","integrationId":5.5e18}', undefined],
    ['{"requestId":"r","integrationId":1.5}', undefined],
    ['{"requestId":"r","integrationId":"x"}', undefined],
  ])('%s gives the integrationId %s', (body, integrationId) => {
    const answer = answerTo(200, body);
    expect(answer.kind).toBe('accepted');
    expect(answer.integrationId).toBe(integrationId);
  });

  it.each([
    ['nothing', ''],
    ['half of it', '{"requestId":"req1","integr'],
    ['a page', '<html><body>Welcome</body></html>'],
    ['a list', '["req1"]'],
    ['null', 'null'],
    ['no requestId', '{"integrationId":1}'],
    ['an empty requestId', '{"requestId":""}'],
    ['a requestId that is no text', '{"requestId":7}'],
  ])('of which %s arrived is sent again', (_, body) => {
    const { kind, errors } = answerTo(200, body, { 'x-traceid': 'req1' });
    expect(kind).toBe('unavailable');
    expect(errors[0]).toMatch(/^Gong answered 200 without JSON that holds a requestId/);
  });

  it('does not mind fields that it does not know', () => {
    expect(answerTo(201, '{"requestId":"r","new":{"deep":[1]}}').kind).toBe('accepted');
  });
});

describe('the errors of an answer', () => {
  it.each([
    ['Gong’s own', '{"requestId":"r","errors":["a: b","c: d"]}', ['a: b', 'c: d']],
    ['one as text', '{"errors":"a: b"}', ['a: b']],
    ['objects', '{"errors":[{"field":"a"}]}', ['{"field":"a"}']],
    ['none', '{"requestId":"r","errors":[]}', ['Gong answered 400 without a reason']],
    ['nulls', '{"errors":[null]}', ['Gong answered 400 without a reason']],
    ['a gateway’s', '{"error":"Bad Request","message":"too long"}', ['Bad Request', 'too long']],
    ['plain text', 'Payload\n  too large', ['Payload too large']],
    ['no text', '', ['Gong answered 400 without a reason']],
    ['a JSON text', '"no"', ['"no"']],
    [
      'a page',
      '<!DOCTYPE html><html><head><title>403</title><style>p {a: b}</style></head>' +
        '<body><script>go("<p>")</script><h1>Request\nblocked</h1></body></html>',
      ['403 Request blocked'],
    ],
  ])('are read: %s', (_, body, errors) => {
    expect(answerTo(400, body).errors).toEqual(errors);
  });

  it('are cut: a long page to a sentence, a long list to twenty, a long error to 500', () => {
    const page = `<html><body>${'word '.repeat(20_000)}</body></html>`;
    expect(answerTo(502, page).errors[0]).toHaveLength(201);
    const many = JSON.stringify({ errors: Array.from({ length: 100 }, () => 'e'.repeat(9_000)) });
    const { errors } = answerTo(400, many);
    expect(errors).toHaveLength(20);
    expect(errors[0]).toHaveLength(501);
  });

  it('do not cost seconds, whatever a page holds', () => {
    const nasty = `<html>${'<script'.repeat(20_000)}`;
    const before = process.cpuUsage();
    answerTo(502, nasty);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(500);
  });

  it('come with a duplicate too, but none are made up for it', () => {
    expect(answerTo(409, ERRORS).errors).toEqual(['parties: must not be null']);
    expect(answerTo(409, '').errors).toEqual([]);
  });
});

describe('how long an answer asks to wait', () => {
  const header = { 'retry-after': '120' };

  it.each([429, 408, 425, 500, 503])('%i says it', (status) => {
    expect(answerTo(status, ERRORS, header).retryAfterMs).toBe(120_000);
    expect(answerTo(status, ERRORS)).not.toHaveProperty('retryAfterMs');
  });

  it.each([200, 400, 401, 409])('%i does not', (status) => {
    expect(answerTo(status, SUCCESS, header)).not.toHaveProperty('retryAfterMs');
  });

  it('can be a date', () => {
    const date = { 'retry-after': 'Sun, 01 Nov 2026 10:05:00 GMT' };
    expect(answerTo(429, ERRORS, date).retryAfterMs).toBe(300_000);
  });
});
