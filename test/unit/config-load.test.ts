import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Config } from '../../src/config/types.ts';
import { Secret } from '../../src/lib/secret.ts';
import {
  ConfigFolder,
  makePrivateKey,
  TENANT_VARIABLES,
  TENANT_YAML,
} from '../support/config-folder.ts';
import { errorOf, one, revealed } from '../support/config-problem-cases.ts';

const TENANT_FILE = 'config/tenants/acme.yaml';

describe('a tenant with only the required keys', () => {
  test('has every default', async () => {
    const { tenants, service, dir, workingDirectory } = await loadAcme(TENANT_YAML);
    expect(dir).toBe(`${workingDirectory}/config`);
    expect(service).toEqual({
      database: 'sqlite:./data/sharetrail.db',
      log: { level: 'info' },
      tenantsAtOnce: 4,
      retentionDays: 180,
    });
    const { salesforce, gong, ...rest } = one(tenants);
    expect(rest).toEqual({
      tenant: 'acme',
      timezone: 'UTC',
      internalDomains: ['acme.com'],
      crm: {
        objectTypes: ['Opportunity', 'Account', 'Contact', 'Lead'],
        matchAccountByDomain: false,
        unmatched: 'send',
        holdDays: 3,
      },
    });
    expect(salesforce).toEqual({
      loginUrl: 'https://acme.my.salesforce.com',
      apiVersion: '62.0',
      auth: { flow: 'client-credentials', clientId: '3MVG9', clientSecret: expect.any(Secret) },
      contentDistributions: true,
      contentUrl: 'public-link',
      ignoreCreatedBy: [],
    });
    expect(gong).toEqual({
      baseUrl: 'https://api.gong.io',
      auth: {
        flow: 'access-key',
        accessKey: expect.any(Secret),
        accessKeySecret: expect.any(Secret),
      },
      reportingSystem: 'sharetrail',
      actionName: 'Content Shared',
      callsPerSecond: 3,
      callsPerDay: 10_000,
      concurrency: 4,
    });
    expect(revealed(gong.auth, 'accessKey')).toBe(TENANT_VARIABLES.GONG_KEY);
    expect(revealed(gong.auth, 'accessKeySecret')).toBe(TENANT_VARIABLES.GONG_SECRET);
  });
});

describe('values are normalized', () => {
  test('a time with an offset becomes epoch milliseconds, in quotes or not', async () => {
    for (const time of ['2026-11-01T02:00:00+02:00', '"2026-11-01T00:00:00.000Z"']) {
      const { tenants } = await loadAcme(`${TENANT_YAML}start: ${time}\n`);
      expect(one(tenants).start).toBe(Date.UTC(2026, 10, 1));
    }
  });

  test.each([
    ['', '2026-11-01T00:00:00.000Z'],
    ['timezone: America/New_York\n', '2026-11-01T04:00:00.000Z'],
    ['timezone: Asia/Kolkata\n', '2026-10-31T18:30:00.000Z'],
  ])('a start without a time is midnight in the timezone (%j)', async (timezone, moment) => {
    for (const date of ['2026-11-01', '"2026-11-01"']) {
      const { tenants } = await loadAcme(`${TENANT_YAML}start: ${date}\n${timezone}`);
      expect(new Date(one(tenants).start ?? 0).toISOString()).toBe(moment);
    }
  });

  test('domains and addresses are lower case, each domain once', async () => {
    const domains = '[ACME.com, acme.com, Bücher.example, eu.acme.com]';
    const { tenants } = await loadAcme(
      TENANT_YAML.replace('[acme.com]', domains) +
        serviceAccount(
          '  users: [Jo@Acme.com]\n  sharedDrives: [{id: 0AHx-_9, as: Kim@ACME.com}]\n',
        ),
    );
    expect(one(tenants).internalDomains).toEqual([
      'acme.com',
      'xn--bcher-kva.example',
      'eu.acme.com',
    ]);
    expect(one(tenants).googleDrive).toMatchObject({
      auth: { adminSubject: 'admin@acme.com' },
      users: ['jo@acme.com'],
      sharedDrives: [{ id: '0AHx-_9', as: 'kim@acme.com' }],
    });
  });

  test('domains below a public suffix are accepted', async () => {
    const domains = ['acme.co.uk', 'acme.com.kh', 'acme.github.io', 'acme.onmicrosoft.com'];
    const { tenants } = await loadAcme(TENANT_YAML.replace('acme.com', domains.join(', ')));
    expect(one(tenants).internalDomains).toEqual(domains);
  });

  test.each([
    ['https://acme.my.salesforce.com/', 'https://acme.my.salesforce.com'],
    ['http://localhost:4100', 'http://localhost:4100'],
    ['http://127.8.9.10:4100/salesforce/', 'http://127.8.9.10:4100/salesforce'],
    ['http://[::1]:4100', 'http://[::1]:4100'],
  ])('the URL %s is read as %s', async (given, taken) => {
    const { tenants } = await loadAcme(
      TENANT_YAML.replace('https://acme.my.salesforce.com', given),
    );
    expect(one(tenants).salesforce.loginUrl).toBe(taken);
  });

  test('any text can contain references, and an alias has the value of its anchor', async () => {
    const yaml = TENANT_YAML.replace('3MVG9', () => '&id "${PREFIX}-${file:id}-$${x}"').concat(
      'timezone: ${ZONE}\ncrm: {unmatched: "${UNMATCHED}"}\n',
      'schedule: "0 ${HOUR} * * MON-FRI"\n',
    );
    using folder = new ConfigFolder({
      [TENANT_FILE]: yaml.replace('gong:\n', 'gong:\n  reportingSystem: *id\n'),
      'config/id': '9\n',
    });
    const { tenants } = await load(folder, {
      PREFIX: 'app',
      ZONE: 'Europe/Berlin',
      UNMATCHED: 'skip',
      HOUR: '2',
    });
    const tenant = one(tenants);
    expect(tenant.salesforce.auth.clientId).toBe('app-9-${x}');
    expect(tenant.gong.reportingSystem).toBe('app-9-${x}');
    expect(tenant).toMatchObject({ timezone: 'Europe/Berlin', schedule: '0 2 * * MON-FRI' });
    expect(tenant.crm.unmatched).toBe('skip');
  });
});

