import type { SandboxAnswer, SandboxRequest, Vendor } from '../http.ts';
import type { Session } from './accounts.ts';
import { answerRefusal, forbidden, json, Refusal } from './answers.ts';
import type { Call } from './call.ts';
import { parseFields, select } from './field-mask.ts';
import { answerTokenRequest } from './login.ts';
import type { Parts } from './parts.ts';
import { ROUTES, type Route } from './routes.ts';
import { type GoogleOptions, Workspace } from './workspace.ts';

/** What Google takes with every request. */
const COMMON_PARAMETERS: ReadonlySet<string> = new Set([
  'alt',
  'fields',
  'key',
  'prettyPrint',
  'quotaUser',
]);

/**
 * A made-up Google Workspace: `vendor` answers as Google does, down to its refusals, with /token,
 * Drive, Reports and Directory under one root; `google` is what people and admins do in it. Holds
 * no timer and no global; time comes from `clock`.
 */
export function createGoogle(options: GoogleOptions): { vendor: Vendor; google: Workspace } {
  const google = new Workspace(options);
  return { vendor: (request) => answer(google, request), google };
}

function answer(google: Workspace, request: SandboxRequest): SandboxAnswer {
  google.expire();
  const { headers, ...rest } = answerWhole(google, request);
  // Clients can tell from it how far their own clock is off.
  const date = new Date(google.parts.now()).toUTCString();
  return { ...rest, headers: { ...headers, date } };
}

function answerWhole({ parts }: Workspace, request: SandboxRequest): SandboxAnswer {
  try {
    if (request.path === '/token' && request.method === 'POST') {
      parts.usage.count('token');
      return answerTokenRequest(parts, request);
    }
    return json(200, answerCall(parts, request));
  } catch (error) {
    if (error instanceof Refusal) return answerRefusal(error);
    throw error;
  }
}

function answerCall(parts: Parts, request: SandboxRequest): object {
  const found = routeOf(request);
  if (!found || request.method !== 'GET')
    throw new Refusal({ status: 404, reason: 'notFound', message: 'Not Found' });
  const { route, ids } = found;
  const { query } = request;
  parts.usage.count(route.method);
  const session = sessionOf(parts, request);
  refuseUnscoped(route, session);
  refuseUnknownParameters(route, query);
  const about = ids[0] ?? query.get('driveId') ?? undefined;
  parts.refusals.strike({ method: route.method, user: session.email, about });
  const fields = parseFields(query.get('fields') ?? route.usualFields, route.names);
  const call: Call = { parts, user: session.email, query, ids, fields };
  return Object(select(route.answer(call), fields));
}

function routeOf({ path }: SandboxRequest) {
  for (const route of ROUTES) {
    const match = route.path.exec(path);
    if (match) return { route, ids: match.slice(1).map(decodeURIComponent) };
  }
  return undefined;
}

function sessionOf(parts: Parts, { headers }: SandboxRequest): Session {
  const [, token = ''] = /^Bearer (.+)$/i.exec(headers['authorization'] ?? '') ?? [];
  const session = parts.accounts.session(token, parts.now());
  const user = session && parts.directory.find(session.email);
  if (session && !user?.suspended && !user?.archived) return session;
  throw new Refusal({
    status: 401,
    reason: 'authError',
    message: 'Invalid Credentials',
    location: 'Authorization',
    locationType: 'header',
  });
}

function refuseUnscoped({ scopes }: Route, session: Session): void {
  if (session.scopes.some((scope) => scopes.includes(scope))) return;
  throw forbidden('insufficientPermissions', 'Request had insufficient authentication scopes.');
}

function refuseUnknownParameters({ parameters }: Route, query: URLSearchParams): void {
  for (const name of query.keys()) {
    if (COMMON_PARAMETERS.has(name) || parameters.includes(name)) continue;
    const message = `Invalid JSON payload received. Unknown name "${name}".`;
    throw new Refusal({ status: 400, reason: 'badRequest', message });
  }
}
