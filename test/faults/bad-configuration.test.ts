import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';
import { leaksOf } from '../support/leaks.ts';

const TENANT_FILE = 'tenants/sandbox.yaml';
const KEY_FILE = 'secrets/salesforce.pem';
/** Of no use to anybody, but where it is refused it must not be shown either. */
const LITERAL = 'literal-secret-in-the-file';

let world: CliWorld;
let good: string;

beforeAll(async () => {
  world = await startCliWorld();
  good = readFileSync(join(world.folder, TENANT_FILE), 'utf8');
});

afterAll(() => world[Symbol.asyncDispose]());

beforeEach(() => {
  put(TENANT_FILE, good);
  put(KEY_FILE, world.sandbox.credentials.salesforce.privateKey);
});

interface Case {
  readonly what: string;
  readonly spoil: () => void;
  readonly words?: string;
  /** in this order, on standard error */
  readonly says: readonly string[];
}

const CASES: readonly Case[] = [
  {
    what: 'broken YAML: where, to line and column',
    spoil: () => put(TENANT_FILE, good.replace('gong:', 'gong: [')),
    says: [`${TENANT_FILE}:`, ':', 'not valid YAML'],
  },
  {
    what: 'a literal secret: which key, what to write, and not the secret',
    spoil: () =>
      put(TENANT_FILE, good.replace(/accessKeySecret: .*/, `accessKeySecret: ${LITERAL}`)),
    says: [`${TENANT_FILE}:`, 'gong.auth.accessKeySecret', 'a secret does not stand in this file'],
  },
  {
    what: 'several mistakes: all of them at once',
    spoil: () =>
      put(
        TENANT_FILE,
        good.replace('timezone: UTC', 'timezone: Mars/Olympus').replace('gong:', 'gongg:'),
      ),
    says: ['timezone', 'gongg'],
  },
  {
    what: 'a secret’s file that is missing: named',
    spoil: () => rmSync(join(world.folder, KEY_FILE)),
    says: ['salesforce.auth.privateKey', KEY_FILE, 'does not exist'],
  },
  {
    what: 'a PEM that is no key: said without its text',
    spoil: () =>
      put(KEY_FILE, `-----BEGIN PRIVATE KEY-----\n${LITERAL}\n-----END PRIVATE KEY-----`),
    says: ['salesforce.auth.privateKey', 'expected an RSA private key in PEM'],
  },
  {
    what: 'a key cut half-way',
    spoil: () => {
      const { privateKey } = world.sandbox.credentials.salesforce;
      put(KEY_FILE, privateKey.slice(0, privateKey.length / 2));
    },
    says: ['salesforce.auth.privateKey', 'expected an RSA private key in PEM'],
  },
  {
    what: 'an unknown tenant: the nearest one',
    spoil: () => {},
    words: 'sync --tenant sandbx',
    says: ['there is no tenant sandbx', 'Did you mean sandbox?'],
  },
  {
    what: 'no tenant at all: what to do',
    spoil: () => rmSync(join(world.folder, TENANT_FILE)),
    says: ['tenants: holds no tenant', 'acme.example.yaml'],
  },
  {
    what: 'a plain http address outside of this machine',
    spoil: () => put(TENANT_FILE, good.replace(/baseUrl: .*/, 'baseUrl: http://api.gong.example')),
    says: ['gong.baseUrl', 'https'],
  },
];

test.each(CASES)('$what: exit 2, nothing is asked of anybody', async ({ spoil, words, says }) => {
  const asked = requests();
  spoil();
  const { code, stdout, stderr } = await world.run(words ?? 'sync --json');
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^sharetrail: /);
  let rest = stderr;
  for (const part of says) {
    expect(rest).toContain(part);
    rest = rest.slice(rest.indexOf(part) + part.length);
  }
  expect(stderr).not.toContain(LITERAL);
  expect(stderr).not.toContain('bug');
  expect(requests()).toBe(asked);
  expect(await leaksOf(world)).toEqual([]);
});

test('control: unspoilt, the same folder works', async () => {
  expect(await world.run('sync --json')).toMatchObject({ code: 0 });
});

function put(path: string, text: string): void {
  writeFileSync(join(world.folder, path), text);
}

function requests(): number {
  const { salesforce, gong } = world.sandbox.traffic;
  return salesforce.counts.requests + gong.counts.requests;
}
