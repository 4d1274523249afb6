import { resolve } from 'node:path';
import { rememberSecret } from '../lib/secret.ts';
import { ConfigError, fileProblem, type Problem } from './config-error.ts';
import { checkService, checkTenant } from './cross-key-rules.ts';
import { databasePasswords } from './database-url.ts';
import type { Environment } from './environment.ts';
import { createReferenceSources, type ReferenceSources } from './interpolate.ts';
import type { SecretResolution } from './interpolate-document.ts';
import { valueAt } from './key-path.ts';
import { readConfigFolder, type SourceFile, type TenantSource } from './read-config-folder.ts';
import { databaseField, serviceSchema } from './service-schema.ts';
import { tenantSchema } from './tenant-schema.ts';
import type { Config, FaultyTenant, ServiceConfig, TenantConfig } from './types.ts';
import { type Validation, validateDocument } from './validate-document.ts';
import { parseConfigDocument } from './yaml-document.ts';

export interface LoadOptions {
  /** the configuration folder, relative to `workingDirectory` */
  readonly dir: string;
  readonly workingDirectory: string;
  readonly environment: Environment;
  /** other users can read the file of these variables */
  readonly exposedFiles?: readonly string[];
}

const DATABASE_VARIABLE = 'SHARETRAIL_DATABASE';

/**
 * Reads and checks the entire configuration. Throws one ConfigError with all problems of all
 * files, none of which contains a secret.
 */
export async function loadConfig(options: LoadOptions): Promise<Config> {
  const { dir, service, tenants, problems, exposedFiles } = await read(options, 'resolved');
  const all = [...problems, ...tenants.flatMap((tenant) => tenant.problems)];
  if (all.length > 0 || !service) throw new ConfigError(all);
  return { dir, service, tenants: tenants.flatMap(({ value }) => value ?? []), exposedFiles };
}

/**
 * The same, but a tenant with problems does not stop the others: it is in `faulty`. Throws
 * ConfigError if the problem is not a tenant's, or if no tenant is left.
 */
export async function loadValidTenants(
  options: LoadOptions,
  secrets: SecretResolution,
): Promise<Config & { readonly faulty: readonly FaultyTenant[] }> {
  const { dir, service, tenants, problems, exposedFiles } = await read(options, secrets);
  const valid = tenants.flatMap(({ value }) => value ?? []);
  if (problems.length > 0 || !service || valid.length === 0) {
    throw new ConfigError([...problems, ...tenants.flatMap((tenant) => tenant.problems)]);
  }
  const faulty = tenants.filter(({ value }) => value === undefined);
  return {
    dir,
    service,
    tenants: valid,
    exposedFiles,
    faulty: faulty.map(({ name, problems: own }) => ({ tenant: name, problems: own })),
  };
}

/** The settings of the installation, whatever is wrong with its tenants. Throws ConfigError. */
export async function loadService(options: LoadOptions): Promise<ServiceConfig> {
  const { service, problems } = await read(options, 'deferred');
  if (problems.length > 0 || !service) throw new ConfigError(problems);
  return service;
}

interface ReadConfig {
  readonly dir: string;
  /** undefined if there are problems with it */
  readonly service: ServiceConfig | undefined;
  readonly tenants: readonly NamedValidation[];
  /** those that are not a tenant's */
  readonly problems: readonly Problem[];
  readonly exposedFiles: readonly string[];
}

interface NamedValidation extends Validation<TenantConfig> {
  readonly name: string;
}

async function read(options: LoadOptions, secrets: SecretResolution): Promise<ReadConfig> {
  const dir = resolve(options.workingDirectory, options.dir);
  const folder = readConfigFolder(dir, options.workingDirectory);
  const sources = createReferenceSources(dir, options.environment);

  const found = await readService(folder.service, { sources, secrets });
  const { hasSecretKey } = found;
  const tenants: NamedValidation[] = [];
  // One at a time: a parsed file needs far more memory than its text.
  for (const source of folder.tenants) {
    tenants.push(await readTenant(source, { sources, secrets, hasSecretKey }));
  }
  const override = databaseOverride(options.environment);
  const problems = [...folder.problems, ...override.problems, ...found.problems];
  const exposedFiles = [...(options.exposedFiles ?? []), ...sources.exposedFiles];
  if (!found.value) return { dir, service: undefined, tenants, problems, exposedFiles };
  const database = override.value ?? found.value.database;
  for (const password of databasePasswords(database)) rememberSecret(password);
  return { dir, service: { ...found.value, database }, tenants, problems, exposedFiles };
}

interface ServiceValidation extends Validation<ServiceConfig> {
  /** also true if the file could not be read, so that one cause is one problem */
  readonly hasSecretKey: boolean;
}

interface References {
  readonly sources: ReferenceSources;
  readonly secrets: SecretResolution;
}

/** If all lines are comments, every key has its default, as without the file. */
async function readService(
  source: SourceFile | undefined,
  references: References,
): Promise<ServiceValidation> {
  const parsed = parseConfigDocument(source?.file ?? '', source?.text ?? '');
  const document = parsed.empty ? parseConfigDocument(parsed.file, '{}') : parsed;
  const validation = await validateDocument(document, {
    schema: serviceSchema,
    ...references,
    rules: checkService,
  });
  const hasSecretKey = !document.complete || valueAt(document.data, ['secretKey']) !== undefined;
  return { ...validation, hasSecretKey };
}

/** Also checks the content of a file whose name is wrong, so that all problems are reported. */
async function readTenant(
  { name, source, problems }: TenantSource,
  { hasSecretKey, ...references }: References & { readonly hasSecretKey: boolean },
): Promise<NamedValidation> {
  if (source === undefined) return { name, value: undefined, problems };
  const document = parseConfigDocument(source.file, source.text);
  if (document.empty) {
    const message = 'the file is empty; config/tenants/acme.example.yaml shows every key';
    const empty = document.locate({ path: [], at: 'value', message });
    return { name, value: undefined, problems: [...problems, empty] };
  }
  // If the file must be renamed, the tenant's name in it is compared after that.
  const fileName = problems.length === 0 ? name : undefined;
  const found = await validateDocument(document, {
    schema: tenantSchema,
    ...references,
    rules: (find) => checkTenant(find, { fileName, hasSecretKey }),
  });
  const value = problems.length === 0 ? found.value : undefined;
  return { name, value, problems: [...problems, ...found.problems] };
}

function databaseOverride(environment: Environment): {
  readonly value?: string;
  readonly problems: readonly Problem[];
} {
  const given = environment[DATABASE_VARIABLE];
  if (!given) return { problems: [] };
  const parsed = databaseField.safeParse(given);
  if (parsed.success) return { value: parsed.data, problems: [] };
  const messages = parsed.error.issues.map((issue) => issue.message);
  return { problems: messages.map((message) => fileProblem(DATABASE_VARIABLE, message)) };
}