describe('defaults that depend on the flow', () => {
  test('a service account reads everything with both detectors', async () => {
    const { tenants } = await loadAcme(TENANT_YAML + serviceAccount(''));
    expect(one(tenants).googleDrive).toEqual({
      auth: { flow: 'service-account', key: expect.any(Secret), adminSubject: 'admin@acme.com' },
      users: 'all',
      sharedDrives: 'all',
      detect: ['audit-log', 'changes'],
      linkShares: 'skip',
      endpoint: 'https://www.googleapis.com',
    });
  });

  test("one user's token reads that user's changes, and the optional secret can be missing", async () => {
    const { tenants } = await loadAcme(`${TENANT_YAML.replace(
      /flow: client-credentials[\s\S]*?SF_SECRET}/,
      'flow: refresh-token\n    clientId: 3MVG9\n    refreshToken: ${SF_SECRET}',
    )}googleDrive:
  auth:
    flow: refresh-token
    clientId: id
    clientSecret: \${SF_SECRET}
    refreshToken: \${SF_SECRET}
`);
    expect(one(tenants).googleDrive).toMatchObject({ sharedDrives: 'none', detect: ['changes'] });
    const { auth } = one(tenants).salesforce;
    expect(auth).toEqual({
      flow: 'refresh-token',
      clientId: '3MVG9',
      refreshToken: expect.any(Secret),
    });
  });

  test("Gong's flow oauth is accepted if secretKey is set", async () => {
    using folder = new ConfigFolder({
      [TENANT_FILE]: TENANT_YAML.replace(
        /flow: access-key[\s\S]*/,
        'flow: oauth\n    clientId: id\n    clientSecret: ${GONG_SECRET}\n    refreshToken: ${GONG_KEY}\n',
      ),
      'config/sharetrail.yaml': 'secretKey: ${KEY}\n',
    });
    const key = Buffer.alloc(32, 7).toString('base64');
    const { service, tenants } = await load(folder, { KEY: key });
    expect(service.secretKey?.reveal()).toBe(key);
    expect(one(tenants).gong.auth.flow).toBe('oauth');
  });
});

