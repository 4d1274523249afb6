import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigError, fileProblem } from './config-error.ts';
import { type Environment, environment } from './environment.ts';
import { CONFIG_LIMITS } from './limits.ts';
import { loadConfig } from './load-config.ts';
import { readTextFile } from './read-text-file.ts';
import type { Config } from './types.ts';

const FOLDER_VARIABLE = 'SHARETRAIL_CONFIG';
const FOLDER_DEFAULT = 'config';

/**
 * The configuration of this process: from `--config`, otherwise SHARETRAIL_CONFIG, otherwise
 * ./config, with the process's variables and those of `.env` in the working directory. Throws
 * ConfigError.
 */
export function loadProcessConfig(folder: string | undefined): Promise<Config> {
  return loadConfigIn({
    folder,
    workingDirectory: process.cwd(),
    environment: environment(),
  });
}

/** The same for another working directory and environment. */
export async function loadConfigIn(options: {
  readonly folder: string | undefined;
  readonly workingDirectory: string;
  readonly environment: Environment;
}): Promise<Config> {
  const { workingDirectory } = options;
  const merged = withEnvironmentFile(options.environment, workingDirectory);
  const dir = options.folder ?? (merged[FOLDER_VARIABLE] || FOLDER_DEFAULT);
  return loadConfig({ dir, workingDirectory, environment: merged });
}

/** A variable that is already set has priority over `.env`; an empty one counts as not set. */
function withEnvironmentFile(given: Environment, workingDirectory: string): Environment {
  const read = readTextFile(join(workingDirectory, '.env'), {
    bytesMax: CONFIG_LIMITS.referencedBytesMax,
  });
  if ('problem' in read) {
    if (read.code === 'ENOENT') return given;
    throw new ConfigError([fileProblem('.env', read.problem)]);
  }
  const set = Object.entries(given).filter(([, value]) => value);
  return { ...parseEnv(read.text), ...Object.fromEntries(set) };
}
