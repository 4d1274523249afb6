import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigError, fileProblem, type Problem } from './config-error.ts';
import { readDatabaseAddress } from './database-address.ts';
import { type Environment, environment } from './environment.ts';
import { createReferenceSources } from './interpolate.ts';
import type { SecretResolution } from './interpolate-document.ts';
import { CONFIG_LIMITS } from './limits.ts';
import { type LoadOptions, loadConfig, loadService, loadValidTenants } from './load-config.ts';
import { readTextFile } from './read-text-file.ts';
import type { Config, FaultyTenant, ServiceConfig } from './types.ts';

const FOLDER_VARIABLE = 'SHARETRAIL_CONFIG';
const FOLDER_DEFAULT = 'config';
const ENVIRONMENT_FILE = '.env';

/**
 * The configuration of this process: from `--config`, otherwise SHARETRAIL_CONFIG, otherwise
 * ./config, with the process's variables and those of `.env` in the working directory. Throws
 * ConfigError if any file has a problem.
 */
export async function loadProcessConfig(folder: string | undefined): Promise<Config> {
  return loadConfig(loadOptions(processPlace(folder)));
}

/** The same without the tenants that have problems; see `loadValidTenants`. */
export async function loadProcessTenants(
  folder: string | undefined,
  secrets: SecretResolution,
): Promise<Config & { readonly faulty: readonly FaultyTenant[] }> {
  return loadValidTenants(loadOptions(processPlace(folder)), secrets);
}

/** Only the settings of the installation; see `loadService`. */
export async function loadProcessService(folder: string | undefined): Promise<ServiceConfig> {
  return loadService(loadOptions(processPlace(folder)));
}

/**
 * A database that the command line names; see `readDatabaseAddress`. Files are relative to the
 * folder.
 */
export function processDatabase(folder: string | undefined, typed: string) {
  const { dir, workingDirectory, environment: variables } = loadOptions(processPlace(folder));
  return readDatabaseAddress(
    typed,
    createReferenceSources(resolve(workingDirectory, dir), variables),
  );
}

/** Where this process's configuration is, whether it exists or not: absolute paths. */
export function processPaths(folder: string | undefined): {
  readonly dir: string;
  readonly environmentFile: string;
} {
  const { dir, workingDirectory } = loadOptions(processPlace(folder));
  return {
    dir: resolve(workingDirectory, dir),
    environmentFile: join(workingDirectory, ENVIRONMENT_FILE),
  };
}

interface Place {
  readonly folder: string | undefined;
  readonly workingDirectory: string;
  readonly environment: Environment;
}

/** `loadProcessConfig` for another working directory and environment. */
export async function loadConfigIn(place: Place): Promise<Config> {
  return loadConfig(loadOptions(place));
}

function processPlace(folder: string | undefined): Place {
  return { folder, workingDirectory: process.cwd(), environment: environment() };
}

function loadOptions({ folder, workingDirectory, environment: given }: Place): LoadOptions {
  const { merged, exposedFiles } = withEnvironmentFile(given, workingDirectory);
  const dir = folder ?? (merged[FOLDER_VARIABLE] || FOLDER_DEFAULT);
  return { dir, workingDirectory, environment: merged, exposedFiles };
}

/** A variable that is already set has priority over `.env`; an empty one counts as not set. */
function withEnvironmentFile(
  given: Environment,
  workingDirectory: string,
): { readonly merged: Environment; readonly exposedFiles: readonly string[] } {
  const path = join(workingDirectory, ENVIRONMENT_FILE);
  const read = readTextFile(path, { bytesMax: CONFIG_LIMITS.referencedBytesMax });
  if ('problem' in read) {
    if (read.code === 'ENOENT') return { merged: given, exposedFiles: [] };
    throw new ConfigError([fileProblem('.env', read.problem)]);
  }
  const variables = parseEnv(read.text);
  const cut = cutValues(read.text, variables);
  if (cut.length > 0) throw new ConfigError(cut);
  const set = Object.entries(given).filter(([, value]) => value);
  const merged = { ...variables, ...Object.fromEntries(set) };
  return { merged, exposedFiles: read.exposed ? [path] : [] };
}

/** `NAME=one#two`, which Node reads as `one`. */
const UNQUOTED_HASH = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=[ \t]*([^\s"'`#][^#]*[^\s#]|[^\s"'`#])#/;

/** A # right after a character is a part of a secret much more often than a comment. */
function cutValues(text: string, variables: Environment): Problem[] {
  return text.split('\n').flatMap((line, index) => {
    const [, name = '', value] = UNQUOTED_HASH.exec(line) ?? [];
    if (value === undefined || variables[name] !== value) return [];
    const message = `the value ends before its #: put it in quotes, ${name}="…"`;
    return [{ ...fileProblem('.env', message), line: index + 1, column: 1 }];
  });
}
