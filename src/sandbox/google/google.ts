import type { SandboxRequest, SandboxResponse, Vendor } from '../http-types.ts';
import type { ApiCall } from './api-call.ts';
import { BATCH_PATH, handleBatch } from './batch-api.ts';
import type { Session } from './credentials.ts';
import { parseFields, select } from './field-mask.ts';
import { ApiError, errorResponse, forbidden, json } from './responses.ts';
import { ROUTES, type Route } from './routes.ts';
import { changeRows } from './row-changes.ts';
import { handleTokenRequest } from './token-endpoint.ts';
import { type GoogleOptions, Workspace } from './workspace.ts';
import type { WorkspaceState } from './workspace-state.ts';

/** Parameters that every method accepts. */
const COMMON_PARAMETERS: ReadonlySet<string> = new Set([
  'alt',
  'fields',
  'key',
  'prettyPrint',
  'quotaUser',
]);

/**
 * A simulated Google Workspace. `vendor` responds as Google does, including its errors, and serves
 * /token, Drive, Reports, and Directory under one root. `google` controls the Workspace. There are
 * no timers and no global state; the time comes from `clock`.
 */
export function createGoogle(options: GoogleOptions): { vendor: Vendor; google: Workspace } {
  const google = new Workspace(options);
  return { vendor: (request) => handleRequest(google, request), google };
}

function handleRequest(google: Workspace, request: SandboxRequest): SandboxResponse {
  google.expire();
  const { headers, ...rest } = responseWithoutDate(google, request);
  // Clients use it to detect a wrong local clock.
  const date = new Date(google.state.now()).toUTCString();
  return { ...rest, headers: { ...headers, date } };
}

function responseWithoutDate({ state }: Workspace, request: SandboxRequest): SandboxResponse {
  try {
    if (request.method === 'POST' && request.path === '/token') {
      state.callCounts.count('token');
      return handleTokenRequest(state, request);
    }
    if (request.method === 'POST' && request.path === BATCH_PATH) {
      state.callCounts.count('batch');
      if (state.settings.batches === 'offered')
        return handleBatch(request, (inner) => responseTo(state, inner));
    }
  } catch (error) {
    return refusal(error);
  }
  return responseTo(state, request);
}

function responseTo(state: WorkspaceState, request: SandboxRequest): SandboxResponse {
  try {
    return json(200, handleCall(state, request));
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): SandboxResponse {
  if (error instanceof ApiError) return errorResponse(error);
  throw error;
}

function handleCall(state: WorkspaceState, request: SandboxRequest): object {
  const found = routeOf(request);
  if (!found || request.method !== 'GET')
    throw new ApiError({ status: 404, reason: 'notFound', message: 'Not Found' });
  const { route, ids } = found;
  const { query } = request;
  state.callCounts.count(route.method);
  const session = sessionOf(state, request);
  checkScopes(route, session);
  checkParameters(route, query);
  const about = ids[0] ?? query.get('driveId') ?? undefined;
  state.injectedErrors.throwIfMatched({ method: route.method, user: session.email, about });
  const fields = parseFields(query.get('fields') ?? route.usualFields, route.names);
  const call: ApiCall = { state, user: session.email, query, ids, fields };
  const response = Object(select(route.handle(call), fields));
  return changeRows(response, state.rowChanges.get(route.method));
}

function routeOf({ path }: SandboxRequest) {
  for (const route of ROUTES) {
    const match = route.path.exec(path);
    if (match) return { route, ids: match.slice(1).map(decodeURIComponent) };
  }
  return undefined;
}

function sessionOf(state: WorkspaceState, { headers }: SandboxRequest): Session {
  const [, token = ''] = /^Bearer (.+)$/i.exec(headers['authorization'] ?? '') ?? [];
  const session = state.credentials.session(token, state.now());
  const user = session && state.directory.findByAny(session.email);
  if (session && !user?.suspended && !user?.archived)
    return { ...session, email: user?.email ?? session.email };
  throw new ApiError({
    status: 401,
    reason: 'authError',
    message: 'Invalid Credentials',
    location: 'Authorization',
    locationType: 'header',
  });
}

function checkScopes({ scopes }: Route, session: Session): void {
  if (session.scopes.some((scope) => scopes.includes(scope))) return;
  throw forbidden('insufficientPermissions', 'Request had insufficient authentication scopes.');
}

function checkParameters({ parameters }: Route, query: URLSearchParams): void {
  for (const name of query.keys()) {
    if (COMMON_PARAMETERS.has(name) || parameters.includes(name)) continue;
    const message = `Invalid JSON payload received. Unknown name "${name}".`;
    throw new ApiError({ status: 400, reason: 'badRequest', message });
  }
}
