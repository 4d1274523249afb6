import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import ajvFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderJsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { listKeys, type SchemaKey } from '../../src/config/schema-keys.ts';
import { serviceSchema } from '../../src/config/service-schema.ts';
import { tenantSchema } from '../../src/config/tenant-schema.ts';
import { ConfigFolder, makePrivateKey, TENANT_YAML } from '../support/config-folder.ts';
import { renderConfigurationPage } from '../support/configuration-page.ts';

const ROOT = join(import.meta.dirname, '../..');
const tenantExample = read('config/tenants/acme.example.yaml');
const serviceExample = read('config/sharetrail.example.yaml');
const environmentExample = read('.env.example');

describe('generated files', () => {
  test.each([
    ['config/tenant.schema.json', () => renderJsonSchema('tenant')],
    ['config/sharetrail.schema.json', () => renderJsonSchema('service')],
    ['docs/configuration.md', renderConfigurationPage],
  ])('%s matches the schemas', async (path, render) => {
    await expect(render()).toMatchFileSnapshot(join(ROOT, path));
  });
});

const ajv = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true });
ajvFormats.default(ajv);

describe('the JSON Schema of a tenant', () => {
  const validate = ajv.compile(JSON.parse(renderJsonSchema('tenant')));

  test('accepts the example and the smallest valid tenant', () => {
    for (const yaml of [tenantExample, TENANT_YAML]) {
      expect(validate(parse(yaml)), JSON.stringify(validate.errors)).toBe(true);
    }
  });

  test.each([
    ['an unknown key', 'tenant: acme', 'tenant: acme\nfoo: 1'],
    ['a literal secret', '${GONG_KEY}', 'hunter2'],
    ['text next to the reference of a secret', '${GONG_KEY}', 'x${GONG_KEY}'],
    ['an escaped reference as a secret', '${GONG_KEY}', '$${GONG_KEY}'],
    ['a number in place of a text', '3MVG9', '3'],
    ['an unknown flow', 'access-key', 'password'],
    ['a key of another flow', 'clientId: 3MVG9', 'clientId: 3MVG9\n    username: jo@acme.com'],
    ['a missing key', '  loginUrl: https://acme.my.salesforce.com\n', ''],
    ['an empty list of domains', '[acme.com]', '[]'],
    ['a number as the workspace ID', 'gong:\n', 'gong:\n  workspaceId: 62\n'],
    ['too many calls', 'gong:\n', 'gong:\n  callsPerSecond: 1001\n'],
    ['a schedule of six fields', 'tenant: acme', 'tenant: acme\nschedule: "0 0 2 * * *"'],
    ['a start that is not a date', 'tenant: acme', 'tenant: acme\nstart: yesterday'],
  ])('rejects %s', (_name, from, to) => {
    expect(TENANT_YAML).toContain(from);
    expect(validate(parse(TENANT_YAML.replace(from, () => to)))).toBe(false);
  });

  test.each(['2026-11-01', '2026-11-01T00:00:00Z', '2026-11-01T09:00+01:00'])(
    'accepts the start %s',
    (start) => {
      const yaml = `${TENANT_YAML}start: ${start}\n`;
      expect(validate(parse(yaml)), JSON.stringify(validate.errors)).toBe(true);
    },
  );

  test('accepts references in any text', () => {
    const yaml = TENANT_YAML.replace('tenant: acme', 'tenant: ${T}')
      .replace('[acme.com]', '["${D}"]')
      .replace('https://acme.my.salesforce.com', '${URL}')
      .concat('schedule: ${CRON}\nstart: ${START}\ncrm: {unmatched: "${U}"}\n');
    expect(validate(parse(yaml)), JSON.stringify(validate.errors)).toBe(true);
  });
});

describe('the JSON Schema of sharetrail.yaml', () => {
  const validate = ajv.compile(JSON.parse(renderJsonSchema('service')));

  test('accepts the example', () => {
    expect(validate(parse(serviceExample)), JSON.stringify(validate.errors)).toBe(true);
  });

  test.each([
    ['an unknown key', { tenantAtOnce: 4 }],
    ['a literal secret', { secretKey: 'hunter2' }],
    ['an unknown level', { log: { level: 'loud' } }],
    ['a missing port', { http: {} }],
    ['a number out of range', { tenantsAtOnce: 0 }],
  ])('rejects %s', (_name, data) => {
    expect(validate(data)).toBe(false);
  });
});

