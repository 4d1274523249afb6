import { describe, expect, test } from 'vitest';
import { gongVerdicts } from '../../src/operator/check/gong-verdicts.ts';
import { classifyResponse } from '../../src/vendors/gong/classify.ts';
import type { GongResponse } from '../../src/vendors/gong/response.ts';

const requestId = '4al018gzaztcr8nbukw';
const errors = ['Failed to parse request body'];
type Case = readonly [text: string, response: GongResponse, verdicts: string];

/** The statuses of address, key, and endpoint. */
const cases: readonly Case[] = [
  ['400', { kind: 'rejected', status: 400, requestId, errors }, 'ok ok ok'],
  ['400 without a requestId', { kind: 'rejected', status: 400, errors }, 'ok skipped warning'],
  ['422', { kind: 'rejected', status: 422, requestId, errors }, 'ok skipped failed'],
  ['401', { kind: 'refused', status: 401, errors, hint: 'x' }, 'ok failed skipped'],
  [
    '400 for a token that is used up',
    { kind: 'refused', status: 400, errors: ['token request: …'], hint: 'x' },
    'ok failed skipped',
  ],
  ['403', { kind: 'refused', status: 403, errors, hint: 'x' }, 'ok skipped failed'],
  [
    "a firewall's 403",
    { kind: 'refused', status: 403, errors, hint: 'x', isBlocked: true },
    'failed skipped skipped',
  ],
  ['404', { kind: 'refused', status: 404, errors, hint: 'x' }, 'ok skipped failed'],
  ['302', { kind: 'refused', status: 302, errors, hint: 'x' }, 'failed skipped skipped'],
  [
    "a proxy's 407",
    { kind: 'refused', status: 407, errors, hint: 'x', isFromProxy: true },
    'failed skipped skipped',
  ],
  ['429', { kind: 'throttled', status: 429, errors }, 'ok skipped warning'],
  ['503', { kind: 'unavailable', status: 503, errors }, 'ok skipped failed'],
  ['200 without JSON', { kind: 'unavailable', status: 200, errors }, 'failed skipped skipped'],
  ['no response', { kind: 'unavailable', errors }, 'failed skipped skipped'],
  ['201', { kind: 'accepted', status: 201, requestId, errors: [] }, 'failed skipped skipped'],
  ['409', { kind: 'duplicate', status: 409, errors: [] }, 'failed skipped skipped'],
];

describe('what a response to a body that is not JSON means for address, key, and endpoint', () => {
  test.each(cases)('%s', (_text, response, verdicts) => {
    const found = [...gongVerdicts(response).values()];
    expect(found.map(({ status }) => status).join(' ')).toBe(verdicts);
    for (const { status, hint } of found) {
      if (status === 'failed' || status === 'warning') expect(hint).toMatch(/\S/);
    }
  });
});

test('a proxy that requires a login is named, and not taken for Gong', () => {
  const headers = { 'proxy-authenticate': 'Basic' };
  const response = classifyResponse({ status: 407, headers, body: '', isFromProxy: true }, 0);
  expect(gongVerdicts(response).get('address')).toMatchObject({
    status: 'failed',
    message: 'a proxy refused the request to Gong: it requires a login (407)',
    hint: expect.stringContaining('HTTPS_PROXY'),
  });
});
