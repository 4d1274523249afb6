import type { SandboxRequest, SandboxResponse } from '../http-types.ts';
import type { ApiCall, ResourceHandler } from './api-call.ts';
import type { CallKind } from './call-counts.ts';
import { handleComposite } from './composite.ts';
import { failure, json, notFound } from './responses.ts';
import {
  handleDescribe,
  handleDescribeGlobal,
  handleLimits,
  handleQuery,
  handleQueryMore,
  handleResourceList,
  handleRetrieve,
} from './rest-resources.ts';
import type { Session } from './sessions.ts';

/** Salesforce, "API Request Limits": the URL and all headers together, in bytes. */
const HEAD_BYTES_MAX = 16_384;
/** The API versions of this org; older ones are retired. */
const VERSION_OLDEST = 31;
const VERSION_NEWEST = 66;

interface Route {
  readonly pattern: RegExp;
  readonly method: 'GET' | 'POST';
  readonly kind: CallKind;
  readonly handle: ResourceHandler;
}

const ROUTES: readonly Route[] = [
  { pattern: /^$/, method: 'GET', kind: 'other', handle: handleResourceList },
  { pattern: /^query$/, method: 'GET', kind: 'query', handle: handleQuery },
  { pattern: /^query\/([^/]+)$/, method: 'GET', kind: 'queryMore', handle: handleQueryMore },
  {
    pattern: /^composite$/,
    method: 'POST',
    kind: 'composite',
    handle: (call) => handleComposite(call, dispatchSubrequest),
  },
  {
    pattern: /^composite\/sobjects\/(\w+)$/,
    method: 'POST',
    kind: 'retrieve',
    handle: handleRetrieve,
  },
  { pattern: /^sobjects$/, method: 'GET', kind: 'describe', handle: handleDescribeGlobal },
  {
    pattern: /^sobjects\/(\w+)\/describe$/,
    method: 'GET',
    kind: 'describe',
    handle: handleDescribe,
  },
  { pattern: /^limits$/, method: 'GET', kind: 'limits', handle: handleLimits },
];

/** Everything below /services/data. */
export function handleRestRequest(org: ApiCall['org'], request: SandboxRequest): SandboxResponse {
  const [, version, rest = ''] =
    /^\/services\/data(?:\/v(\d+\.0)(\/.*)?)?\/?$/.exec(request.path) ?? [];
  if (/^\/services\/data\/?$/.test(request.path)) return json(200, versions());
  if (version === undefined || !isOffered(version)) return notFound();
  const session = sessionOf(org, request);
  if (!session) {
    return failure(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
  }
  const response = handleCall(org, { request, session, apiVersion: version, path: trim(rest) });
  const usage = `api-usage=${org.callCounts.used}/${org.callCounts.limit}`;
  return { ...response, headers: { ...response.headers, 'sforce-limit-info': usage } };
}

/** 414 or 431 for a request whose URL and headers are too long; undefined for any other. */
export function rejectLongHead(request: SandboxRequest): SandboxResponse | undefined {
  if (request.headBytes <= HEAD_BYTES_MAX) return undefined;
  const targetBytes = request.path.length + 1 + request.query.toString().length;
  const headers = { 'content-type': 'text/html' };
  return targetBytes > HEAD_BYTES_MAX
    ? { status: 414, headers, body: '<h1>URI Too Long</h1>' }
    : { status: 431, headers, body: '<h1>Request Header Fields Too Large</h1>' };
}

export function sessionOf(org: ApiCall['org'], request: SandboxRequest): Session | undefined {
  const { authorization } = request.headers;
  const [, token] = /^(?:Bearer|OAuth) (\S+)$/i.exec(authorization ?? '') ?? [];
  return token === undefined ? undefined : org.sessions.use(token);
}

function handleCall(
  org: ApiCall['org'],
  context: {
    readonly request: SandboxRequest;
    readonly session: Session;
    readonly apiVersion: string;
    readonly path: string;
  },
): SandboxResponse {
  const { request, session, apiVersion, path } = context;
  const refusal = refusalOf(org);
  if (refusal) return refusal;
  const found = routeOf(path);
  org.callCounts.bill(found?.route.kind ?? 'other');
  let body: unknown;
  try {
    body = request.body === '' ? undefined : JSON.parse(request.body);
  } catch {
    return failure(400, 'JSON_PARSER_ERROR', 'The body is not well-formed JSON');
  }
  const { method, query, headers } = request;
  return dispatch({ org, session, method, apiVersion, path, query, headers, body });
}

function dispatch(call: ApiCall): SandboxResponse {
  const found = routeOf(call.path);
  if (!found) return notFound();
  const { route, parts } = found;
  if (route.method !== call.method) {
    const message = `HTTP Method '${call.method}' not allowed. Allowed are ${route.method}`;
    return failure(405, 'METHOD_NOT_ALLOWED', message);
  }
  return route.handle(call, parts);
}

function dispatchSubrequest(call: ApiCall): SandboxResponse {
  if (call.path === 'composite' || !isOffered(call.apiVersion)) return notFound();
  return dispatch(call);
}

function routeOf(path: string): { route: Route; parts: readonly string[] } | undefined {
  for (const route of ROUTES) {
    const match = route.pattern.exec(path);
    if (match) return { route, parts: match.slice(1) };
  }
  return undefined;
}

function refusalOf({ settings, callCounts }: ApiCall['org']): SandboxResponse | undefined {
  if (!settings.apiEnabled) {
    const message = 'The REST API is not enabled for this Organization.';
    return failure(403, 'API_DISABLED_FOR_ORG', message);
  }
  if (settings.refusal === 'day' || callCounts.used >= callCounts.limit) {
    return failure(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
  }
  if (settings.refusal === 'concurrent') {
    const message = 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.';
    return failure(403, 'REQUEST_LIMIT_EXCEEDED', message);
  }
  return undefined;
}

function isOffered(version: string): boolean {
  return Number(version) >= VERSION_OLDEST && Number(version) <= VERSION_NEWEST;
}

function versions(): object {
  const numbers = Array.from(
    { length: VERSION_NEWEST - VERSION_OLDEST + 1 },
    (_, index) => VERSION_OLDEST + index,
  );
  return numbers.map((number) => ({
    label: `Release ${number}`,
    url: `/services/data/v${number}.0`,
    version: `${number}.0`,
  }));
}

function trim(path: string): string {
  return path.replace(/^\/|\/$/g, '');
}
