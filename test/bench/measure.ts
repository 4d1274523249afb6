import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunReport } from '../../src/db/run-report.ts';

const USAGE = new URL('usage.ts', import.meta.url).href;
const ORG = new URL('org.ts', import.meta.url).pathname;
const WORKSPACE = new URL('workspace.ts', import.meta.url).pathname;
/** compiled, as it is published: `npm run build` */
const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;

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

/** A company whose Drive is read. */
export interface WorkspaceOptions {
  readonly detect: 'audit-log' | 'changes' | 'both';
  readonly users: number;
  readonly drives: number;
  readonly files: number;
  readonly outsideGrants: number;
  readonly activities: number;
  /** between one and the next; the last was an hour ago */
  readonly activityEveryMs: number;
  /** every answer comes so much later */
  readonly latencyMs: number;
}

/** Runs `work` beside the made-up vendors in a process of their own. */
export function withOrg<T>(
  { deliveries, contacts, limits }: OrgOptions,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const words = [String(deliveries), String(contacts), limits];
  return withVendors(ORG, words, ({ folder }) => work(folder));
}

/** The same with a made-up Google; `google` is where its control surface is asked. */
export function withWorkspace<T>(
  options: WorkspaceOptions,
  work: (vendors: { readonly folder: string; readonly google: string }) => Promise<T>,
): Promise<T> {
  return withVendors(WORKSPACE, [JSON.stringify(options)], ({ folder, said }) =>
    work({ folder, google: said }),
  );
}

async function withVendors<T>(
  script: string,
  words: readonly string[],
  work: (vendors: { readonly folder: string; readonly said: string }) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'sharetrail-bench-'));
  const all = [script, folder, ...words];
  const vendors = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [said] = await once(vendors.stdout, 'data');
    return await work({ folder, said: String(said).trim() });
  } finally {
    vendors.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A command with `--json`, such as `sync --no-push`, as a user runs it. */
export async function measureRun(folder: string, words: readonly string[]): Promise<Measured> {
  const startedAt = performance.now();
  const child = startRun(folder, words);
  const [out, err] = await Promise.all([textOf(child, 'stdout'), textOf(child, 'stderr')]);
  const seconds = (performance.now() - startedAt) / 1_000;
  const usage = /^usage (.*)$/m.exec(err)?.[1];
  if (usage === undefined || out === '') throw new Error(`the measured run failed:\n${err}`);
  const { runs } = JSON.parse(out) as { runs: [RunReport] };
  const { peakMegabytes, cpuSeconds } = JSON.parse(usage) as Measured;
  return { report: runs[0], seconds, peakMegabytes, cpuSeconds };
}

/** A command with `--json`, to be killed or waited for. */
export function startRun(folder: string, words: readonly string[]): ChildProcess {
  const all = ['--import', USAGE, MAIN, ...words, '--config', folder, '--json'];
  return spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function textOf(child: ChildProcess, stream: 'stdout' | 'stderr'): Promise<string> {
  let text = '';
  for await (const chunk of child[stream] ?? []) text += String(chunk);
  return text;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
