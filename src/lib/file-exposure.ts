import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { shellQuoted } from './shell-quote.ts';

/** The parts of a file's status that decide who can read it. */
export interface FileOwnership {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** The parts of a process that decide which files it reads through a group. */
export interface ProcessIdentity {
  readonly uid: number;
  readonly groups: readonly number[];
}

const GROUP_BITS = 0o060;
const OTHER_BITS = 0o006;
const SET_GROUP_ID = 0o2000;
/** The folder of a Kubernetes volume of secrets: only its container sees it. */
const KUBERNETES_VOLUME = /\/\.\.\d{4}_\d{2}_\d{2}_/;

/**
 * True if users other than this process's can read or write a file with secrets. A file of another
 * owner, such as root, may be readable by the group through which this process reads it.
 */
export function isExposedSecret(
  path: string,
  file: FileOwnership,
  reader: ProcessIdentity | undefined = thisProcess(),
): boolean {
  // Windows has no such permissions.
  if (reader === undefined) return false;
  if (file.mode & OTHER_BITS && !KUBERNETES_VOLUME.test(realpathSync(path))) return true;
  if ((file.mode & GROUP_BITS) === 0) return false;
  return file.uid === reader.uid || !reader.groups.includes(file.gid);
}

/**
 * True if users other than its owner can read or write a file that this program creates for its owner
 * only. Kubernetes gives a volume's files to the pod's group (`fsGroup`), and marks its folders.
 */
export function isExposedOwnFile(path: string): boolean {
  const file = statSync(path, { throwIfNoEntry: false });
  if (file === undefined || thisProcess() === undefined) return false;
  if (file.mode & OTHER_BITS) return true;
  if ((file.mode & GROUP_BITS) === 0) return false;
  const folder = statSync(dirname(path));
  return (folder.mode & SET_GROUP_ID) === 0 || folder.gid !== file.gid;
}

/** The command that makes files readable by their owner only, as a user pastes it. */
export function chmodLine(paths: readonly string[]): string {
  return `chmod 600 ${paths.map(shellQuoted).join(' ')}`;
}

function thisProcess(): ProcessIdentity | undefined {
  const { geteuid, getegid, getgroups } = process;
  if (!geteuid || !getegid || !getgroups) return undefined;
  return { uid: geteuid(), groups: [getegid(), ...getgroups()] };
}
