import { describe, expect, test } from 'vitest';
import { isDomain, isEmail, isLoopbackHost } from '../../src/config/addresses.ts';
import { databasePasswords, maskDatabase } from '../../src/config/database-url.ts';
import { isPublicMailDomain, publicMailDomains } from '../../src/config/public-mail-domains.ts';
import { selectTenants } from '../../src/config/select-tenants.ts';
import type { Config, TenantConfig } from '../../src/config/types.ts';
import { UserError } from '../../src/lib/errors.ts';
import { nearest } from '../../src/lib/nearest-word.ts';
import { isPublicSuffix, registrableDomain } from '../../src/lib/public-suffix.ts';

describe('selectTenants', () => {
  const config = { tenants: ['acme', 'beta', 'gamma'].map(tenantNamed) } as unknown as Config;

  test('returns all tenants if no name is given', () => {
    expect(selectTenants(config, [])).toBe(config.tenants);
  });

  test('returns the named tenants, each once, in the order of the configuration', () => {
    const selected = selectTenants(config, ['gamma', 'acme', 'gamma']);
    expect(selected.map(({ tenant }) => tenant)).toEqual(['acme', 'gamma']);
  });

  test.each([
    ['amce', 'Did you mean acme?'],
    ['unheard-of', 'The tenants are acme, beta, gamma.'],
  ])('rejects %s with a hint', (name, hint) => {
    const select = () => selectTenants(config, ['beta', name]);
    expect(select).toThrow(new UserError(`there is no tenant ${name}`, { hint }));
    expect(select).toThrow(expect.objectContaining({ hint }));
  });
});

describe('nearest', () => {
  test.each([
    ['timezon', 'timezone'],
    ['TIMEZONE', 'timezone'],
    ['loginURI', 'loginUrl'],
    ['start', undefined],
    ['', undefined],
  ])('the nearest word to %j is %j', (word, meant) => {
    expect(nearest(word, ['timezone', 'schedule', 'loginUrl'])).toBe(meant);
  });

  test('returns undefined without candidates', () => {
    expect(nearest('x', [])).toBeUndefined();
  });
});

describe('mail providers', () => {
  test.each([
    ...['gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.fr', 'live.co.uk', 'yahoo.co.jp'],
    ...['icloud.com', 'me.com', 'aol.com', 'proton.me', 'gmx.de', 'gmx.net', 'web.de', 'mail.ru'],
    ...['yandex.ru', 'ya.ru', 'qq.com', '163.com', 'naver.com', 'orange.fr', 'comcast.net'],
  ])('%s is public', (domain) => {
    expect(isPublicMailDomain(domain)).toBe(true);
  });

  test.each(['acme.com', 'google.com', 'microsoft.com', 'gmx.io', 'yahooinc.com'])(
    '%s belongs to a company',
    (domain) => {
      expect(isPublicMailDomain(domain)).toBe(false);
    },
  );

  test('each one is a valid domain in lower case', () => {
    const odd = [...publicMailDomains].filter(
      (domain) => !isDomain(domain) || domain !== domain.toLowerCase(),
    );
    expect(odd).toEqual([]);
    expect(publicMailDomains.size).toBeGreaterThan(400);
  });
});

describe('public suffixes', () => {
  test.each([
    ...['com', 'co.uk', 'com.kh', 'gov.in', 'github.io', 'myshopify.com', 'herokuapp.com'],
    ...['kawasaki.jp', 'foo.ck', 'xn--55qx5d.cn', 'onmicrosoft.com', 'wordpress.com'],
  ])('%s has many owners', (domain) => {
    expect(isPublicSuffix(domain)).toBe(true);
  });

  test.each([
    ...['acme.com', 'acme.co.uk', 'eu.acme.co.uk', 'acme.com.kh', 'acme.github.io'],
    ...['acme.onmicrosoft.com', 'city.kawasaki.jp', 'www.ck', 'xn--bcher-kva.example'],
    ...['google.com', 'microsoft.com', 'salesforce.com', 'amazon.com', 'acme.internal'],
  ])('%s has one owner', (domain) => {
    expect(isPublicSuffix(domain)).toBe(false);
  });

  test.each([
    ['eu.acme.co.uk', 'acme.co.uk'],
    ['www.acme.github.io', 'acme.github.io'],
    ['co.uk', undefined],
  ])('the registrable domain of %s is %s', (host, domain) => {
    expect(registrableDomain(host)).toBe(domain);
  });
});

describe('addresses', () => {
  test.each(['acme.com', 'a.b.co.uk', 'xn--bcher-kva.example', 'bücher.example', 'ACME.com'])(
    '%s is a domain',
    (text) => expect(isDomain(text)).toBe(true),
  );

  test.each([
    'acme',
    '.com',
    'acme.com.',
    'a_b.com',
    '-a.com',
    '1.2.3.4',
    'a b.com',
    'a.com/b',
    '',
  ])('%j is not a domain', (text) => expect(isDomain(text)).toBe(false));

  test.each(['jo@acme.com', "o'neil+x@acme.co.uk", 'jö@bücher.example'])(
    '%s is an address',
    (text) => expect(isEmail(text)).toBe(true),
  );

  test.each(['jo', 'jo@', '@acme.com', 'jo@acme', 'a b@acme.com', 'Jo <jo@acme.com>', 'a@b@c.com'])(
    '%j is not an address',
    (text) => expect(isEmail(text)).toBe(false),
  );

  test('only hosts that other machines cannot reach are loopback', () => {
    const loopback = ['localhost', '127.0.0.1', '127.255.0.9', '[::1]', '::1'];
    expect(loopback.filter(isLoopbackHost)).toEqual(loopback);
    const other = ['0.0.0.0', '::', '128.0.0.1', '127.0.0.1.evil.com', 'localhost.evil.com', ''];
    expect(other.filter(isLoopbackHost)).toEqual([]);
  });
});

describe('a database setting', () => {
  test.each([
    ['sqlite:./data/x.db', 'sqlite:./data/x.db', []],
    ['postgres://h/d', 'postgres://h/d', []],
    ['postgres://user@h/d', 'postgres://user@h/d', []],
    ['postgres://u:p@h/d', 'postgres://u:•••@h/d', ['p']],
    ['postgresql://:p@h/d', 'postgresql://:•••@h/d', ['p']],
    ['postgres://u:p@ss@h/d', 'postgres://u:•••@h/d', ['p@ss']],
    ['postgres://u:p%40s@h/d', 'postgres://u:•••@h/d', ['p%40s', 'p@s']],
    ['postgres://u:p%@h/d', 'postgres://u:•••@h/d', ['p%']],
    ['postgres://h/d?user=u&password=p&x=1', 'postgres://h/d?user=u&password=•••&x=1', ['p']],
  ])('%s is shown as %s', (given, shown, passwords) => {
    expect(maskDatabase(given)).toBe(shown);
    expect(databasePasswords(given)).toEqual(passwords);
  });
});

function tenantNamed(tenant: string): Pick<TenantConfig, 'tenant'> {
  return { tenant };
}
