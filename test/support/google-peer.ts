import { generateKeyPairSync } from 'node:crypto';
import type { GoogleDriveConfig } from '../../src/config/types.ts';
import { Secret } from '../../src/lib/secret.ts';
import { createGoogleClient, type GoogleClientOptions } from '../../src/vendors/google/client.ts';
import type { GoogleClient } from '../../src/vendors/google/google-client.ts';
import { type Peer, type PeerReply, type PeerRequest, startPeer } from './peer.ts';
import { SleeplessClock } from './salesforce-peer.ts';

const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const privateKeyPem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** The public half of the key with which the test's service account signs. */
export const publicKey = keys.publicKey;

/** A key file as Google Cloud issues it, with a token address that must not be used. */
export const KEY_FILE = {
  type: 'service_account',
  project_id: 'project-for-tests',
  private_key_id: 'key-1',
  private_key: privateKeyPem,
  client_email: 'reader@project-for-tests.iam.gserviceaccount.com',
  client_id: '111222333444555666777',
  token_uri: 'https://tokens.example.net/never',
};

export const ADMIN = 'admin@acme.com';

export interface GooglePeer extends Peer {
  /** every request but those for tokens */
  readonly calls: readonly PeerRequest[];
  readonly tokenRequests: readonly PeerRequest[];
}

export interface GoogleHandlers {
  /** default: `access-1`, `access-2` and so on */
  readonly token?: (request: PeerRequest, reply: PeerReply) => void;
  readonly call?: (request: PeerRequest, reply: PeerReply) => void | Promise<void>;
}

/** A Google on loopback that responds as the test says. */
export async function startGoogle(handlers: GoogleHandlers = {}): Promise<GooglePeer> {
  const calls: PeerRequest[] = [];
  const tokenRequests: PeerRequest[] = [];
  const peer = await startPeer((request, reply) => {
    if (request.url !== '/token') {
      calls.push(request);
      return handlers.call ? handlers.call(request, reply) : reply.respond(404);
    }
    tokenRequests.push(request);
    if (handlers.token) return handlers.token(request, reply);
    reply.respond(200, tokenBody(`access-${tokenRequests.length}`));
  });
  return { ...peer, calls, tokenRequests };
}

/** Responds to one call. */
export type Responder = (reply: PeerReply) => void;

/** A Google with these responders for the first calls, and a success for every later one. */
export function startWith(...responders: readonly Responder[]): Promise<GooglePeer> {
  let index = 0;
  return startGoogle({
    call: (_request, reply) => {
      const respond = responders[index];
      index += 1;
      if (respond) respond(reply);
      else reply.respond(200, { startPageToken: '7', items: [], files: [] });
    },
  });
}

export const fails =
  (status: number, body: object | string = '', headers: Record<string, string> = {}): Responder =>
  (reply) =>
    reply.respond(status, body, headers);

export function tokenBody(value: string, seconds = 3_599) {
  return { access_token: value, expires_in: seconds, token_type: 'Bearer' };
}

/** Google's older form of an error, which Drive, Reports and Directory use. */
export function apiError(
  status: number,
  reason: string,
  given: { readonly message?: string; readonly location?: string } = {},
) {
  const message = given.message ?? `${reason} for the test`;
  const entry = { domain: 'global', reason, message, ...given };
  return { error: { code: status, message, errors: [entry] } };
}

/** Only the newer form: a status of google.rpc and an ErrorInfo. */
export function rpcError(reason: string, message: string, metadata: Record<string, string> = {}) {
  const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, metadata };
  return { error: { code: 403, message, status: 'PERMISSION_DENIED', details: [info] } };
}

export const HTML_PAGE = '<!DOCTYPE html><html><body>Sorry, an error occurred</body></html>';

/** Path and query of a call. */
export function callOf(request: PeerRequest | undefined): {
  path: string;
  query: Record<string, string>;
} {
  const url = new URL(request?.url ?? '/none', 'http://localhost');
  return { path: url.pathname, query: Object.fromEntries(url.searchParams) };
}

interface SignedAssertion {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly content: string;
  readonly signature: Buffer;
}

/** The decoded assertion of a token request. */
export function assertionIn(request: PeerRequest | undefined): SignedAssertion {
  return decodeAssertion(new URLSearchParams(request?.body).get('assertion') ?? '');
}

function decodeAssertion(assertion: string): SignedAssertion {
  const [header = '', claims = '', signature = ''] = assertion.split('.');
  const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  return {
    header: decode(header),
    claims: decode(claims),
    content: `${header}.${claims}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

export function serviceAccount(key: object = KEY_FILE): GoogleDriveConfig['auth'] {
  return { flow: 'service-account', key: new Secret(JSON.stringify(key)), adminSubject: ADMIN };
}

export function oneUser(): GoogleDriveConfig['auth'] {
  return {
    flow: 'refresh-token',
    clientId: 'client-id',
    clientSecret: new Secret('client-secret'),
    refreshToken: new Secret('refresh-token-1'),
  };
}

export interface TestGoogleClient {
  readonly client: GoogleClient;
  readonly clock: SleeplessClock;
  /** API requests, as the client counts them */
  readonly counted: () => number;
  readonly stop: AbortController;
  readonly warnings: string[];
}

/** A client of the peer. Its delays take no time, and are half of the longest delay. */
export function createTestGoogleClient(
  endpoint: string,
  options: Partial<GoogleClientOptions> & { readonly auth?: GoogleDriveConfig['auth'] } = {},
): TestGoogleClient {
  const { auth = serviceAccount(), ...rest } = options;
  const clock = new SleeplessClock();
  const stop = new AbortController();
  const warnings: string[] = [];
  let counted = 0;
  const client = createGoogleClient({
    config: { auth, endpoint },
    clock,
    random: () => 0.5,
    onCall: () => {
      counted += 1;
    },
    onWarning: (message) => warnings.push(message),
    signal: stop.signal,
    ...rest,
  });
  return { client, clock, counted: () => counted, stop, warnings };
}
