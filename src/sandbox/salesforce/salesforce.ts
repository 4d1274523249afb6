import type { SandboxAnswer, SandboxRequest, Vendor } from '../http.ts';
import { json, notFound } from './answers.ts';
import { answerTokenRequest } from './login.ts';
import { Org, type OrgOptions } from './org.ts';
import { answerData, refuseLongHead, sessionOf } from './rest.ts';
import type { Row } from './rows.ts';

/**
 * A made-up Salesforce org: `vendor` answers as a real one does, down to its refusals; `org` is
 * what people and admins do in it. Holds no timer and no global; time comes from `clock`.
 */
export function createSalesforce(options: OrgOptions): { vendor: Vendor; org: Org } {
  const org = new Org(options);
  return { vendor: (request) => answer(org, request), org };
}

function answer(org: Org, request: SandboxRequest): SandboxAnswer {
  const tooLong = refuseLongHead(request);
  if (tooLong) return tooLong;
  if (request.path === '/services/oauth2/token') {
    org.parts.usage.note('logins');
    return answerTokenRequest(
      {
        ...org.parts,
        organizationId: org.organizationId,
        instanceUrl: (origin) => org.parts.settings.instanceUrl ?? origin,
      },
      request,
    );
  }
  if (request.path === '/services/oauth2/userinfo') return answerUserInfo(org, request);
  if (request.path.startsWith('/id/')) return answerIdentity(org, request);
  if (request.path.startsWith('/services/data')) return answerData(org.parts, request);
  return notFound();
}

function answerUserInfo(org: Org, request: SandboxRequest): SandboxAnswer {
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

/** The identity URL that every token answer names: /id/ORGANIZATION/USER. */
function answerIdentity(org: Org, request: SandboxRequest): SandboxAnswer {
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
  const session = sessionOf(org.parts, request);
  return session && org.parts.database.find('User', session.userId);
}

function badToken(): SandboxAnswer {
  return { status: 403, headers: { 'content-type': 'text/html' }, body: 'Bad_OAuth_Token' };
}
