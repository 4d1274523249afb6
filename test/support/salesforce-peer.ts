import type { SalesforceConfig } from '../../src/config/types.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { UserError } from '../../src/lib/errors.ts';
import { Secret } from '../../src/lib/secret.ts';
import {
  createSalesforceClient,
  type SalesforceClientOptions,
} from '../../src/vendors/salesforce/client.ts';
import type { Row } from '../../src/vendors/salesforce/responses.ts';
import type { ReadRow, SalesforceClient } from '../../src/vendors/salesforce/salesforce-client.ts';
import { type Peer, type PeerReply, type PeerRequest, startPeer } from './peer.ts';

const TOKEN_PATH = '/services/oauth2/token';

export interface SalesforcePeer extends Peer {
  /** every request but the logins */
  readonly calls: readonly PeerRequest[];
  readonly logins: readonly PeerRequest[];
}

export interface SalesforceHandlers {
  /** default: a token for this peer, `access-1`, `access-2` and so on */
  readonly login?: (request: PeerRequest, reply: PeerReply) => void;
  readonly call: (request: PeerRequest, reply: PeerReply) => void | Promise<void>;
}

/** A Salesforce on loopback that responds to calls, and to logins if given, as the test says. */
export async function startSalesforce(handlers: SalesforceHandlers): Promise<SalesforcePeer> {
  const calls: PeerRequest[] = [];
  const logins: PeerRequest[] = [];
  const peer = await startPeer((request, reply) => {
    if (request.url !== TOKEN_PATH) {
      calls.push(request);
      return handlers.call(request, reply);
    }
    logins.push(request);
    if (handlers.login) return handlers.login(request, reply);
    reply.respond(200, tokenBody(peer.origin, `access-${logins.length}`));
  });
  return { ...peer, calls, logins };
}

export function tokenBody(instanceUrl: string, accessToken: string) {
  return { access_token: accessToken, instance_url: instanceUrl, token_type: 'Bearer' };
}

/** Salesforce's form of an error: a list of one. */
export function errorBody(errorCode: string, message = `${errorCode} for the test`) {
  return [{ errorCode, message }];
}

export const HTML_PAGE = '<!DOCTYPE html><html><body>Down for maintenance</body></html>';

/** Reads a row as Salesforce sent it. */
export const asSent: ReadRow<Row> = (row) => row;

export function queryBody(records: readonly object[], next?: { path: string; total: number }) {
  return {
    totalSize: next?.total ?? records.length,
    done: next === undefined,
    ...(next === undefined ? {} : { nextRecordsUrl: next.path }),
    records,
  };
}

/** The SOQL of a query's path. */
export function soqlOf(path: string): string {
  return new URL(path, 'http://localhost').searchParams.get('q') ?? '';
}

/** The queries of a composite request. */
export function soqlsOf(request: PeerRequest): string[] {
  const { compositeRequest } = JSON.parse(request.body);
  return compositeRequest.map(({ url }: { url: string }) => soqlOf(url));
}

/** The body of a response to a composite request, with one body per query. */
export function compositeBody(bodies: readonly object[]) {
  return {
    compositeResponse: bodies.map((body, index) => ({
      body,
      httpHeaders: {},
      httpStatusCode: Array.isArray(body) ? 400 : 200,
      referenceId: `query${index}`,
    })),
  };
}

/** A clock that moves only by sleeping. Sleeping takes no real time and is recorded. */
export class SleeplessClock implements Clock {
  readonly sleptMs: number[] = [];
  #now: number;

  constructor(now = Date.UTC(2026, 10, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.sleptMs.push(ms);
    this.#now += ms;
  }
}

export function salesforceConfig(
  loginUrl: string,
  auth?: SalesforceConfig['auth'],
): SalesforceConfig {
  return {
    loginUrl,
    apiVersion: '62.0',
    auth: auth ?? {
      flow: 'client-credentials',
      clientId: 'client-id',
      clientSecret: new Secret('client-secret'),
    },
    contentDistributions: true,
    contentUrl: 'public-link',
    ignoreCreatedBy: [],
  };
}

export interface TestClient {
  readonly client: SalesforceClient;
  readonly clock: SleeplessClock;
  /** billed calls, as the client counts them */
  readonly billed: () => number;
  readonly stop: AbortController;
  /** warnings about refresh tokens that could not be stored */
  readonly tokenWarnings: UserError[];
}

/** A client of the peer. Its delays take no time, and are half of the longest delay. */
export function createTestClient(
  config: SalesforceConfig,
  options: Partial<Pick<SalesforceClientOptions, 'tokenStore' | 'responseMsMax'>> = {},
): TestClient {
  const clock = new SleeplessClock();
  const stop = new AbortController();
  const tokenWarnings: UserError[] = [];
  let billed = 0;
  const client = createSalesforceClient({
    config,
    clock,
    random: () => 0.5,
    onCall: () => {
      billed += 1;
    },
    onTokenNotSaved: (warning) => tokenWarnings.push(warning),
    signal: stop.signal,
    ...options,
  });
  return { client, clock, billed: () => billed, stop, tokenWarnings };
}

export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}
