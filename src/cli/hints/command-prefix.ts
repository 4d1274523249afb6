import { basename, delimiter, dirname, isAbsolute, join, relative } from 'node:path';
import { shellQuoted } from '../../lib/shell-quote.ts';

const NAME = 'sharetrail';
/** The scripts of package.json that start the program. */
const SCRIPTS: readonly string[] = [NAME, 'demo'];

/** How this process was started. */
export interface ProcessStart {
  /** the script's absolute path, symbolic links unresolved */
  readonly script: string;
  /** Node as it was called: a bare name, or a path */
  readonly node: string;
  /** the options of Node before the script: `--env-file=.env` */
  readonly nodeOptions: readonly string[];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isFile: (path: string) => boolean;
}

/**
 * The words that start the program again in the user's shell, without arguments. Set
 * SHARETRAIL_COMMAND where the process cannot know them: a container sees no `docker run`.
 */
export function commandPrefix(start: ProcessStart): string {
  const { environment } = start;
  const given = environment['SHARETRAIL_COMMAND']?.trim();
  return given || scriptOfPackage(start) || installedProgram(start) || scriptOfNode(start);
}

/** `npm run -s sharetrail --`, and the same by other package managers. */
function scriptOfPackage({ environment }: ProcessStart): string | undefined {
  // Node's own runner: `node --run sharetrail`.
  if (SCRIPTS.includes(environment['NODE_RUN_SCRIPT_NAME'] ?? '')) return `node --run ${NAME} --`;
  if (!SCRIPTS.includes(environment['npm_lifecycle_event'] ?? '')) return undefined;
  const [manager = ''] = (environment['npm_config_user_agent'] ?? '').split('/');
  if (manager === 'pnpm' || manager === 'yarn') return `${manager} -s run ${NAME}`;
  return `npm${folderOfNpm(environment)} run -s ${NAME} --`;
}

/** ` --prefix DIR` if npm was called outside of the package. */
export function folderOfNpm(environment: ProcessStart['environment']): string {
  const { npm_config_local_prefix: root, INIT_CWD: caller } = environment;
  if (root === undefined || caller === undefined || isInside(caller, root)) return '';
  return ` --prefix ${shellQuoted(root)}`;
}

/** `sharetrail`, `npx sharetrail`, or the path of the installed program. */
function installedProgram(start: ProcessStart): string | undefined {
  const { script, environment, isFile } = start;
  if (basename(script) !== NAME) return undefined;
  // npm puts its folders on the PATH of what it starts, but they are not on the user's.
  const isOfNpm = environment['npm_lifecycle_event'] !== undefined;
  if (isOfNpm) return isLocalBin(script) ? `npx ${NAME}` : NAME;
  const folders = (environment['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  const found = folders.find((folder) => isFile(join(folder, NAME)));
  return found !== undefined && join(found, NAME) === script ? NAME : pathOf(script, start);
}

function isLocalBin(script: string): boolean {
  return dirname(script).endsWith(join('node_modules', '.bin')) || script.includes('_npx');
}

/** `node src/main.ts` */
function scriptOfNode(start: ProcessStart): string {
  const { node, script, workingDirectory } = start;
  const program = isAbsolute(node) ? pathOf(node, start) : shellQuoted(node);
  const isNear = isInside(script, workingDirectory);
  const path = isNear ? relative(workingDirectory, script) : script;
  return [program, ...[...start.nodeOptions, path].map(shellQuoted)].join(' ');
}

/** A path that a shell runs as a program: relative if it is inside the working directory. */
function pathOf(file: string, { workingDirectory }: ProcessStart): string {
  if (!isInside(file, workingDirectory)) return shellQuoted(file);
  const near = relative(workingDirectory, file);
  return shellQuoted(near.includes('/') ? near : `./${near}`);
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith('../') && !isAbsolute(way);
}
