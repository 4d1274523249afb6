import { readdirSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { fileProblem, type Problem } from './config-error.ts';
import { CONFIG_LIMITS } from './limits.ts';
import { codeOf, explainFileError, readTextFile } from './read-text-file.ts';
import { TENANT_NAME } from './tenant-schema.ts';

/** What stands in the configuration's folder, before any of it is parsed. */
export interface ConfigFolder {
  /** undefined where there is none: everything has its default then */
  readonly service: SourceFile | undefined;
  /** in the order of their names */
  readonly tenants: readonly (SourceFile & { readonly name: string })[];
  readonly problems: readonly Problem[];
}

export interface SourceFile {
  /** as a person would write it */
  readonly file: string;
  readonly text: string;
}

const SERVICE_FILE = 'sharetrail.yaml';
const TENANT_FILE = /^(.*)\.yaml$/;
const NEARLY_YAML = /\.(?:yml|YML|YAML)$/;
const NEXT_STEP =
  'copy config/tenants/acme.example.yaml of sharetrail there, as NAME.yaml, and mend it';

/** Reads `sharetrail.yaml` and `tenants/*.yaml` of `dir`, an absolute path. Never throws. */
export function readConfigFolder(dir: string, workingDirectory: string): ConfigFolder {
  const show = (path: string): string => displayPath(path, workingDirectory);
  const problems: Problem[] = [];
  const read = (path: string): SourceFile | undefined => {
    const found = readTextFile(path, { bytesMax: CONFIG_LIMITS.yamlBytesMax });
    if ('text' in found) return { file: show(path), text: found.text };
    if (found.code === 'ENOENT' && path === join(dir, SERVICE_FILE)) return undefined;
    problems.push(fileProblem(show(path), found.problem));
    return undefined;
  };

  const top = listFolder(dir);
  if ('problem' in top) {
    problems.push(
      fileProblem(show(dir), `${top.problem}; make its folder tenants, and ${NEXT_STEP}`),
    );
    return { service: undefined, tenants: [], problems };
  }
  if (top.names.includes('sharetrail.yml')) {
    problems.push(fileProblem(show(join(dir, 'sharetrail.yml')), 'rename it to sharetrail.yaml'));
  }
  const service = read(join(dir, SERVICE_FILE));
  const tenantsDir = join(dir, 'tenants');
  const names = tenantNames(tenantsDir, { show, problems });
  const tenants = names.flatMap((name) => {
    const source = read(join(tenantsDir, `${name}.yaml`));
    return source ? [{ ...source, name }] : [];
  });
  return { service, tenants, problems };
}

function tenantNames(
  tenantsDir: string,
  into: { readonly show: (path: string) => string; readonly problems: Problem[] },
): string[] {
  const refuse = (path: string, message: string): void => {
    into.problems.push(fileProblem(into.show(path), message));
  };
  const listed = listFolder(tenantsDir);
  if ('problem' in listed) {
    refuse(tenantsDir, `${listed.problem}; ${NEXT_STEP}`);
    return [];
  }
  const files = listed.names.filter((name) => !name.startsWith('.') && !isExample(name)).sort();
  for (const name of files) {
    if (NEARLY_YAML.test(name))
      refuse(join(tenantsDir, name), 'rename it so that it ends in .yaml');
  }
  const names = files.flatMap((name) => TENANT_FILE.exec(name)?.[1] ?? []).sort();
  const possible = names.filter((name) => TENANT_NAME.test(name));
  for (const name of names.filter((other) => !possible.includes(other))) {
    const rule = 'at most 63 lower-case letters, digits and hyphens';
    refuse(join(tenantsDir, `${name}.yaml`), `a tenant's name is ${rule}: rename the file`);
  }
  if (files.length === 0) refuse(tenantsDir, `holds no tenant; ${NEXT_STEP}`);
  if (possible.length <= CONFIG_LIMITS.tenantFilesMax) return possible;
  refuse(tenantsDir, `holds more than ${CONFIG_LIMITS.tenantFilesMax} tenants`);
  return [];
}

/** `acme.example.yaml` shows how; it is no tenant. */
function isExample(name: string): boolean {
  return /\.example\.ya?ml$/i.test(name);
}

function listFolder(path: string): { names: string[] } | { problem: string } {
  try {
    return { names: readdirSync(path) };
  } catch (error) {
    const code = codeOf(error);
    return { problem: code === 'ENOTDIR' ? 'is no folder' : explainFileError(code) };
  }
}

/** Relative where the file lies below the working directory: shorter, and an editor opens it. */
function displayPath(path: string, workingDirectory: string): string {
  const below = relative(workingDirectory, path);
  const outside = below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below);
  return outside || below === '' ? path : below;
}
