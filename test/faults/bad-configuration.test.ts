import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';
import { leaksOf } from '../support/leaks.ts';

const TENANT_FILE = 'tenants/sandbox.yaml';
const KEY_FILE = 'secrets/salesforce.pem';
/** Not a real secret, but the error must not show it. */
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
  readonly breakConfig: () => void;
  readonly command?: string;
  /** on standard error, in this order */
  readonly reports: readonly string[];
}

const CASES: readonly Case[] = [
  {
    what: 'the line and column of broken YAML',
    breakConfig: () => put(TENANT_FILE, good.replace('gong:', 'gong: [')),
    reports: [`${TENANT_FILE}:`, ':', 'not valid YAML'],
  },
  {
    what: 'the key of a literal secret and what to write, without the secret',
    breakConfig: () =>
      put(TENANT_FILE, good.replace(/accessKeySecret: .*/, `accessKeySecret: ${LITERAL}`)),
    reports: [
      `${TENANT_FILE}:`,
      'gong.auth.accessKeySecret',
      'a literal secret is not allowed in this file',
    ],
  },
  {
    what: 'several mistakes together',
    breakConfig: () =>
      put(
        TENANT_FILE,
        good.replace('timezone: UTC', 'timezone: Mars/Olympus').replace('gong:', 'gongg:'),
      ),
    reports: ['timezone', 'gongg'],
  },
  {
    what: 'the name of a missing secret file',
    breakConfig: () => rmSync(join(world.folder, KEY_FILE)),
    reports: ['salesforce.auth.privateKey', KEY_FILE, 'does not exist'],
  },
  {
    what: 'an invalid PEM without its text',
    breakConfig: () =>
      put(KEY_FILE, `-----BEGIN PRIVATE KEY-----\n${LITERAL}\n-----END PRIVATE KEY-----`),
    reports: ['salesforce.auth.privateKey', 'expected an RSA private key in PEM'],
  },
  {
    what: 'a truncated private key',
    breakConfig: () => {
      const { privateKey } = world.sandbox.credentials.salesforce;
      put(KEY_FILE, privateKey.slice(0, privateKey.length / 2));
    },
    reports: ['salesforce.auth.privateKey', 'expected an RSA private key in PEM'],
  },
  {
    what: 'an unknown tenant, and the most similar one',
    breakConfig: () => {},
    command: 'sync --tenant sandbx',
    reports: ['there is no tenant sandbx', 'Did you mean sandbox?'],
  },
  {
    what: 'a folder without tenants, and what to do',
    breakConfig: () => rmSync(join(world.folder, TENANT_FILE)),
    reports: ['tenants: has no tenant', 'init NAME'],
  },
  {
    what: 'an http URL that is not loopback',
    breakConfig: () =>
      put(TENANT_FILE, good.replace(/baseUrl: .*/, 'baseUrl: http://api.gong.example')),
    reports: ['gong.baseUrl', 'https'],
  },
];

test.each(CASES)(
  'exits with 2, sends no request, and reports $what',
  async ({ breakConfig, command, reports }) => {
    const before = requests();
    breakConfig();
    const { code, stdout, stderr } = await world.run(command ?? 'sync --json');
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^sharetrail: /);
    let rest = stderr;
    for (const part of reports) {
      expect(rest).toContain(part);
      rest = rest.slice(rest.indexOf(part) + part.length);
    }
    expect(stderr).not.toContain(LITERAL);
    expect(stderr).not.toContain('bug');
    expect(requests()).toBe(before);
    expect(await leaksOf(world)).toEqual([]);
  },
);

test('control: the unchanged folder works', async () => {
  expect(await world.run('sync --json')).toMatchObject({ code: 0 });
});

function put(path: string, text: string): void {
  writeFileSync(join(world.folder, path), text);
}

function requests(): number {
  const { salesforce, gong } = world.sandbox.traffic;
  return salesforce.counts.requests + gong.counts.requests;
}
