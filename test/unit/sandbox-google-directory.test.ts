import { afterEach, beforeEach, expect, test } from 'vitest';
import { errorIn, GoogleSandbox, type Json, listIn } from '../support/google-sandbox.ts';

const USERS = '/admin/directory/v1/users';
const CUSTOMER = { customer: 'my_customer' };
const START = '/drive/v3/changes/startPageToken';

let sandbox: GoogleSandbox;

beforeEach(async () => {
  sandbox = await GoogleSandbox.start();
});

afterEach(() => sandbox.stop());

async function usersOf(query: Readonly<Record<string, string>>): Promise<readonly Json[][]> {
  const pages: Json[][] = [];
  let pageToken: unknown;
  do {
    const next = pageToken === undefined ? {} : { pageToken: String(pageToken) };
    const body = await sandbox.read(sandbox.google.admin, USERS, {
      ...CUSTOMER,
      ...query,
      ...next,
    });
    pages.push(body['users'] === undefined ? [] : [...listIn(body, 'users')]);
    pageToken = body['nextPageToken'];
  } while (pageToken !== undefined);
  return pages;
}

test('a page has 100 users by default and at most 500, with their state', async () => {
  for (let number = 0; number < 249; number += 1)
    sandbox.google.addUser(`user${number}@acme.example`);
  sandbox.google.setUserState('user7@acme.example', 'suspended');
  sandbox.google.setUserState('user8@acme.example', 'archived');
  expect((await usersOf({})).map((page) => page.length)).toEqual([100, 100, 50]);
  const [all] = await usersOf({ maxResults: '500' });
  expect(all).toHaveLength(250);
  const inactive = all?.filter(
    ({ suspended, archived }) => suspended === true || archived === true,
  );
  expect(inactive?.map(({ primaryEmail }) => primaryEmail)).toEqual([
    'user7@acme.example',
    'user8@acme.example',
  ]);
  expect((await usersOf({ query: 'isSuspended=false', maxResults: '500' }))[0]).toHaveLength(249);
  const { admin } = sandbox.google;
  expect((await sandbox.errorOf(admin, USERS, { ...CUSTOMER, maxResults: '501' }))[0]).toBe(400);
  expect(await sandbox.errorOf(admin, USERS)).toEqual([400, 'badRequest']);
});

test('domains and their aliases are listed separately, each alias with its domain', async () => {
  const { google } = sandbox;
  google.addDomain('acme-group.example', ['acme.test']);
  const root = '/admin/directory/v1/customer/my_customer';
  const fields = 'domains(domainName,isPrimary,domainAliases/domainAliasName)';
  expect(await sandbox.read(google.admin, `${root}/domains`, { fields })).toEqual({
    domains: [
      { domainName: 'acme.example', isPrimary: true },
      {
        domainName: 'acme-group.example',
        isPrimary: false,
        domainAliases: [{ domainAliasName: 'acme.test' }],
      },
    ],
  });
  const aliases = listIn(
    await sandbox.read(google.admin, `${root}/domainaliases`),
    'domainAliases',
  );
  expect(aliases).toMatchObject([
    { domainAliasName: 'acme.test', parentDomainName: 'acme-group.example' },
  ]);
  const other = '/admin/directory/v1/customer/C0other/domains';
  expect((await sandbox.errorOf(google.admin, other))[0]).toBe(400);
});

test('only administrators can read the directory', async () => {
  const ada = sandbox.google.addUser('ada@acme.example');
  expect(await sandbox.errorOf(ada, USERS, CUSTOMER)).toEqual([403, 'forbidden']);
  const user = await sandbox.read(sandbox.google.admin, `${USERS}/${ada}`, {
    fields: 'primaryEmail',
  });
  expect(user).toEqual({ primaryEmail: ada });
  expect((await sandbox.errorOf(sandbox.google.admin, `${USERS}/unknown@acme.example`))[0]).toBe(
    404,
  );
});

test('injected errors affect only matching calls, up to the given number', async () => {
  const { google } = sandbox;
  const ada = google.addUser('ada@acme.example');
  const bilal = google.addUser('bilal@acme.example');
  google.refuse({
    reason: 'userRateLimitExceeded',
    user: ada,
    method: 'changes.getStartPageToken',
    skip: 1,
    times: 2,
    retryAfter: '7',
  });
  const statuses = async (user: string, path: string) => {
    const found: number[] = [];
    for (let turn = 0; turn < 4; turn += 1) found.push((await sandbox.get(user, path)).status);
    return found;
  };
  expect(await statuses(bilal, START)).toEqual([200, 200, 200, 200]);
  expect(await statuses(ada, '/drive/v3/files')).toEqual([200, 200, 200, 200]);
  expect(await statuses(ada, START)).toEqual([200, 403, 403, 200]);
  google.refuse({ reason: 'rateLimitExceeded', status: 429, times: 1, retryAfter: '7' });
  const limited = await sandbox.get(ada, START);
  expect(errorIn(limited)).toEqual([429, 'rateLimitExceeded']);
  expect(limited.headers.get('retry-after')).toBe('7');
  expect(Object(limited.body['error']).errors[0].domain).toBe('usageLimits');
  google.refuse({ reason: 'backendError', times: Number.POSITIVE_INFINITY });
  expect(await statuses(ada, START)).toEqual([503, 503, 503, 503]);
  google.clearRefusals();
  expect(await statuses(ada, START)).toEqual([200, 200, 200, 200]);
});

test('the control API returns the calls by method, including refused ones', async () => {
  const { google, origin } = sandbox;
  await sandbox.get(google.admin, START);
  google.refuse({ reason: 'quotaExceeded', times: 1 });
  await sandbox.get(google.admin, START);
  await sandbox.get(google.admin, USERS, CUSTOMER);
  const byMethod = { token: 1, 'changes.getStartPageToken': 2, 'users.list': 1 };
  expect(google.calls).toEqual({ total: 3, byMethod });
  const state: unknown = await (await fetch(`${origin}/_sandbox/state`)).json();
  expect(state).toMatchObject({ calls: { total: 3 } });
  await fetch(`${origin}/_sandbox/reset`, { method: 'POST' });
  expect(google.calls.total).toBe(0);
});
