import { resolve } from 'node:path';
import { rememberSecret } from '../lib/secret.ts';
import { ConfigError, fileProblem, type Problem } from './config-error.ts';
import { checkService, checkTenant } from './cross-key-rules.ts';
import { databasePasswords } from './database-url.ts';
import type { ReferenceTargets } from './interpolate.ts';
import { valueAt } from './key-path.ts';
import { readConfigFolder, type SourceFile } from './read-config-folder.ts';
import { createReferenceTargets, type Environment } from './reference-targets.ts';
import { databaseField, serviceSchema } from './service-schema.ts';
import { tenantSchema } from './tenant-schema.ts';
import type { Config, ServiceConfig, TenantConfig } from './types.ts';
import { type Validation, validateDocument } from './validate-document.ts';
import { type ConfigDocument, parseConfigDocument } from './yaml-document.ts';

export interface LoadOptions {
  /** the configuration's folder, relative to `workingDirectory` */
  readonly dir: string;
  readonly workingDirectory: string;
  readonly environment: Environment;
}

const DATABASE_VARIABLE = 'SHARETRAIL_DATABASE';

/**
 * Reads and checks the whole configuration. Throws one ConfigError with every problem of every
 * file; a secret's value is in none of them.
 */
export async function loadConfig(options: LoadOptions): Promise<Config> {
  const dir = resolve(options.workingDirectory, options.dir);
  const folder = readConfigFolder(dir, options.workingDirectory);
  const targets = createReferenceTargets(dir, options.environment);

  const service = await readService(folder.service, targets);
  const { hasSecretKey } = service;
  const tenants: Validation<TenantConfig>[] = [];
  // One at a time: a parsed file is many times its text, and a thousand need not be there at once.
  for (const source of folder.tenants) {
    tenants.push(await readTenant(source, { name: source.name, targets, hasSecretKey }));
  }
  const database = overriddenDatabase(options.environment);

  const problems = [
    ...folder.problems,
    ...database.problems,
    ...service.problems,
    ...tenants.flatMap((tenant) => tenant.problems),
  ];
  const values = tenants.flatMap((tenant) => tenant.value ?? []);
  if (problems.length > 0 || !service.value) throw new ConfigError(problems);
  const merged: ServiceConfig = {
    ...service.value,
    database: database.value ?? service.value.database,
  };
  for (const password of databasePasswords(merged.database)) rememberSecret(password);
  return { dir, service: merged, tenants: values };
}

interface ServiceValidation extends Validation<ServiceConfig> {
  /** true as well where it cannot be told: one cause, one problem */
  readonly hasSecretKey: boolean;
}

/** An empty file is one where every line was commented out: all is default, as without the file. */
async function readService(
  source: SourceFile | undefined,
  targets: ReferenceTargets,
): Promise<ServiceValidation> {
  const document = parseConfigDocument(source?.file ?? '', source?.text ?? '');
  const filled = document.empty ? parseConfigDocument(document.file, '{}') : document;
  const validation = await validateDocument(filled, {
    schema: serviceSchema,
    targets,
    rules: checkService,
  });
  const hasSecretKey = !filled.whole || valueAt(filled.data, ['secretKey']) !== undefined;
  return { ...validation, hasSecretKey };
}

interface TenantContext {
  readonly name: string;
  readonly targets: ReferenceTargets;
  readonly hasSecretKey: boolean;
}

async function readTenant(
  source: SourceFile,
  { name, targets, hasSecretKey }: TenantContext,
): Promise<Validation<TenantConfig>> {
  const document = parseConfigDocument(source.file, source.text);
  if (document.empty) return refuseEmpty(document);
  return validateDocument(document, {
    schema: tenantSchema,
    targets,
    rules: (lookup) => checkTenant(lookup, { fileName: name, hasSecretKey }),
  });
}

function refuseEmpty(document: ConfigDocument): Validation<TenantConfig> {
  const message = 'the file is empty; config/tenants/acme.example.yaml shows every key';
  return { value: undefined, problems: [document.problemAtValue([], message)] };
}

function overriddenDatabase(environment: Environment): {
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
