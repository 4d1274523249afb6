import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { SANDBOX_TENANT } from '../../src/sandbox/configuration-folder.ts';
import { killWithParent } from '../support/process.ts';
import type { Received } from './receiver.ts';

const RECEIVER = new URL('receiver.ts', import.meta.url).pathname;

export interface Receiver {
  readonly origin: string;
  /** what it received since the previous call */
  read(): Promise<Received>;
}

/** Runs `work` while another process accepts every event after `latencyMs`. */
export async function withReceiver<T>(
  latencyMs: number,
  work: (receiver: Receiver) => Promise<T>,
): Promise<T> {
  const words = [RECEIVER, `${latencyMs}`];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  killWithParent(child);
  try {
    const [line] = await once(child.stdout, 'data');
    const origin = String(line).trim();
    const read = async () => (await (await fetch(origin)).json()) as Received;
    return await work({ origin, read });
  } finally {
    child.kill('SIGKILL');
  }
}

/** Changes the settings `gong` of the simulated tenant. */
export function configureGong(folder: string, changes: object): void {
  const file = join(folder, 'tenants', `${SANDBOX_TENANT}.yaml`);
  const settings = parse(readFileSync(file, 'utf8')) as { readonly gong: object };
  writeFileSync(file, stringify({ ...settings, gong: { ...settings.gong, ...changes } }));
}

/** The origin of the tenant's simulated Gong. */
export function gongOrigin(folder: string): string {
  const file = join(folder, 'tenants', `${SANDBOX_TENANT}.yaml`);
  const { gong } = parse(readFileSync(file, 'utf8')) as { readonly gong: { baseUrl: string } };
  return gong.baseUrl;
}