test('every key has a description and a type', () => {
  const keys = [...listKeys(tenantSchema), ...listKeys(serviceSchema)];
  expect(keys.length).toBeGreaterThan(50);
  expect(keys.filter((key) => !key.description || !key.expected)).toEqual([]);
});

describe('the examples', () => {
  test('load unchanged, with the variables and files that they name', async () => {
    using folder = new ConfigFolder({
      'config/tenants/acme.yaml': tenantExample,
      'config/sharetrail.yaml': serviceExample,
      'config/secrets/acme-salesforce.pem': makePrivateKey('rsa'),
      'config/secrets/acme-google.json': JSON.stringify({
        client_email: 'robot@acme.iam.gserviceaccount.com',
        private_key: makePrivateKey('rsa'),
      }),
    });
    const environment = {
      ACME_SALESFORCE_CLIENT_ID: '3MVG9',
      ACME_GONG_ACCESS_KEY: 'key',
      ACME_GONG_ACCESS_KEY_SECRET: 'secret',
      SHARETRAIL_HTTP_TOKEN: 'token',
      SHARETRAIL_ALERT_WEBHOOK: 'https://chat.example/hook',
      SHARETRAIL_SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
    };
    const { workingDirectory } = folder;
    const config = await loadConfig({ dir: 'config', workingDirectory, environment });
    expect(config.tenants[0]?.schedule).toBe('0 2 * * *');
    expect(config.service.http?.port).toBe(8080);
  });

  test('show every key; those of other flows and those without a default are in comments', () => {
    expect(keysMissing(listKeys(tenantSchema), tenantExample)).toEqual([]);
    expect(keysMissing(listKeys(serviceSchema), serviceExample)).toEqual([]);
    expect(keysMissing(listKeys(tenantSchema), TENANT_YAML)).toContain('googleDrive');
  });

  test('show the defaults', () => {
    const examples = [
      { keys: listKeys(tenantSchema), data: parse(tenantExample) as unknown },
      { keys: listKeys(serviceSchema), data: parse(serviceExample) as unknown },
    ];
    const shown = examples.flatMap(({ keys, data }) =>
      keys
        .filter((key) => key.default !== undefined && typeof key.default !== 'object')
        .filter((key) => key.path.join('.') !== 'timezone')
        .map((key) => [key.path.join('.'), at(data, key.path), key.default]),
    );
    expect(shown.length).toBeGreaterThan(15);
    for (const [path, value, expected] of shown) expect([path, value]).toEqual([path, expected]);
  });

  test.each([
    ['config/tenants/acme.example.yaml', 'config/tenant.schema.json'],
    ['config/sharetrail.example.yaml', 'config/sharetrail.schema.json'],
  ])('%s names its schema for editors on the first line', (example, schema) => {
    const [first = ''] = read(example).split('\n');
    const path = /^# yaml-language-server: \$schema=(\S+)$/.exec(first)?.[1] ?? '';
    expect(join(dirname(example), path)).toBe(schema);
  });

  test('.env.example has every variable of the examples, and no other', () => {
    const used = [...`${tenantExample}${serviceExample}`.matchAll(/\$\{([A-Z_]+)\}/g)]
      .map((match) => match[1])
      .filter((name) => name !== 'NAME');
    const listed = [...environmentExample.matchAll(/^#?([A-Z_]+)=/gm)].map((match) => match[1]);
    const own = ['SHARETRAIL_CONFIG', 'SHARETRAIL_DATABASE'];
    expect(listed.toSorted()).toEqual([...new Set([...used, ...own])].toSorted());
  });
});

function keysMissing(keys: readonly SchemaKey[], yaml: string): string[] {
  return keys
    .filter((key) => !new RegExp(`(^|[\\s#{,])${key.path.at(-1)}: ?`, 'm').test(yaml))
    .map((key) => key.path.join('.'));
}

function at(data: unknown, path: readonly string[]): unknown {
  let value = data;
  for (const step of path) value = (value as Record<string, unknown>)[step];
  return value;
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
