import { describe, expect, it } from 'vitest';
import { classifyResponse } from '../../src/vendors/gong/classify.ts';
import type { GongResponse, GongResponseKind } from '../../src/vendors/gong/response.ts';
import type { TextResponse } from '../../src/vendors/http/http-message.ts';

const NOW = Date.UTC(2026, 10, 1, 10);
const ERRORS = JSON.stringify({ requestId: 'req1', errors: ['parties: must not be null'] });
const SUCCESS = '{"requestId":"req1","integrationId":5517027188234205706}';

function classified(
  status: number,
  body: string,
  headers: TextResponse['headers'] = {},
): GongResponse {
  return classifyResponse({ status, headers, body }, NOW);
}

/** The contract's table, for every status. */
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

describe('the meaning of a status', () => {
  const statuses = Array.from({ length: 900 }, (_, index) => index + 100);

  it('is in the table exactly once', () => {
    const rows = statuses.map(
      (status) => TABLE.filter(([from, to]) => status >= from && status <= to).length,
    );
    expect(new Set(rows)).toEqual(new Set([1]));
  });

  it.each(TABLE)('%i to %i is %s', (from, to, kind) => {
    for (let status = from; status <= to; status += 1) {
      const response = classified(status, kind === 'accepted' ? SUCCESS : ERRORS);
      expect({ status, kind: response.kind }).toEqual({ status, kind });
      expect(response.status).toBe(status);
      expect(response.requestId).toBe('req1');
      expect(response.errors).toEqual(kind === 'accepted' ? [] : ['parties: must not be null']);
    }
  });

  it('has a hint if a person must act, and only then', () => {
    for (const status of statuses) {
      const { kind, hint } = classified(status, status < 300 ? SUCCESS : ERRORS);
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
  ])('says what to do about a %i', (status, headers, hint) => {
    expect(classified(status, '', headers).hint).toMatch(hint);
  });
});

describe('a success', () => {
  it('keeps a 64-bit integrationId digit for digit', () => {
    expect(classified(200, SUCCESS).integrationId).toBe('5517027188234205706');
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
  ])('%s has the integrationId %s', (body, integrationId) => {
    const response = classified(200, body);
    expect(response.kind).toBe('accepted');
    expect(response.integrationId).toBe(integrationId);
  });

  it.each([
    ['nothing', ''],
    ['half of the JSON', '{"requestId":"req1","integr'],
    ['a page', '<html><body>Welcome</body></html>'],
    ['a list', '["req1"]'],
    ['null', 'null'],
    ['JSON without a requestId', '{"integrationId":1}'],
    ['JSON with an empty requestId', '{"requestId":""}'],
    ['a requestId that is not a string', '{"requestId":7}'],
  ])('with %s is sent again', (_, body) => {
    const { kind, errors } = classified(200, body, { 'x-traceid': 'req1' });
    expect(kind).toBe('unavailable');
    expect(errors[0]).toMatch(/^Gong returned 200 without JSON that contains a requestId/);
  });

  it('ignores unknown fields', () => {
    expect(classified(201, '{"requestId":"r","new":{"deep":[1]}}').kind).toBe('accepted');
  });
});

describe('the errors of a response', () => {
  it.each([
    ['Gong’s own', '{"requestId":"r","errors":["a: b","c: d"]}', ['a: b', 'c: d']],
    ['one as a string', '{"errors":"a: b"}', ['a: b']],
    ['objects', '{"errors":[{"field":"a"}]}', ['{"field":"a"}']],
    ['none', '{"requestId":"r","errors":[]}', ['Gong returned 400 without a reason']],
    ['nulls', '{"errors":[null]}', ['Gong returned 400 without a reason']],
    ['a gateway’s', '{"error":"Bad Request","message":"too long"}', ['Bad Request', 'too long']],
    ['plain text', 'Payload\n  too large', ['Payload too large']],
    ['no text', '', ['Gong returned 400 without a reason']],
    ['a JSON text', '"no"', ['"no"']],
    [
      'a page',
      '<!DOCTYPE html><html><head><title>403</title><style>p {a: b}</style></head>' +
        '<body><script>go("<p>")</script><h1>Request\nblocked</h1></body></html>',
      ['403 Request blocked'],
    ],
  ])('are read: %s', (_, body, errors) => {
    expect(classified(400, body).errors).toEqual(errors);
  });

  it('are truncated: a page to a sentence, a list to twenty, an error to 500', () => {
    const page = `<html><body>${'word '.repeat(20_000)}</body></html>`;
    expect(classified(502, page).errors[0]).toHaveLength(201);
    const many = JSON.stringify({ errors: Array.from({ length: 100 }, () => 'e'.repeat(9_000)) });
    const { errors } = classified(400, many);
    expect(errors).toHaveLength(20);
    expect(errors[0]).toHaveLength(501);
  });

  it('never take seconds, whatever the page', () => {
    const nasty = `<html>${'<script'.repeat(20_000)}`;
    const before = process.cpuUsage();
    classified(502, nasty);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(500);
  });

  it('are kept for a duplicate, but none are added', () => {
    expect(classified(409, ERRORS).errors).toEqual(['parties: must not be null']);
    expect(classified(409, '').errors).toEqual([]);
  });
});

describe('the wait that a response requests', () => {
  const header = { 'retry-after': '120' };

  it.each([429, 408, 425, 500, 503])('applies to %i', (status) => {
    expect(classified(status, ERRORS, header).retryAfterMs).toBe(120_000);
    expect(classified(status, ERRORS)).not.toHaveProperty('retryAfterMs');
  });

  it.each([200, 400, 401, 409])('does not apply to %i', (status) => {
    expect(classified(status, SUCCESS, header)).not.toHaveProperty('retryAfterMs');
  });

  it('can be a date', () => {
    const date = { 'retry-after': 'Sun, 01 Nov 2026 10:05:00 GMT' };
    expect(classified(429, ERRORS, date).retryAfterMs).toBe(300_000);
  });
});
