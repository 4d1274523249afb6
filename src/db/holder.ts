import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

/**
 * Who holds a lease, so that the next process can tell whether he still lives: the machine's
 * boot and process namespace (Linux: proc(5)), process id and its start time, and a random part.
 * Where the machine cannot be told, nobody is ever taken for dead before his time is up.
 */
export interface Holder {
  readonly machine: string;
  readonly process: number;
  readonly processStarted: string;
  readonly nonce: string;
}

export function thisProcess(): Holder {
  return {
    machine: machineIdentity(),
    process: process.pid,
    processStarted: processStart(process.pid) ?? '',
    nonce: randomUUID(),
  };
}

export function formatHolder(holder: Holder): string {
  return [holder.machine, holder.process, holder.processStarted, holder.nonce].join('|');
}

/** True only where it is certain: same machine, and the process is gone or another one. */
export function isDead(holder: string): boolean {
  const [machine, pid, started] = holder.split('|');
  if (!machine || machine !== machineIdentity()) return false;
  const start = processStart(Number(pid));
  return start === undefined ? isGone(Number(pid)) : start !== started;
}

function machineIdentity(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    // Not Linux, or /proc is closed: an empty identity equals nobody's.
    return '';
  }
}

/**
 * Field 22 of /proc/PID/stat, counted after the command name, which may hold blanks; undefined
 * where there is no such file.
 */
function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const state = afterName[0];
    // A zombie waits only for its parent to notice: it writes nothing any more.
    return state === 'Z' || state === 'X' ? 'ended' : afterName[19];
  } catch {
    return undefined;
  }
}

/** /proc may hide another user's living process (mount option hidepid, systemd's ProtectProc). */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
