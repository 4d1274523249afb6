import { createRandom } from '../../src/sandbox/seeded-random.ts';
import { type Peer, type PeerRequest, startPeer } from '../support/peer.ts';
import { encodings } from './secret-forms.ts';

const STATUSES = [200, 400, 401, 403, 404, 413, 422, 429, 500, 503];

/**
 * A vendor, or a proxy in front of it, that repeats each request in its response: the headers, the
 * login that they contain, and the body, in some encoding and with some status.
 */
export function startEcho(seed: number): Promise<Peer> {
  const random = createRandom(seed);
  const oneOf = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  return startPeer((request, reply) => {
    const encode = oneOf(Object.values(encodings));
    const message = `the request was ${oneOf(partsOf(request).map(encode))} and more`;
    const status = oneOf(STATUSES);
    const body = oneOf([
      { error: 'invalid_grant', error_description: message },
      { error: { code: status, message, errors: [{ reason: 'authError', message }] } },
      [{ errorCode: 'INVALID_SESSION_ID', message }],
      { requestId: message, errors: [message, message] },
      `<html><head><title>${message}</title></head><body><h1>${message}</h1></body></html>`,
      { [message]: message },
    ]);
    const header = encodeURIComponent(message).slice(0, 4_000);
    reply.respond(status, body, { 'x-echo': header, 'retry-after': '1' });
  });
}

/** What a request contains of secrets: as it is, and decoded. */
function partsOf({ url, headers, body }: PeerRequest): string[] {
  const authorization = headers.authorization ?? '';
  const login = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString('utf8');
  const fields = [...new URLSearchParams(body).values()];
  const parts = [url, JSON.stringify(headers), authorization, login, ...login.split(':'), body];
  return [...parts, ...fields].filter((part) => part !== '');
}
