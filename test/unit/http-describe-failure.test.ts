import { describe, expect, it } from 'vitest';
import { rememberSecret } from '../../src/lib/secret.ts';
import { describeFailure, failureCodesOf } from '../../src/vendors/http/describe-failure.ts';

function failed(message: string, code?: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), code === undefined ? {} : { code });
}

const V4 = failed('connect ECONNREFUSED 127.0.0.1:443', 'ECONNREFUSED');
const V6 = failed('connect ENETUNREACH ::1:443', 'ENETUNREACH');

/** What Node throws if no address of a host can be reached: it has a code, but no message. */
const BOTH = Object.assign(new AggregateError([V4, V6, V4]), { code: 'ECONNREFUSED' });
const MEMBERS = 'connect ECONNREFUSED 127.0.0.1:443; connect ENETUNREACH ::1:443';

function circle(): Error {
  const error = failed('round and round');
  error.cause = error;
  return error;
}

describe('the description of a failure', () => {
  it.each<[string, unknown, string]>([
    ['names the code', failed('socket hang up', 'ECONNRESET'), 'socket hang up (ECONNRESET)'],
    ['names a code in the message once', V4, 'connect ECONNREFUSED 127.0.0.1:443'],
    ['names each member of an AggregateError once', BOTH, MEMBERS],
    [
      'names every cause, down to the last',
      failed('fetch failed', undefined, failed('no route', 'E1', failed('cable cut', 'E2'))),
      'fetch failed: no route (E1): cable cut (E2)',
    ],
    ['names the members in a cause', failed('failed', undefined, BOTH), `failed: ${MEMBERS}`],
    ['names a repeated message once', failed('no', undefined, failed('no')), 'no'],
    ['is the code of an error without a message', failed('', 'EPIPE'), 'EPIPE'],
    ['is the name of an error with nothing else', new TypeError(''), 'TypeError'],
    ['is the text of any other value', 'stopped', 'stopped'],
    ['ends, even if the causes form a circle', circle(), 'round and round'],
  ])('%s', (_what, error, description) => {
    expect(describeFailure(error)).toBe(description);
  });

  it('contains no secret, at any depth', () => {
    rememberSecret('very-secret-token');
    const error = failed('failed', undefined, failed('GET /?token=very-secret-token', 'E1'));
    expect(describeFailure(error)).toBe('failed: GET /?token=••• (E1)');
  });
});

describe('the codes of a failure', () => {
  it.each<[string, unknown, string[]]>([
    ['its own', V4, ['ECONNREFUSED']],
    ['that of a cause', failed('fetch failed', undefined, V6), ['ENETUNREACH']],
    ['those of its members, each once', BOTH, ['ECONNREFUSED', 'ENETUNREACH']],
    ['not a text with other characters', failed('no', 'see http://host'), []],
    ['empty without any', circle(), []],
  ])('are %s', (_what, error, codes) => {
    expect(failureCodesOf(error)).toEqual(codes);
  });
});
