import { resolve } from 'node:path';
import { rememberSecret } from '../lib/secret.ts';
import { ConfigError, fileProblem, type Problem } from './config-error.ts';
import { checkService, checkTenant } from './cross-key-rules.ts';
import { databasePasswords } from './database-url.ts';
import type { Environment } from './environment.ts';
import { createReferenceSources, type ReferenceSources } from './interpolate.ts';
import { valueAt } from './key-path.ts';
import { readConfigFolder, type SourceFile } from './read-config-folder.ts';
import { databaseField, serviceSchema } from './service-schema.ts';
import { tenantSchema } from './tenant-schema.ts';
import type { Config, ServiceConfig, TenantConfig } from './types.ts';
import { type Validation, validateDocument } from './validate-document.ts';
import { parseConfigDocument } from './yaml-document.ts';

export interface LoadOptions {
  /** the configuration folder, relative to `workingDirectory` */
  readonly dir: string;
  readonly workingDirectory: string;
  readonly environment: Environment;
}

const DATABASE_VARIABLE = 'SHARETRAIL_DATABASE';

/**
 * Reads and checks the entire configuration. Throws one ConfigError with all problems of all
 * files, none of which contains a secret.
 */
export async function loadConfig(options: LoadOptions): Promise<Config> {
  const dir = resolve(options.workingDirectory, options.dir);
  const folder = readConfigFolder(dir, options.workingDirectory);
  const sources = createReferenceSources(dir, options.environment);

  const service = await readService(folder.service, sources);
  const { hasSecretKey } = service;
  const tenants: Validation<TenantConfig>[] = [];
  // One at a time: a parsed file needs far more memory than its text.
  for (const source of folder.tenants) {
    tenants.push(await readTenant(source, { name: source.name, sources, hasSecretKey }));
  }
  const override = databaseOverride(options.environment);

  const problems = [
    ...folder.problems,
    ...override.problems,
    ...service.problems,
    ...tenants.flatMap((tenant) => tenant.problems),
  ];
  if (problems.length > 0 || !service.value) throw new ConfigError(problems);
  const database = override.value ?? service.value.database;
  for (const password of databasePasswords(database)) rememberSecret(password);
  return {
    dir,
    service: { ...service.value, database },
    tenants: tenants.flatMap((tenant) => tenant.value ?? []),
  };
}

interface ServiceValidation extends Validation<ServiceConfig> {
  /** also true if the file could not be read, so that one cause is one problem */
  readonly hasSecretKey: boolean;
}

/** If all lines are comments, every key has its default, as without the file. */
async function readService(
  source: SourceFile | undefined,
  sources: ReferenceSources,
): Promise<ServiceValidation> {
  const parsed = parseConfigDocument(source?.file ?? '', source?.text ?? '');
  const document = parsed.empty ? parseConfigDocument(parsed.file, '{}') : parsed;
  const validation = await validateDocument(document, {
    schema: serviceSchema,
    sources,
    rules: checkService,
  });
  const hasSecretKey = !document.complete || valueAt(document.data, ['secretKey']) !== undefined;
  return { ...validation, hasSecretKey };
}

interface TenantContext {
  readonly name: string;
  readonly sources: ReferenceSources;
  readonly hasSecretKey: boolean;
}

async function readTenant(
  source: SourceFile,
  { name, sources, hasSecretKey }: TenantContext,
): Promise<Validation<TenantConfig>> {
  const document = parseConfigDocument(source.file, source.text);
  if (document.empty) {
    const message = 'the file is empty; config/tenants/acme.example.yaml shows every key';
    return { value: undefined, problems: [document.locate({ path: [], at: 'value', message })] };
  }
  return validateDocument(document, {
    schema: tenantSchema,
    sources,
    rules: (find) => checkTenant(find, { fileName: name, hasSecretKey }),
  });
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
