import { symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { loadConfigIn } from '../../src/config/load-process-config.ts';
import type { Config } from '../../src/config/types.ts';
import { ConfigFolder, TENANT_VARIABLES, TENANT_YAML } from '../support/config-folder.ts';
import { errorOf, one, revealed } from '../support/config-problem-cases.ts';

const TENANT_FILE = 'config/tenants/acme.yaml';

describe('the folder', () => {
  test('lists the tenants in the order of their names, without examples and other files', async () => {
    using folder = new ConfigFolder({
      [TENANT_FILE]: TENANT_YAML,
      'config/tenants/0-first.yaml': TENANT_YAML.replace('acme', '0-first'),
      'config/tenants/acme-2.yaml': TENANT_YAML.replace('acme', 'acme-2'),
      'config/tenants/acme-10.yaml': TENANT_YAML.replace('acme', 'acme-10'),
      'config/tenants/other.example.yaml': 'not: read',
      'config/tenants/.hidden.yaml': 'not: read',
      'config/tenants/README.md': 'not read',
    });
    const { tenants } = await load(folder);
    const names = tenants.map(({ tenant }) => tenant);
    expect(names).toEqual(['0-first', 'acme', 'acme-2', 'acme-10']);
  });

  test('an invalid tenant name or file ending is rejected, and does not hide other problems', async () => {
    using folder = new ConfigFolder({
      'config/tenants/Acme.yaml': TENANT_YAML,
      'config/tenants/beta.yml': TENANT_YAML.replace('gong:', 'gongs:'),
      [`config/tenants/${'a'.repeat(64)}.yaml`]: TENANT_YAML,
      'config/sharetrail.yml': '',
    });
    const name = "a tenant's name is at most 63 lower-case letters, digits and hyphens";
    expect((await errorOf(load(folder))).message.split('\n')).toEqual([
      'config/sharetrail.yml: rename it to sharetrail.yaml',
      `config/tenants/Acme.yaml: ${name}: rename the file`,
      `config/tenants/${'a'.repeat(64)}.yaml: ${name}: rename the file`,
      'config/tenants/beta.yml: rename it to end in .yaml',
      'config/tenants/beta.yml:1:1 gong: missing; expected a mapping',
      'config/tenants/beta.yml:9:1 gongs: unknown key; did you mean gong?',
    ]);
  });

  test.each([
    ['no folder', {}, 'config: does not exist; '],
    ['a file instead of the folder', { config: '' }, 'config: is not a folder; '],
    ['no tenants folder', { 'config/sharetrail.yaml': '' }, 'config/tenants: does not exist; '],
    [
      'only an example',
      { 'config/tenants/acme.example.yaml': TENANT_YAML },
      'config/tenants: has no tenant; ',
    ],
  ])('%s is a problem that says what to do next', async (_name, files, problem) => {
    using folder = new ConfigFolder(files);
    expect((await errorOf(load(folder))).message).toBe(
      `${problem}to write the file of the first tenant, run \`sharetrail init NAME\``,
    );
  });

  test('a tenant file that cannot be read is reported together with the others', async () => {
    using folder = new ConfigFolder({ 'config/tenants/beta.yaml/x': '' });
    symlinkSync('nowhere', folder.path('config/tenants/gamma.yaml'));
    expect((await errorOf(load(folder))).message.split('\n')).toEqual([
      'config/tenants/beta.yaml: is a folder',
      'config/tenants/gamma.yaml: does not exist',
    ]);
  });

  test('a folder outside the working directory is shown with its full path', async () => {
    using elsewhere = new ConfigFolder({ 'config/tenants/acme.yaml': '' });
    const dir = elsewhere.path('config');
    const failure = loadConfig({ dir, workingDirectory: '/usr', environment: {} });
    expect((await errorOf(failure)).problems[0]?.file).toBe(`${dir}/tenants/acme.yaml`);
  });
});

describe('the environment of the process', () => {
  test('--config overrides SHARETRAIL_CONFIG, which overrides ./config', async () => {
    using folder = new ConfigFolder({
      [TENANT_FILE]: TENANT_YAML,
      'a/tenants/acme.yaml': TENANT_YAML,
      'b/tenants/acme.yaml': TENANT_YAML,
    });
    const { workingDirectory } = folder;
    const dirOf = async (given: string | undefined, variable?: string): Promise<string> => {
      const environment = { ...TENANT_VARIABLES, SHARETRAIL_CONFIG: variable };
      const { dir } = await loadConfigIn({ folder: given, workingDirectory, environment });
      return dir;
    };
    expect(await dirOf('a', 'b')).toBe(folder.path('a'));
    expect(await dirOf(undefined, 'b')).toBe(folder.path('b'));
    expect(await dirOf(undefined, '')).toBe(folder.path('config'));
    expect(await dirOf(undefined)).toBe(folder.path('config'));
  });

  test('.env sets variables that are not set or empty, also those for folder and database', async () => {
    using folder = new ConfigFolder({
      'elsewhere/tenants/acme.yaml': TENANT_YAML,
      '.env': [
        'SF_SECRET=from-the-file',
        'GONG_KEY="quoted#key"',
        'GONG_SECRET=from-the-file',
        'SHARETRAIL_CONFIG=elsewhere',
        'SHARETRAIL_DATABASE=sqlite:env.db',
      ].join('\n'),
    });
    const { workingDirectory } = folder;
    const environment = { SF_SECRET: 'from-the-shell', GONG_SECRET: '' };
    const config = await loadConfigIn({ folder: undefined, workingDirectory, environment });
    const { salesforce, gong } = one(config.tenants);
    expect(revealed(salesforce.auth, 'clientSecret')).toBe('from-the-shell');
    expect(revealed(gong.auth, 'accessKey')).toBe('quoted#key');
    expect(revealed(gong.auth, 'accessKeySecret')).toBe('from-the-file');
    expect(config.service.database).toBe('sqlite:env.db');
  });

  test('an unreadable .env is a problem, not a missing file', async () => {
    using folder = new ConfigFolder({ [TENANT_FILE]: TENANT_YAML, '.env/x': '' });
    const { workingDirectory } = folder;
    const loading = loadConfigIn({ folder: undefined, workingDirectory, environment: {} });
    expect((await errorOf(loading)).message).toBe('.env: is a folder');
  });
});

function load(folder: ConfigFolder): Promise<Config> {
  const { workingDirectory } = folder;
  return loadConfig({ dir: 'config', workingDirectory, environment: TENANT_VARIABLES });
}
