import { X509Certificate } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { setupOf } from '../../src/cli/init/setup.ts';
import { type InputStream, openIo } from '../../src/cli/terminal/io.ts';
import { memoryStream } from '../support/cli/memory-io.ts';
import { startCommand } from '../support/command.ts';

/** An empty working directory. */
function emptyFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'sharetrail-init-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return {
    path: (name: string) => join(folder, name),
    read: (name: string) => readFileSync(join(folder, name), 'utf8'),
    run: (...words: readonly string[]) => startCommand(words, { cwd: folder }).ended(),
    replace(name: string, values: Readonly<Record<string, string>>) {
      let text = this.read(name);
      for (const [key, value] of Object.entries(values)) text = text.replace(key, value);
      writeFileSync(join(folder, name), text);
    },
  };
}

test('config show lists the placeholders, and passes once they are filled in', async () => {
  const folder = emptyFolder();
  const ended = await folder.run('init', 'acme-1', '--yes');
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toMatch(/ check --tenant acme-1`\n.* sync --dry-run --tenant acme-1`\n$/);

  const missing = await folder.run('config', 'show');
  expect(missing.code).toBe(2);
  for (const key of ['internalDomains', 'loginUrl', 'username', 'clientId', 'accessKey']) {
    expect(missing.stderr).toContain(key);
  }
  folder.replace('config/tenants/acme-1.yaml', {
    'internalDomains: [REPLACE-ME]': 'internalDomains: [acme.com]',
    'loginUrl: REPLACE-ME': 'loginUrl: https://acme.my.salesforce.com',
    'username: REPLACE-ME': 'username: integration@acme.com',
  });
  folder.replace('.env', {
    'ACME_1_SALESFORCE_CLIENT_ID=': 'ACME_1_SALESFORCE_CLIENT_ID=3MVG9',
    'ACME_1_GONG_ACCESS_KEY=': 'ACME_1_GONG_ACCESS_KEY=KEY',
    'ACME_1_GONG_ACCESS_KEY_SECRET=': 'ACME_1_GONG_ACCESS_KEY_SECRET=hush',
  });
  expect(await folder.run('config', 'show')).toMatchObject({ code: 0, stderr: '' });
});

test.each([
  ['client-credentials', 'access-key'],
  ['refresh-token', 'oauth'],
])('flows %s and %s: every variable is in .env', async (salesforce, gong) => {
  const folder = emptyFolder();
  const flags = ['--domain', 'acme.com', '--login-url', 'https://acme.my.salesforce.com'];
  const flows = ['--salesforce-flow', salesforce, '--gong-flow', gong];
  expect(await folder.run('init', '1st', ...flags, ...flows)).toMatchObject({ code: 0 });
  expect(existsSync(folder.path('config/secrets'))).toBe(false);
  const filled = folder.read('.env').replace(/=$/gm, '=value');
  writeFileSync(folder.path('.env'), `${filled}SHARETRAIL_SECRET_KEY=${'A'.repeat(43)}=\n`);
  writeFileSync(folder.path('config/sharetrail.yaml'), 'secretKey: ${SHARETRAIL_SECRET_KEY}\n');
  expect(await folder.run('config', 'show')).toMatchObject({ code: 0, stderr: '' });
});

test('secrets are readable by their owner only; the certificate belongs to the key', async () => {
  const folder = emptyFolder();
  await folder.run('init', 'acme', '--drive');
  const modeOf = (name: string) => statSync(folder.path(name)).mode & 0o777;
  expect(modeOf('.env')).toBe(0o600);
  expect(modeOf('config/secrets')).toBe(0o700);
  expect(modeOf('config/secrets/acme-salesforce.pem')).toBe(0o600);
  const certificate = new X509Certificate(folder.read('config/secrets/acme-salesforce.crt'));
  expect(certificate.subject).toBe('CN=sharetrail');
  expect(folder.read('config/tenants/acme.yaml')).toContain('secrets/acme-google.json');
});

