import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import type { SandboxRequest, SandboxResponse, Vendor } from '../http-types.ts';
import { authorizationKind, basicCredentials, bearerToken } from './authorization.ts';
import { createBodyCheck } from './check-body.ts';
import {
  type Caller,
  type ContentShareParts,
  eventIdOf,
  type GongResult,
  type ParsedBody,
  parseBody,
  reportContentShare,
} from './content-share.ts';
import type { SchemaEdition } from './content-shared-schema.ts';
import { EventLog, type GongEvent, type GongRequest } from './event-log.ts';
import {
  type CallLimits,
  createRateLimiter,
  GONG_CALL_LIMITS,
  type RateLimiter,
} from './rate-limit.ts';
import { type GongOauthClient, scopesOf, TokenIssuer, WRITE_SCOPE } from './tokens.ts';

const CONTENT_SHARED_PATH = '/v2/customer-engagement/content/shared';
const TOKEN_PATH = '/oauth2/generate-customer-token';
/** The allowed method of each path. */
const METHOD_BY_PATH = new Map([
  [CONTENT_SHARED_PATH, 'PUT'],
  [TOKEN_PATH, 'POST'],
]);

/** The example in Gong's specification. It exceeds 2^53, so a careless parser loses digits. */
const INTEGRATION_ID = '5517027188234205706';
/** Gong documents no limit for bodies; an event close to this one is broken. */
const BODY_BYTES_MAX = 1_048_576;
const DEFAULT_ACCOUNT = 'company';

export interface GongKey {
  readonly accessKey: string;
  readonly accessKeySecret: string;
  /** default: `api:engagement-data:write` */
  readonly scopes?: readonly string[];
  /** the account that owns the events and limits; default: the only account */
  readonly account?: string;
}

export interface GongOptions {
  readonly clock: Clock;
  /** default: Gong's own limits, 3 calls a second and 10,000 a day */
  readonly limits?: Partial<CallLimits>;
  readonly keys?: readonly GongKey[];
  readonly oauthClients?: readonly GongOauthClient[];
  /** default `today` */
  readonly edition?: SchemaEdition;
  /** digits of the 64-bit number; null omits it from the response, as for some accounts */
  readonly integrationId?: string | null;
  /** larger request bodies are rejected */
  readonly bodyBytesMax?: number;
  /** false for benchmarks with millions of events: drops bodies and all but the latest requests */
  readonly keepBodies?: boolean;
}

/** The controls of this Gong for tests and the demo. */
export interface GongControl {
  /** accepted events in order of arrival */
  readonly events: readonly GongEvent[];
  /** every request, accepted or not, including token requests */
  readonly requests: readonly GongRequest[];
  /** number of requests per response status */
  readonly byStatus: Readonly<Record<string, number>>;
  refreshTokenOf(clientId: string): string | undefined;
  revokeAccessTokens(): void;
  /** Turns the Engagement API on or off for the company: off, its endpoint does not exist. */
  setEndpoint(state: 'on' | 'off'): void;
  /** Clears events, requests, and call limits; keeps tokens. */
  reset(): void;
}

/**
 * A simulated Gong: one call is one event. It is as strict as the reference page, enforces the call
 * limits of a company, and returns 64-bit IDs and errors in Gong's form `{requestId, errors}`.
 */
