import { expect, test } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { TenantConfig } from '../../src/config/types.ts';
import { Secret } from '../../src/lib/secret.ts';
import { ConfigFolder, makePrivateKey, TENANT_VARIABLES, TENANT_YAML } from './config-folder.ts';

/** A change to the smallest valid tenant, and the problems that it causes. */
export interface ProblemCase {
  readonly name: string;
  /** the text of TENANT_YAML that `by` replaces; '' appends `by` */
  readonly replace: string;
  readonly by: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** after `config/tenants/acme.yaml:` */
  readonly problems: readonly string[];
}

const googleKey = JSON.stringify({
  client_email: 'robot@acme.iam.gserviceaccount.com',
  private_key: makePrivateKey('rsa'),
});

/** One test per case: exactly these problems, at exactly these positions. */
export function testProblems(cases: readonly ProblemCase[]): void {
  test.each(cases)('$name', async ({ replace, by, variables, problems }) => {
    if (replace !== '') expect(TENANT_YAML).toContain(replace);
    const yaml = replace === '' ? TENANT_YAML + by : TENANT_YAML.replace(replace, () => by);
    using folder = new ConfigFolder({ 'config/tenants/acme.yaml': yaml });
    const environment = { ...TENANT_VARIABLES, GOOGLE_KEY: googleKey, ...variables };
    const { message } = await problemsOf(folder, environment);
    expect(message.split('\n')).toEqual(
      problems.map((problem) => `config/tenants/acme.yaml:${problem}`),
    );
  });
}

/** The error of the folder's configuration; fails if it is accepted. */
export async function problemsOf(
  folder: ConfigFolder,
  environment: Readonly<Record<string, string>>,
): Promise<ConfigError> {
  const { workingDirectory } = folder;
  return errorOf(loadConfig({ dir: 'config', workingDirectory, environment }));
}

export async function errorOf(loading: Promise<unknown>): Promise<ConfigError> {
  const failure = await loading.catch((error: unknown) => error);
  if (failure instanceof ConfigError) return failure;
  throw new Error('expected a ConfigError', { cause: failure });
}

/** The only tenant of a configuration. */
export function one(tenants: readonly TenantConfig[]): TenantConfig {
  const [tenant] = tenants;
  if (tenant === undefined || tenants.length !== 1) throw new Error('expected one tenant');
  return tenant;
}

/** The value of a secret of `auth`. */
export function revealed(auth: object, key: string): string {
  const value: unknown = Object.entries(auth).find(([name]) => name === key)?.[1];
  if (value instanceof Secret) return value.reveal();
  throw new Error(`${key} is not a Secret`);
}