test('overwrites no file, no key, and no variable', async () => {
  const folder = emptyFolder();
  writeFileSync(folder.path('.env'), 'ACME_GONG_ACCESS_KEY=mine', { mode: 0o640 });
  mkdirSync(folder.path('config/secrets'), { recursive: true });
  await folder.run('init', 'other', '--yes');
  writeFileSync(
    folder.path('config/secrets/acme-salesforce.pem'),
    folder.read('config/secrets/other-salesforce.pem'),
    { mode: 0o600 },
  );
  const first = await folder.run('init', 'acme', '--yes', '--json');
  expect(JSON.parse(first.stdout)).toMatchObject({
    variables: ['ACME_SALESFORCE_CLIENT_ID', 'ACME_GONG_ACCESS_KEY_SECRET'],
  });
  expect(folder.read('.env')).toMatch(/^ACME_GONG_ACCESS_KEY=mine\n/);
  expect(folder.read('config/secrets/acme-salesforce.pem')).toBe(
    folder.read('config/secrets/other-salesforce.pem'),
  );
  const before = folder.read('config/tenants/acme.yaml');
  const again = await folder.run('init', 'acme', '--domain', 'globex.example');
  expect(again).toMatchObject({ code: 2, stdout: '' });
  expect(again.stderr).toContain('already exists');
  expect(folder.read('config/tenants/acme.yaml')).toBe(before);
});

test('with --config, everything but .env is in that folder', async () => {
  const folder = emptyFolder();
  const ended = await folder.run('init', 'acme', '--yes', '--config', 'etc');
  expect(ended.stdout).toContain('config show --config etc');
  expect(existsSync(folder.path('etc/tenants/acme.yaml'))).toBe(true);
  expect(existsSync(folder.path('etc/secrets/acme-salesforce.crt'))).toBe(true);
});

test.each([
  [['init'], 'NAME'],
  [['init', 'Acme Inc'], 'cannot be the name of a tenant'],
  [['init', '../acme'], 'cannot be the name of a tenant'],
  [['init', 'acme', '--domain', 'gmail.com'], 'mail provider'],
  [['init', 'acme', '--login-url', 'http://acme.my.salesforce.com'], 'https'],
  [['init', 'acme', '--schedule', 'daily'], 'cron'],
  [['init', 'acme', '--timezone', 'Mars/Olympus'], 'timezone'],
])('%j is an error, and nothing is written', async (words, text) => {
  const folder = emptyFolder();
  const { code, stderr } = await folder.run(...words);
  expect(code).toBe(2);
  expect(stderr).toContain(text);
  expect(existsSync(folder.path('config'))).toBe(false);
  expect(existsSync(folder.path('.env'))).toBe(false);
});

test('on a terminal, it asks six questions, again until each answer is valid', async () => {
  const [stdout, stderr] = [memoryStream(120), memoryStream(120)];
  const input: InputStream = Object.assign(new PassThrough(), { isTTY: true });
  const answers = [
    'gmail.com',
    'acme.com, acme.de',
    'https://acme.my.salesforce.com',
    'password',
    '',
    'maybe',
    'N',
    'none',
    'Europe/Berlin',
  ];
  (input as unknown as PassThrough).end(`${answers.join('\n')}\n`);
  const io = openIo({
    stdin: () => input,
    stdout: stdout.stream,
    stderr: stderr.stream,
    environment: {},
  });
  const { signal } = new AbortController();
  expect(await setupOf({ io, options: {}, signal, arguments: ['acme'] }, 'acme')).toEqual({
    name: 'acme',
    internalDomains: ['acme.com', 'acme.de'],
    loginUrl: 'https://acme.my.salesforce.com',
    salesforceFlow: 'jwt-bearer',
    gongFlow: 'access-key',
    hasDrive: false,
    schedule: undefined,
    timezone: 'Europe/Berlin',
  });
  expect(stderr.text()).toContain('gmail.com: anyone can get an address at this mail provider');
  expect(stderr.text()).toContain('expected jwt-bearer or client-credentials or refresh-token');
  expect(stderr.text()).toContain('expected yes or no');
});

test('if the input ends early, nothing is written', async () => {
  const stderr = memoryStream(120);
  const input: InputStream = Object.assign(new PassThrough(), { isTTY: true });
  (input as unknown as PassThrough).end('acme.com\n');
  const io = openIo({
    stdin: () => input,
    stdout: memoryStream(120).stream,
    stderr: stderr.stream,
    environment: {},
  });
  const { signal } = new AbortController();
  await expect(setupOf({ io, options: {}, signal, arguments: ['acme'] }, 'acme')).rejects.toThrow(
    'the input ended',
  );
});
