import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import ajvFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderTenantJsonSchema, tenantJsonSchema } from '../../src/config/json-schema.ts';
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

describe('files that are made from the schema', () => {
  test('config/tenant.schema.json is what the schema gives', async () => {
    await expect(renderTenantJsonSchema()).toMatchFileSnapshot(
      join(ROOT, 'config/tenant.schema.json'),
    );
  });

  test('docs/configuration.md is what the schema gives', async () => {
    await expect(renderConfigurationPage()).toMatchFileSnapshot(
      join(ROOT, 'docs/configuration.md'),
    );
  });
});

describe('the JSON Schema', () => {
  const ajv = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true });
  ajvFormats.default(ajv);
  const validate = ajv.compile(tenantJsonSchema());

  test('takes the example and the least tenant', () => {
    for (const yaml of [tenantExample, TENANT_YAML]) {
      expect(validate(parse(yaml)), JSON.stringify(validate.errors)).toBe(true);
    }
  });

  test.each([
    ['an unknown key', 'tenant: acme', 'tenant: acme\nfoo: 1'],
    ['a literal secret', '${GONG_KEY}', 'hunter2'],
    ['text beside a reference of a secret', '${GONG_KEY}', 'x${GONG_KEY}'],
    ['an escaped reference as a secret', '${GONG_KEY}', '$${GONG_KEY}'],
    ['a number for a text', '3MVG9', '3'],
    ['an unknown flow', 'access-key', 'password'],
    ['a key of another flow', 'clientId: 3MVG9', 'clientId: 3MVG9\n    username: jo@acme.com'],
    ['a missing key', '  loginUrl: https://acme.my.salesforce.com\n', ''],
    ['no domain', '[acme.com]', '[]'],
    ['a number for the workspace', 'gong:\n', 'gong:\n  workspaceId: 62\n'],
    ['too many calls', 'gong:\n', 'gong:\n  callsPerSecond: 1001\n'],
    ['six fields', 'tenant: acme', 'tenant: acme\nschedule: "0 0 2 * * *"'],
    ['a date alone', 'tenant: acme', 'tenant: acme\nstart: 2026-11-01'],
  ])('refuses %s', (_name, from, to) => {
    expect(TENANT_YAML).toContain(from);
    expect(validate(parse(TENANT_YAML.replace(from, () => to)))).toBe(false);
  });

  test('takes references wherever a text stands', () => {
    const yaml = TENANT_YAML.replace('tenant: acme', 'tenant: ${T}')
      .replace('[acme.com]', '["${D}"]')
      .replace('https://acme.my.salesforce.com', '${URL}')
      .concat('schedule: ${CRON}\nstart: ${START}\ncrm: {unmatched: "${U}"}\n');
    expect(validate(parse(yaml)), JSON.stringify(validate.errors)).toBe(true);
  });

  test('describes every key', () => {
    const keys = [...listKeys(tenantSchema), ...listKeys(serviceSchema)];
    expect(keys.length).toBeGreaterThan(50);
    expect(keys.filter((key) => key.description === '' || key.expected === '')).toEqual([]);
  });
});

describe('the examples', () => {
  test('load as they are, renamed, with the variables and files that they name', async () => {
    using folder = new ConfigFolder({
      'config/tenants/acme.yaml': tenantExample,
      'config/sharetrail.yaml': serviceExample,
      'secrets/acme-salesforce.pem': makePrivateKey('rsa'),
      'secrets/acme-google.json': JSON.stringify({
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

  test('show every key, those of other flows and without a default in comments', () => {
    expect(keysMissing(listKeys(tenantSchema), tenantExample)).toEqual([]);
    expect(keysMissing(listKeys(serviceSchema), serviceExample)).toEqual([]);
    expect(keysMissing(listKeys(tenantSchema), TENANT_YAML)).toContain('googleDrive');
  });

  test('show the defaults as they are', () => {
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

  test('name their schema for editors on the first line', () => {
    expect(tenantExample).toMatch(/^# yaml-language-server: \$schema=\.\.\/tenant\.schema\.json\n/);
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
