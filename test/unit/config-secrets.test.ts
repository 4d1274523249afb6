import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { ConfigError } from '../../src/config/config-error.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { listKeys } from '../../src/config/schema-keys.ts';
import { serviceSchema } from '../../src/config/service-schema.ts';
import { effectiveConfig, renderConfigYaml } from '../../src/config/show-config.ts';
import { tenantSchema } from '../../src/config/tenant-schema.ts';
import { scrub } from '../../src/lib/secret.ts';
import { ConfigFolder, makePrivateKey, TENANT_YAML } from '../support/config-folder.ts';
import { problemsOf } from '../support/config-problem-cases.ts';

const MARK = 'hunter2-must-not-be-seen';
/** One search for the mark finds a leak of any value. */
const marked = (name: string): string => `${MARK}-${name}`;

const TENANT = `tenant: acme
internalDomains: [acme.com]
salesforce:
  loginUrl: https://acme.my.salesforce.com
  auth: {flow: jwt-bearer, clientId: id, username: jo@acme.com, privateKey: "\${PEM}"}
googleDrive:
  auth: {flow: service-account, key: "\${GOOGLE}", adminSubject: jo@acme.com}
gong:
  auth: {flow: oauth, clientId: id, clientSecret: "\${CLIENT}", refreshToken: "\${REFRESH}"}
start: 2026-11-01T00:00:00Z
`;

const SERVICE = `database: postgres://sharetrail:${marked('p%40ss')}@db.acme.com/x?sslmode=require
http: {port: 8080, token: ${marked('token')}}
alerts: {webhook: "\${WEBHOOK}"}
secretKey: \${KEY}
`;

const pem = makePrivateKey('rsa');

const ENVIRONMENT = {
  PEM: pem,
  GOOGLE: JSON.stringify({ client_email: `${MARK}@acme.com`, private_key: pem }),
  CLIENT: marked('client'),
  REFRESH: marked('refresh'),
  WEBHOOK: `https://chat.example/${MARK}`,
  KEY: Buffer.alloc(32, MARK).toString('base64'),
};

