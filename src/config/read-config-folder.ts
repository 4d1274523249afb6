import { readdirSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { fileProblem, type Problem } from './config-error.ts';
import { CONFIG_LIMITS } from './limits.ts';
import { codeOf, explainFileError, readTextFile } from './read-text-file.ts';
import { TENANT_NAME } from './tenant-schema.ts';

/** The files of the configuration folder, not parsed yet. */
export interface ConfigFolder {
  /** undefined if there is no `sharetrail.yaml`: every key has its default then */
  readonly service: SourceFile | undefined;
  /** in the order of their names */
  readonly tenants: readonly (SourceFile & { readonly name: string })[];
  readonly problems: readonly Problem[];
}

export interface SourceFile {
  /** relative to the working directory if it is below it */
  readonly file: string;
  readonly text: string;
}

const SERVICE_FILE = 'sharetrail.yaml';
const TENANT_FILE = /^(.*)\.yaml$/;
const WRONG_ENDING = /\.(?:yml|YML|YAML)$/;
const EXAMPLE = /\.example\.ya?ml$/i;
const NEXT_STEP =
  "copy sharetrail's config/tenants/acme.example.yaml there, as NAME.yaml, and edit it";

/** Reads `sharetrail.yaml` and `tenants/*.yaml` of `dir`, an absolute path. Never throws. */
export function readConfigFolder(dir: string, workingDirectory: string): ConfigFolder {
  const problems: Problem[] = [];
  const reject = (path: string, message: string): void => {
    problems.push(fileProblem(displayPath(path, workingDirectory), message));
  };
  const read = (path: string, isRequired: boolean): SourceFile | undefined => {
    const found = readTextFile(path, { bytesMax: CONFIG_LIMITS.yamlBytesMax });
    if ('text' in found) return { file: displayPath(path, workingDirectory), text: found.text };
    if (isRequired || found.code !== 'ENOENT') reject(path, found.problem);
    return undefined;
  };

  const top = listFolder(dir);
  if ('problem' in top) {
    reject(dir, `${top.problem}; create it with a folder named tenants, and ${NEXT_STEP}`);
    return { service: undefined, tenants: [], problems };
  }
  if (top.names.includes('sharetrail.yml')) {
    reject(join(dir, 'sharetrail.yml'), `rename it to ${SERVICE_FILE}`);
  }
  const service = read(join(dir, SERVICE_FILE), false);
  const tenantsDir = join(dir, 'tenants');
  const tenants = tenantNames(tenantsDir, reject).flatMap((name) => {
    const source = read(join(tenantsDir, `${name}.yaml`), true);
    return source ? [{ ...source, name }] : [];
  });
  return { service, tenants, problems };
}

function tenantNames(
  tenantsDir: string,
  reject: (path: string, message: string) => void,
): readonly string[] {
  const listed = listFolder(tenantsDir);
  if ('problem' in listed) {
    reject(tenantsDir, `${listed.problem}; ${NEXT_STEP}`);
    return [];
  }
  const files = listed.names.filter((name) => !name.startsWith('.') && !EXAMPLE.test(name)).sort();
  for (const name of files) {
    if (WRONG_ENDING.test(name)) reject(join(tenantsDir, name), 'rename it to end in .yaml');
  }
  const names = files.flatMap((name) => TENANT_FILE.exec(name)?.[1] ?? []).sort();
  const valid = names.filter((name) => TENANT_NAME.test(name));
  for (const name of names.filter((other) => !valid.includes(other))) {
    const rule = 'at most 63 lower-case letters, digits and hyphens';
    reject(join(tenantsDir, `${name}.yaml`), `a tenant's name is ${rule}: rename the file`);
  }
  if (files.length === 0) reject(tenantsDir, `has no tenant; ${NEXT_STEP}`);
  if (valid.length <= CONFIG_LIMITS.tenantFilesMax) return valid;
  reject(tenantsDir, `has more than ${CONFIG_LIMITS.tenantFilesMax} tenants`);
  return [];
}

function listFolder(path: string): { names: string[] } | { problem: string } {
  try {
    return { names: readdirSync(path) };
  } catch (error) {
    const code = codeOf(error);
    return { problem: code === 'ENOTDIR' ? 'is not a folder' : explainFileError(code) };
  }
}

/** Relative if the file is below the working directory: shorter, and an editor can open it. */
function displayPath(path: string, workingDirectory: string): string {
  const below = relative(workingDirectory, path);
  const isOutside = below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below);
  return isOutside || below === '' ? path : below;
}
