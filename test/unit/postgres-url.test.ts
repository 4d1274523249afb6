import { expect, test } from 'vitest';
import { isPostgresUrl, parsePostgresUrl } from '../../src/lib/postgres-url.ts';

test('a URL names the server, the login, and the database', () => {
  expect(parsePostgresUrl('postgres://ann:p%40ss%2Fw@db.acme.com:6432/share%20trail')).toEqual({
    address: {
      host: 'db.acme.com',
      port: 6432,
      user: 'ann',
      password: 'p@ss/w',
      database: 'share trail',
      sslMode: 'verify-full',
      sslRootCertificate: undefined,
    },
  });
});

test.each([
  ['postgresql://ann@[::1]/x', { host: '::1', port: 5432, password: undefined }],
  ['postgres://ann@localhost/x', { sslMode: 'disable' }],
  ['postgres://ann@127.0.0.1/x', { sslMode: 'disable' }],
  ['postgres://ann@127.0.0.1.example.com/x', { sslMode: 'verify-full' }],
  ['postgres://ann@localhost/x?sslmode=verify-full', { sslMode: 'verify-full' }],
  ['postgres://ann@db/x?sslmode=disable', { sslMode: 'disable' }],
  ['postgres://ann@db/x?sslmode=require', { sslMode: 'require' }],
  ['postgres://ann@db/x?sslmode=require&sslrootcert=ca.pem', { sslMode: 'verify-ca' }],
  ['postgres://ann@db/x?sslrootcert=/etc/ca.pem', { sslRootCertificate: '/etc/ca.pem' }],
  ['postgres://ann:100%@db/x', { password: '100%' }],
])('%s', (url, part) => {
  expect(isPostgresUrl(url)).toBe(true);
  expect(parsePostgresUrl(url)).toMatchObject({ address: part });
});

test.each([
  ['postgres://ann:hush@db', 'expected the name of one database'],
  ['postgres://ann:hush@db/', 'expected the name of one database'],
  ['postgres://ann:hush@db/a/b', 'expected the name of one database'],
  ['postgres://db/x', 'the user is missing'],
  ['postgres:///x', 'expected postgres://USER:PASSWORD@HOST:PORT/DATABASE'],
  ['postgres://ann:hu/sh@db/x', 'with %-escapes for special characters in the password'],
  ['postgres://ann:hush@db/x#y', 'write # as %23'],
  ['postgres://ann:hush@db/x?sslmode=prefer', 'continues without encryption'],
  ['postgres://ann:hush@db/x?sslmode=allow', 'continues without encryption'],
  ['postgres://ann:hush@db/x?sslmode=on', 'unknown sslmode "on"'],
  ['postgres://ann:hush@db/x?sslmode=require&sslmode=disable', 'sslmode appears twice'],
  ['postgres://ann:hush@db/x?pool=3', 'unknown parameter "pool": expected sslmode or sslrootcert'],
  ['postgres://ann:hush@db/x?sslpassword=hush', 'unknown parameter "sslpassword"'],
  ['postgres://ann:hush@db/x?sslrootcert=', 'sslrootcert is empty'],
  ['postgres://ann:hush@db/x?sslmode=disable&sslrootcert=a', 'sslrootcert has no effect'],
])('%s is rejected without its password: %s', (url, problem) => {
  const parsed = parsePostgresUrl(url);
  expect(parsed).toEqual({ problem: expect.stringContaining(problem) });
  expect(JSON.stringify(parsed)).not.toContain('hush');
});