export function createGong(options: GongOptions): { vendor: Vendor; gong: GongControl } {
  const { clock } = options;
  const eventLog = new EventLog({ keepBodies: options.keepBodies ?? true });
  const tokens = new TokenIssuer(clock, options.oauthClients ?? []);
  const limiters = new Map<string, RateLimiter>();
  const parts: ContentShareParts = {
    eventLog,
    checkBody: createBodyCheck(options.edition),
    callerOf: (request) => callerOf(request, options.keys ?? [], tokens),
    limiterOf: (account) => {
      const limits = { ...GONG_CALL_LIMITS, ...options.limits };
      const limiter = limiters.get(account) ?? createRateLimiter(limits);
      limiters.set(account, limiter);
      return limiter;
    },
    bodyBytesMax: options.bodyBytesMax ?? BODY_BYTES_MAX,
  };
  const success = successText(options.integrationId);
  const requestIds = createRequestIds();

  let isEndpointOn = true;

  const vendor: Vendor = (request) => {
    const requestId = requestIds();
    const at = clock.now();
    const body = parseBody(request.body);
    const response =
      routingError(request, { requestId, isEndpointOn }) ??
      (request.path === TOKEN_PATH
        ? tokens.refresh(request)
        : responseOf(
            reportContentShare({ request, requestId, at, body }, parts),
            requestId,
            success,
          ));
    eventLog.addRequest(requestEntry(request, { at, requestId, status: response.status, body }));
    return { ...response, headers: { ...response.headers, 'x-traceid': requestId } };
  };

  const gong: GongControl = {
    get events() {
      return eventLog.events;
    },
    get requests() {
      return eventLog.requests;
    },
    get byStatus() {
      return eventLog.byStatus;
    },
    refreshTokenOf: (clientId) => tokens.refreshTokenOf(clientId),
    revokeAccessTokens: () => tokens.revokeAccessTokens(),
    setEndpoint: (state) => {
      isEndpointOn = state === 'on';
    },
    reset() {
      eventLog.reset();
      limiters.clear();
    },
  };
  return { vendor, gong };
}

function callerOf(request: SandboxRequest, keys: readonly GongKey[], tokens: TokenIssuer): Caller {
  const header = request.headers['authorization'];
  const kind = authorizationKind(header);
  if (kind === 'none') return { refusal: 'Authorization header is missing' };
  const basic = basicCredentials(header);
  const holder =
    kind === 'basic'
      ? keys.find((key) => key.accessKey === basic?.user && key.accessKeySecret === basic.password)
      : tokens.clientOf(bearerToken(header) ?? '');
  if (!holder)
    return {
      refusal:
        kind === 'basic'
          ? 'The access key or the access key secret is not valid'
          : 'access token has been revoked',
    };
  if (!scopesOf(holder).includes(WRITE_SCOPE))
    return { refusal: `You don't have permission to use '${WRITE_SCOPE}' in your app.` };
  return { account: holder.account ?? DEFAULT_ACCOUNT };
}

function routingError(
  request: SandboxRequest,
  { requestId, isEndpointOn }: { readonly requestId: string; readonly isEndpointOn: boolean },
): SandboxResponse | undefined {
  const isOffered = isEndpointOn || request.path !== CONTENT_SHARED_PATH;
  const method = isOffered ? METHOD_BY_PATH.get(request.path) : undefined;
  if (method === request.method) return undefined;
  const outcome =
    method === undefined
      ? { status: 404, errors: ['Resource not found'] }
      : {
          status: 405,
          errors: [`Request method '${request.method}' not supported`],
          headers: { allow: method },
        };
  return responseOf(outcome, requestId, '');
}

/** A success body is a string, because JSON.stringify cannot write a 64-bit number. */
function responseOf(outcome: GongResult, requestId: string, success: string): SandboxResponse {
  const headers = { 'content-type': 'application/json;charset=UTF-8', ...outcome.headers };
  if (outcome.errors)
    return { status: outcome.status, headers, body: { requestId, errors: outcome.errors } };
  return { status: outcome.status, headers, body: `{"requestId":"${requestId}"${success}}` };
}

function successText(integrationId: string | null | undefined): string {
  return integrationId === null ? '' : `,"integrationId":${integrationId ?? INTEGRATION_ID}`;
}

/** Creates IDs such as `4al018gzaztcr8nbukw`, a new one for each call. */
function createRequestIds(): () => string {
  let count = 0;
  return () => {
    count += 1;
    const digest = createHash('sha256').update(`request ${count}`).digest('hex').slice(0, 26);
    return BigInt(`0x${digest}`).toString(36).padStart(20, '0').slice(-19);
  };
}

function requestEntry(
  request: SandboxRequest,
  facts: { at: number; requestId: string; status: number; body: ParsedBody },
): GongRequest {
  const eventId = eventIdOf(facts.body);
  return {
    at: facts.at,
    method: request.method,
    path: request.path,
    status: facts.status,
    authorization: authorizationKind(request.headers['authorization']),
    requestId: facts.requestId,
    ...(eventId === undefined ? {} : { eventId }),
  };
}
