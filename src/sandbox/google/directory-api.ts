import {
  type ApiCall,
  booleanParameter,
  pageSizeOf,
  readPageToken,
  writePageToken,
} from './api-call.ts';
import type { Domain, User } from './directory.ts';
import { domainOf } from './grantees.ts';
import { ApiError, forbidden, invalid } from './responses.ts';
import type { WorkspaceState } from './workspace-state.ts';

type Resource = Readonly<Record<string, unknown>>;

/** Directory reference, users.list: 100 a page, at most 500. */
const PAGE_USERS_MAX = 500;
const PAGE_USERS_USUAL = 100;
const STATES: Readonly<Record<string, (user: User) => boolean>> = {
  isSuspended: ({ suspended }) => suspended,
  isArchived: ({ archived }) => archived,
};

export function listUsers(call: ApiCall): Resource {
  const { directory } = requireAdmin(call);
  const isSelected = userTest(call);
  if (booleanParameter(call, 'showDeleted'))
    return { kind: 'admin#directory#users', etag: '"users"' };
  const size = pageSizeOf(call, {
    name: 'maxResults',
    usual: PAGE_USERS_USUAL,
    max: PAGE_USERS_MAX,
    above: 'refused',
  });
  const [from = 0] = readPageToken(call) ?? [];
  const users = directory
    .slice(from, size)
    .filter(isSelected)
    .map((user) => userResource(call.state, user));
  const next = from + size;
  return {
    kind: 'admin#directory#users',
    etag: `"users ${from}"`,
    ...(users.length > 0 ? { users } : {}),
    ...(next < directory.size ? { nextPageToken: writePageToken(call, [next]) } : {}),
  };
}

export function getUser(call: ApiCall): Resource {
  const { directory } = requireAdmin(call);
  const [key = ''] = call.ids;
  const user = directory.findByAny(decodeURIComponent(key).toLowerCase());
  if (user) return userResource(call.state, user);
  throw new ApiError({ status: 404, reason: 'notFound', message: 'Resource Not Found: userKey' });
}

export function listDomains(call: ApiCall): Resource {
  const { directory } = requireAdmin(call);
  requireCustomer(call, call.ids[0]);
  const domains = directory.domains.map((domain) => ({
    kind: 'admin#directory#domain',
    etag: `"${domain.name}"`,
    domainName: domain.name,
    isPrimary: domain.isPrimary,
    verified: true,
    creationTime: String(domain.createdAt),
    ...(domain.aliases.length > 0 ? { domainAliases: aliasResources(domain) } : {}),
  }));
  return { kind: 'admin#directory#domains', etag: '"domains"', domains };
}

export function listDomainAliases(call: ApiCall): Resource {
  const { directory } = requireAdmin(call);
  requireCustomer(call, call.ids[0]);
  const parent = call.query.get('parentDomainName');
  const domainAliases = directory.domains
    .filter(({ name }) => parent === null || parent === name)
    .flatMap(aliasResources);
  const found = domainAliases.length > 0 ? { domainAliases } : {};
  return { kind: 'admin#directory#domainAliases', etag: '"aliases"', ...found };
}

function requireAdmin({ state, user }: ApiCall) {
  if (state.directory.find(user)?.privileges.has('directory')) return state;
  throw forbidden('forbidden', 'Not Authorized to access this resource/api');
}

function requireCustomer({ state }: ApiCall, customer: string | undefined): void {
  if (customer === 'my_customer' || customer === state.settings.customerId) return;
  throw new ApiError({ status: 400, reason: 'invalid', message: 'Invalid Input: customer' });
}

function userTest(call: ApiCall): (user: User) => boolean {
  const { query } = call;
  const domain = query.get('domain');
  const customer = query.get('customer');
  if (domain === null && customer === null)
    throw new ApiError({ status: 400, reason: 'badRequest', message: 'Bad Request' });
  if (customer !== null) requireCustomer(call, customer);
  const [, name = '', state] = /^(\w+)=(true|false)$/.exec(query.get('query') ?? '') ?? [];
  const stateOf = STATES[name];
  if (query.has('query') && !stateOf) throw invalid('query', 'Invalid Input: query');
  return (user) =>
    (domain === null || domainOf(user.email) === domain) &&
    (stateOf === undefined || stateOf(user) === (state === 'true'));
}

function userResource({ directory, settings }: WorkspaceState, user: User): Resource {
  const { email, givenName, familyName, privileges, suspended, archived, createdAt } = user;
  return {
    kind: 'admin#directory#user',
    id: directory.profileIdOf(email),
    etag: `"${email}"`,
    primaryEmail: email,
    name: { givenName, familyName, fullName: `${givenName} ${familyName}` },
    isAdmin: privileges.size > 0,
    isDelegatedAdmin: false,
    suspended,
    archived,
    ...(user.aliases.length > 0 ? { aliases: user.aliases } : {}),
    emails: [{ address: email, primary: true }, ...user.aliases.map((address) => ({ address }))],
    customerId: settings.customerId,
    orgUnitPath: '/',
    isMailboxSetup: true,
    creationTime: new Date(createdAt).toISOString(),
  };
}

function aliasResources({ name, aliases, createdAt }: Domain): readonly Resource[] {
  return aliases.map((alias) => ({
    kind: 'admin#directory#domainAlias',
    etag: `"${alias}"`,
    domainAliasName: alias,
    parentDomainName: name,
    verified: true,
    creationTime: String(createdAt),
  }));
}
