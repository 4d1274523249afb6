import type { SandboxRequest, SandboxResponse, Vendor } from '../http-types.ts';
import { Org, type OrgOptions } from './org.ts';
import { json, notFound } from './responses.ts';
import { handleRestRequest, rejectLongHead, sessionOf } from './rest-router.ts';
import type { Row } from './rows.ts';
import { handleTokenRequest } from './token-endpoint.ts';

/**
 * A simulated Salesforce org. `vendor` responds as a real org does, including its errors. `org`
 * controls the org. There are no timers and no global state; the time comes from `clock`.
 */
export function createSalesforce(options: OrgOptions): { vendor: Vendor; org: Org } {
  const org = new Org(options);
  return { vendor: (request) => handleRequest(org, request), org };
}

function handleRequest(org: Org, request: SandboxRequest): SandboxResponse {
  const tooLong = rejectLongHead(request);
  if (tooLong) return tooLong;
  if (request.path === '/services/oauth2/token') {
    org.state.callCounts.note('logins');
    return handleTokenRequest(
      {
        ...org.state,
        organizationId: org.organizationId,
        instanceUrl: (origin) => org.state.settings.instanceUrl ?? origin,
      },
      request,
    );
  }
  if (request.path === '/services/oauth2/userinfo') return handleUserInfo(org, request);
  if (request.path.startsWith('/id/')) return handleIdentity(org, request);
  if (request.path.startsWith('/services/data')) return handleRestRequest(org.state, request);
  return notFound();
}

function handleUserInfo(org: Org, request: SandboxRequest): SandboxResponse {
  const user = userOf(org, request);
  if (!user) return badToken();
  return json(200, {
    sub: `${request.origin}/id/${org.organizationId}/${user.get('Id')}`,
    user_id: user.get('Id'),
    organization_id: org.organizationId,
    preferred_username: user.get('Username'),
    name: user.get('Name'),
    email: user.get('Email'),
    email_verified: true,
    zoneinfo: user.get('TimeZoneSidKey'),
    user_type: 'STANDARD',
    active: user.get('IsActive') === true,
  });
}

/** The identity URL in every token response: /id/ORGANIZATION/USER. */
function handleIdentity(org: Org, request: SandboxRequest): SandboxResponse {
  const user = userOf(org, request);
  if (!user) return badToken();
  const path = `/id/${org.organizationId}/${user.get('Id')}`;
  if (request.path !== path) return notFound();
  return json(200, {
    id: `${request.origin}${path}`,
    asserted_user: true,
    user_id: user.get('Id'),
    organization_id: org.organizationId,
    username: user.get('Username'),
    display_name: user.get('Name'),
    email: user.get('Email'),
    active: user.get('IsActive') === true,
    user_type: 'STANDARD',
  });
}

function userOf(org: Org, request: SandboxRequest): Row | undefined {
  const session = sessionOf(org.state, request);
  return session && org.state.database.find('User', session.userId);
}

function badToken(): SandboxResponse {
  return { status: 403, headers: { 'content-type': 'text/html' }, body: 'Bad_OAuth_Token' };
}
