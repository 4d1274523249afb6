import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunReport } from '../../src/app/report.ts';

const USAGE = new URL('usage.ts', import.meta.url).href;
const ORG = new URL('org.ts', import.meta.url).pathname;
const MAIN = new URL('../../dist/src/main.js', import.meta.url).pathname;

/** One run of the product's command line, measured as a whole process. */
export interface Measured {
  readonly report: RunReport;
  readonly seconds: number;
  readonly peakMegabytes: number;
  readonly cpuSeconds: number;
}

export interface OrgOptions {
  readonly deliveries: number;
  readonly contacts: number;
  readonly limits: 'limits' | 'no-limits';
}

/** Runs `work` beside the made-up vendors in a process of their own. */
export async function withOrg<T>(
  options: OrgOptions,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'sharetrail-bench-'));
  const { deliveries, contacts, limits } = options;
  const words = [ORG, folder, String(deliveries), String(contacts), limits];
  const org = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(org.stdout, 'data');
    return await work(folder);
  } finally {
    org.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `sync --json` with further words, as a user runs it. */
export async function measureSync(folder: string, words: readonly string[]): Promise<Measured> {
  const startedAt = performance.now();
  const all = ['--import', USAGE, MAIN, 'sync', '--config', folder, '--json', ...words];
  const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err] = await Promise.all([textOf(child, 'stdout'), textOf(child, 'stderr')]);
  const seconds = (performance.now() - startedAt) / 1_000;
  const usage = /^usage (.*)$/m.exec(err)?.[1];
  if (usage === undefined || out === '') throw new Error(`the measured run failed:\n${err}`);
  const { runs } = JSON.parse(out) as { runs: [RunReport] };
  const { peakMegabytes, cpuSeconds } = JSON.parse(usage) as Measured;
  return { report: runs[0], seconds, peakMegabytes, cpuSeconds };
}

async function textOf(child: ChildProcess, stream: 'stdout' | 'stderr'): Promise<string> {
  let text = '';
  for await (const chunk of child[stream] ?? []) text += String(chunk);
  return text;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
