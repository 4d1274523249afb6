import { readdirSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { codeOf } from '../lib/errors.ts';
import { compareNaturally } from '../lib/natural-order.ts';
import { fileProblem, type Problem } from './config-error.ts';
import { CONFIG_LIMITS } from './limits.ts';
import { explainFileError, readTextFile } from './read-text-file.ts';
import { TENANT_NAME } from './tenant-schema.ts';

/** The files of the configuration folder, not parsed yet. */
export interface ConfigFolder {
  /** undefined if there is no `sharetrail.yaml`: every key has its default then */
  readonly service: SourceFile | undefined;
  /** in the order of their names */
  readonly tenants: readonly TenantSource[];
  /** those that are not a tenant's */
  readonly problems: readonly Problem[];
}

export interface SourceFile {
  /** relative to the working directory if it is below it */
  readonly file: string;
  readonly text: string;
}

export interface TenantSource {
  /** the file's name without its ending, which can be impossible */
  readonly name: string;
  /** absent if the file cannot be read */
  readonly source?: SourceFile;
  /** what is wrong with the file itself; its content is checked nevertheless */
  readonly problems: readonly Problem[];
}

const SERVICE_FILE = 'sharetrail.yaml';
const TENANT_FILE = /^(.*)\.(?:yaml|yml|YAML|YML)$/;
const TENANT_ENDING = '.yaml';
const EXAMPLE = /\.example\.ya?ml$/i;
const NEXT_STEP = 'to write the file of the first tenant, run `sharetrail init NAME`';

/** Reads `sharetrail.yaml` and `tenants/*.yaml` of `dir`, an absolute path. Never throws. */
export function readConfigFolder(dir: string, workingDirectory: string): ConfigFolder {
  const problems: Problem[] = [];
  const problemWith = (path: string, message: string): Problem =>
    fileProblem(displayPath(path, workingDirectory), message);
  const reject = (path: string, message: string) => problems.push(problemWith(path, message));

  const top = listFolder(dir);
  if ('problem' in top) {
    reject(dir, `${top.problem}; ${NEXT_STEP}`);
    return { service: undefined, tenants: [], problems };
  }
  if (top.names.includes('sharetrail.yml')) {
    reject(join(dir, 'sharetrail.yml'), `rename it to ${SERVICE_FILE}`);
  }
  const service = readSource(join(dir, SERVICE_FILE), workingDirectory);
  if ('problem' in service && service.code !== 'ENOENT') {
    reject(join(dir, SERVICE_FILE), service.problem);
  }
  const tenantsDir = join(dir, 'tenants');
  const tenants = tenantFiles(tenantsDir, reject).map(({ file, name }) => {
    const path = join(tenantsDir, file);
    const source = readSource(path, workingDirectory);
    const messages = [
      ...nameProblems(file, name),
      ...('problem' in source ? [source.problem] : []),
    ];
    return {
      name,
      ...('text' in source && { source }),
      problems: messages.map((message) => problemWith(path, message)),
    };
  });
  return { service: 'text' in service ? service : undefined, tenants, problems };
}

function readSource(
  path: string,
  workingDirectory: string,
): SourceFile | { readonly problem: string; readonly code: string } {
  const found = readTextFile(path, { bytesMax: CONFIG_LIMITS.yamlBytesMax });
  return 'text' in found ? { file: displayPath(path, workingDirectory), text: found.text } : found;
}

function nameProblems(file: string, name: string): string[] {
  const rule = 'at most 63 lower-case letters, digits and hyphens';
  return [
    ...(file.endsWith(TENANT_ENDING) ? [] : ['rename it to end in .yaml']),
    ...(TENANT_NAME.test(name) ? [] : [`a tenant's name is ${rule}: rename the file`]),
  ];
}

function tenantFiles(
  tenantsDir: string,
  reject: (path: string, message: string) => void,
): readonly { readonly file: string; readonly name: string }[] {
  const listed = listFolder(tenantsDir);
  if ('problem' in listed) {
    reject(tenantsDir, `${listed.problem}; ${NEXT_STEP}`);
    return [];
  }
  const files = listed.names.filter((name) => !name.startsWith('.') && !EXAMPLE.test(name));
  if (files.length === 0) reject(tenantsDir, `has no tenant; ${NEXT_STEP}`);
  const tenants = files
    .flatMap((file) => ({ file, name: TENANT_FILE.exec(file)?.[1] }))
    .flatMap(({ file, name }) => (name === undefined ? [] : [{ file, name }]))
    .sort((one, other) => compareNaturally(one.name, other.name));
  if (tenants.length <= CONFIG_LIMITS.tenantFilesMax) return tenants;
  reject(tenantsDir, `has more than ${CONFIG_LIMITS.tenantFilesMax} tenants`);
  return [];
}

function listFolder(path: string): { names: string[] } | { problem: string } {
  try {
    return { names: readdirSync(path) };
  } catch (error) {
    const code = codeOf(error) || 'UNKNOWN';
    return { problem: code === 'ENOTDIR' ? 'is not a folder' : explainFileError(code) };
  }
}

/** Relative if the file is below the working directory: shorter, and an editor can open it. */
function displayPath(path: string, workingDirectory: string): string {
  const below = relative(workingDirectory, path);
  const isOutside = below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below);
  return isOutside || below === '' ? path : below;
}