describe('the output of config show', () => {
  test('has ••• for every secret, in the order and shape of the files', async () => {
    using folder = new ConfigFolder({
      'config/tenants/acme.yaml': TENANT,
      'config/sharetrail.yaml': SERVICE,
    });
    const config = await loadFrom(folder, ENVIRONMENT);
    const { dir, ...shown } = effectiveConfig(config);
    expect(dir).toBe(folder.path('config'));
    expect(shown).toEqual({
      service: {
        database: 'postgres://sharetrail:•••@db.acme.com/x?sslmode=require',
        http: { host: '127.0.0.1', port: 8080, token: '•••' },
        log: { level: 'info' },
        tenantsAtOnce: 4,
        retentionDays: 180,
        alerts: { webhook: '•••' },
        secretKey: '•••',
      },
      tenants: [
        expect.objectContaining({
          start: '2026-11-01T00:00:00.000Z',
          gong: expect.objectContaining({
            auth: { flow: 'oauth', clientId: 'id', clientSecret: '•••', refreshToken: '•••' },
          }),
        }),
      ],
    });
    const text = renderConfigYaml(config);
    expect(text.match(/^\S+/gm)).toEqual([
      ...['#', 'database:', 'http:', 'log:', 'tenantsAtOnce:', 'retentionDays:', 'alerts:'],
      ...['secretKey:', '---', '#', 'tenant:', 'timezone:', 'start:', 'internalDomains:'],
      ...['salesforce:', 'googleDrive:', 'crm:', 'gong:'],
    ]);
    for (const seen of [text, JSON.stringify(shown), JSON.stringify(config), inspect(config)]) {
      const withoutDatabase = seen.replaceAll(/postgres:\/\/[^"'\s]*/g, '');
      expect(withoutDatabase).not.toContain(MARK);
      expect(withoutDatabase).not.toContain(pem.slice(40, 80));
      expect(withoutDatabase).not.toContain(ENVIRONMENT.KEY);
    }
    expect(text).not.toContain(MARK);
  });

  test("scrub removes the database's password from any text", async () => {
    using folder = new ConfigFolder({
      'config/tenants/acme.yaml': TENANT,
      'config/sharetrail.yaml': SERVICE,
    });
    await loadFrom(folder, ENVIRONMENT);
    const quoted = `${marked('p%40ss')} ${marked('p@ss')}`;
    expect(scrub(quoted)).toBe('••• •••');
  });
});

describe('a configuration error', () => {
  const secrets = [...listKeys(tenantSchema), ...listKeys(serviceSchema)].filter(
    ({ secret }) => secret === 'reference',
  );

  test('the list of secret keys is complete', () => {
    expect([...new Set(secrets.map(({ path }) => path.join('.')))].sort()).toEqual([
      'alerts.webhook',
      'gong.auth.accessKey',
      'gong.auth.accessKeySecret',
      'gong.auth.clientSecret',
      'gong.auth.refreshToken',
      'googleDrive.auth.clientSecret',
      'googleDrive.auth.key',
      'googleDrive.auth.refreshToken',
      'salesforce.auth.clientSecret',
      'salesforce.auth.privateKey',
      'salesforce.auth.refreshToken',
      'secretKey',
    ]);
  });

  test.each(secrets)('does not show a literal at $path of flow $flow', async ({ path, flow }) => {
    const isService = path.length === 1 || path[0] === 'alerts';
    const literal = Object.fromEntries([[path.at(-1), marked('literal')]]);
    const mapping = path.length === 3 ? { auth: { flow, ...literal } } : literal;
    const yaml = JSON.stringify(path.length === 1 ? literal : { [path[0] ?? '']: mapping });
    using folder = new ConfigFolder({
      'config/tenants/acme.yaml': isService ? TENANT : yaml,
      'config/sharetrail.yaml': isService ? yaml : SERVICE,
    });
    const error = await problemsOf(folder, ENVIRONMENT);
    expect(error.problems.find((problem) => problem.path === path.join('.'))?.message).toMatch(
      /^a literal secret is not allowed in this file/,
    );
    expect(everythingOf(error)).not.toContain(MARK);
  });

  test('does not show values of references, or values at the wrong place', async () => {
    const wrong = Object.fromEntries(Object.keys(ENVIRONMENT).map((name) => [name, marked(name)]));
    using folder = new ConfigFolder({
      'config/tenants/acme.yaml': TENANT.replace('acme.com]', '"${CLIENT}", "${GOOGLE}"]')
        .replace('id,', `"${marked('id')}", acessKey: ${marked('typo')},`)
        .replace('start: ', `crm: ${marked('crm')}\nstart: \${REFRESH} # `),
      'config/tenants/broken.yaml': `tenant: ${marked('a')}: ${marked('b')}\n`,
      'config/tenants/half.yaml': `tenant: half\n${marked('line')}\nsalesforce: "${marked('open')}\n`,
      'config/sharetrail.yaml': `database: mysql://x:${marked('x')}@h/d\nlog: ${marked('log')}\n`,
    });
    const error = await problemsOf(folder, { ...wrong, SHARETRAIL_DATABASE: marked('database') });
    expect(error.problems.length).toBeGreaterThan(8);
    expect(everythingOf(error)).not.toContain(MARK);
  });
});

test('the printed YAML is a valid configuration again, except for its secrets', async () => {
  const variables = { SF_SECRET: 'a-secret', GONG_KEY: 'b-secret', GONG_SECRET: 'c-secret' };
  using folder = new ConfigFolder({ 'config/tenants/acme.yaml': TENANT_YAML });
  const first = await loadFrom(folder, variables);
  const [, tenant = ''] = renderConfigYaml(first).split('---\n');
  folder.write('config/tenants/acme.yaml', tenant.replaceAll('•••', '${SF_SECRET}'));
  const second = await loadFrom(folder, variables);
  expect(effectiveConfig(second)).toEqual(effectiveConfig(first));
});

function loadFrom(folder: ConfigFolder, environment: Readonly<Record<string, string>>) {
  return loadConfig({
    dir: 'config',
    workingDirectory: folder.workingDirectory,
    environment,
  });
}

/** Everything that any printer could print of an error. */
function everythingOf(error: ConfigError): string {
  return [inspect(error, { depth: 9 }), error.stack, JSON.stringify(error.problems)].join('\n');
}
