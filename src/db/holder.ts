import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { codeOf } from '../lib/errors.ts';

/**
 * The holder of a lease, so that another process can see whether it is still alive: the machine's boot
 * and process namespace (Linux: proc(5)), the process id and its start time, and a random part. If the
 * machine is unknown, every holder counts as alive until its lease expires.
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

/** `dead` and `alive` only if it is certain, which it can be on the same machine only. */
export type HolderState = 'dead' | 'alive' | 'unknown';

export function stateOf(holder: string): HolderState {
  const [machine, pid, started] = holder.split('|');
  if (!machine || machine !== machineIdentity()) return 'unknown';
  const start = processStart(Number(pid));
  if (start === undefined) return isGone(Number(pid)) ? 'dead' : 'unknown';
  return start === started ? 'alive' : 'dead';
}

function machineIdentity(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    // Not Linux, or /proc is not readable: an empty identity never counts as the same machine.
    return '';
  }
}

/**
 * Field 22 of /proc/PID/stat, counted from the end of the command name, which can contain blanks;
 * undefined if there is no such file.
 */
function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const state = afterName[0];
    // A zombie has ended, and only waits for its parent to notice.
    return state === 'Z' || state === 'X' ? 'ended' : afterName[19];
  } catch {
    return undefined;
  }
}

/** /proc can hide another user's live process (mount option hidepid, systemd's ProtectProc). */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}
