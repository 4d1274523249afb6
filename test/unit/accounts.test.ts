import { expect, test } from 'vitest';
import type { GongIdentity } from '../../src/db/bindings.ts';
import { UserError } from '../../src/lib/errors.ts';
import { AccountChanged } from '../../src/runs/account-changed.ts';
import { type AccountsOptions, createAccounts } from '../../src/runs/accounts.ts';

const HOST = 'us-49467.api.gong.io';

interface Hosts {
  readonly stored?: string;
  readonly valid?: string;
}

/** The Gong account of a tenant whose OAuth tokens name these hosts. */
function gongAccountOf(credentials: string, hosts: Hosts, bound?: GongIdentity) {
  const requested: string[] = [];
  const gong = {
    account: credentials,
    customerHost: async (tokens: 'stored' | 'valid') => {
      requested.push(tokens);
      return hosts[tokens];
    },
  };
  const bindings = bound ? { gong: { identity: bound } } : {};
  const options = { gong, bindings, tenant: { tenant: 'acme' } } as unknown as AccountsOptions;
  return { account: createAccounts(options).gong, requested };
}

test.each<readonly [string, Hosts, GongIdentity | undefined, GongIdentity]>([
  ['the first run', {}, undefined, { credentials: 'new' }],
  ['the first run with tokens', { stored: HOST }, undefined, { credentials: 'new', host: HOST }],
  ['the same tokens', {}, { credentials: 'new' }, { credentials: 'new' }],
  [
    'an address that is known only now',
    { stored: HOST },
    { credentials: 'new' },
    { credentials: 'new', host: HOST },
  ],
  [
    'new tokens of the same customer',
    { valid: HOST },
    { credentials: 'old', host: HOST },
    { credentials: 'new', host: HOST },
  ],
])('Gong account: %s', async (_case, hosts, bound, expected) => {
  expect(await gongAccountOf('new', hosts, bound).account()).toEqual(expected);
});

test.each<readonly [string, Hosts, GongIdentity]>([
  ['of another customer', { valid: 'us-1.api.gong.io' }, { credentials: 'old', host: HOST }],
  ['whose customer is unknown', {}, { credentials: 'old', host: HOST }],
  ['after tokens whose customer was unknown', { valid: HOST }, { credentials: 'old' }],
])('Gong account: new tokens %s are refused', async (_case, hosts, bound) => {
  await expect(gongAccountOf('new', hosts, bound).account()).rejects.toThrow(AccountChanged);
});

test('tokens are renewed only to compare accounts, and once', async () => {
  expect(gongAccountOf('new', {}).requested).toEqual([]);
  const first = gongAccountOf('new', {});
  await Promise.all([first.account(), first.account()]);
  expect(first.requested).toEqual(['stored']);
  const changed = gongAccountOf('new', { valid: HOST }, { credentials: 'old', host: HOST });
  await changed.account();
  expect(changed.requested).toEqual(['valid']);
});

test('tokens that cannot be read leave the account as it is: sending reports why', async () => {
  const { account } = gongAccountOf('new', {
    get stored(): string {
      throw new UserError('no secretKey');
    },
  });
  expect(await account()).toEqual({ credentials: 'new' });
});