describe('sharetrail.yaml', () => {
  test('sets every key of the service', async () => {
    const { service } = await loadService(
      [
        'database: postgres://sharetrail:hunter2hunter2@db.acme.com/sharetrail',
        'http: {host: 0.0.0.0, port: 8080, token: a-literal-token}',
        'log: {level: debug}',
        'tenantsAtOnce: 2',
        'retentionDays: 30',
        'alerts: {webhook: "${WEBHOOK}"}',
      ].join('\n'),
      { WEBHOOK: 'https://chat.example/hook?key=1' },
    );
    expect(service).toEqual({
      database: 'postgres://sharetrail:hunter2hunter2@db.acme.com/sharetrail',
      http: { host: '0.0.0.0', port: 8080, token: expect.any(Secret) },
      log: { level: 'debug' },
      tenantsAtOnce: 2,
      retentionDays: 30,
      alerts: { webhook: expect.any(Secret) },
    });
    expect(service.http?.token?.reveal()).toBe('a-literal-token');
    expect(service.alerts?.webhook.reveal()).toBe('https://chat.example/hook?key=1');
  });

  test.each(['', '# database: sqlite:x\n', '{}\n'])('%j has every default', async (yaml) => {
    const { service } = await loadService(yaml, {});
    expect(service.tenantsAtOnce).toBe(4);
  });

  test.each([
    ['database: /var/lib/x.db', 'database: expected `sqlite:PATH` or `postgres://…`'],
    ['database: "sqlite:"', 'database: expected `sqlite:PATH` or `postgres://…`'],
    ['database: mysql://root:hunter2@h/x', 'database: expected `sqlite:PATH` or `postgres://…`'],
    ['http: {}', 'http.port: missing; expected a whole number from 1 to 65535'],
    [
      'http: {port: 80, host: "a b"}',
      'http.host: expected a host name or an IP address; found "a b"',
    ],
    ['http: {port: 80, token: "a b"}', 'http.token: expected a token without spaces'],
    ['retentionDays: 0', 'retentionDays: expected a whole number from 1 to 36500; found 0'],
    [
      'alerts: {webhook: "${HTTP}"}',
      'alerts.webhook: expected an https URL; the value of the reference',
    ],
    ['secretKey: ${SHORT}', 'secretKey: expected 32 bytes in base64, as `openssl rand -base64 32`'],
    ['secretKey: ${LONG}', 'secretKey: expected 32 bytes in base64, as `openssl rand -base64 32`'],
    ['secretKey: ${TEXT}', 'secretKey: expected 32 bytes in base64, as `openssl rand -base64 32`'],
  ])('%s is rejected', async (yaml, problem) => {
    const error = await errorOf(
      loadService(yaml, {
        HTTP: 'http://chat.example/hook',
        SHORT: Buffer.alloc(31).toString('base64'),
        LONG: Buffer.alloc(33).toString('base64'),
        TEXT: 'thirty-two characters of text!!!',
      }),
    );
    expect(error.message).toContain(problem);
    expect(error.problems).toHaveLength(1);
    expect(error.message).not.toContain('hunter2');
  });

  test('SHARETRAIL_DATABASE overrides the file, and is checked too', async () => {
    const environment = { SHARETRAIL_DATABASE: 'sqlite:elsewhere.db' };
    const { service } = await loadService('database: sqlite:x.db', environment);
    expect(service.database).toBe('sqlite:elsewhere.db');
    const empty = await loadService('database: sqlite:x.db', { SHARETRAIL_DATABASE: '' });
    expect(empty.service.database).toBe('sqlite:x.db');
    const wrong = loadService('database: sqlite:x.db', { SHARETRAIL_DATABASE: 'x:hunter2' });
    expect((await errorOf(wrong)).message).toBe(
      'SHARETRAIL_DATABASE: expected `sqlite:PATH` or `postgres://…`',
    );
  });
});

const googleKey = JSON.stringify({
  type: 'service_account',
  client_email: 'robot@acme.iam.gserviceaccount.com',
  private_key: makePrivateKey('rsa'),
});

function serviceAccount(more: string): string {
  const auth = 'flow: service-account, key: "${GOOGLE_KEY}", adminSubject: Admin@acme.com';
  return `googleDrive:\n  auth: {${auth}}\n${more}`;
}

async function loadAcme(yaml: string): Promise<Config & { workingDirectory: string }> {
  using folder = new ConfigFolder({ [TENANT_FILE]: yaml });
  const config = await load(folder, {});
  return { ...config, workingDirectory: folder.workingDirectory };
}

async function loadService(
  yaml: string,
  environment: Readonly<Record<string, string>>,
): Promise<Config> {
  using folder = new ConfigFolder({ [TENANT_FILE]: TENANT_YAML, 'config/sharetrail.yaml': yaml });
  return await load(folder, environment);
}

function load(
  folder: ConfigFolder,
  environment: Readonly<Record<string, string>>,
): Promise<Config> {
  return loadConfig({
    dir: 'config',
    workingDirectory: folder.workingDirectory,
    environment: { ...TENANT_VARIABLES, GOOGLE_KEY: googleKey, ...environment },
  });
}
