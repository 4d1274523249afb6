import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunReport } from '../../src/db/run-report.ts';
import { killWithParent } from '../support/process.ts';
import type { TenantsOptions } from './tenants.ts';

/**
 * Preloaded into a measured process: prints its peak memory as a line of JSON when it exits. Not a
 * TypeScript file, because Node needs 20 MB to read one.
 */
const USAGE = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from 'node:fs';
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const usage = { peakMegabytes: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
    writeSync(2, 'usage ' + JSON.stringify(usage) + '\\n');
  });
`)}`;
const ORG = new URL('org.ts', import.meta.url).pathname;
const TENANTS = new URL('tenants.ts', import.meta.url).pathname;
const WORKSPACE = new URL('workspace.ts', import.meta.url).pathname;
/** The published program, from `npm run build`. The sources need no build, but start more slowly. */
function program(): string {
  const file = process.env['BENCH_PROGRAM'] === 'sources' ? 'src/main.ts' : 'dist/main.js';
  return new URL(`../../${file}`, import.meta.url).pathname;
}

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
  /** between two deliveries, milliseconds; a sync reads the last ten minutes again */
  readonly everyMs?: number;
}

/** A company whose Drive is read. */
export interface WorkspaceOptions {
  readonly detect: 'audit-log' | 'changes' | 'both';
  readonly users: number;
  readonly drives: number;
  readonly files: number;
  readonly outsideGrants: number;
  readonly activities: number;
  /** interval between activities; the last one was an hour ago */
  readonly activityEveryMs: number;
  /** added to each response */
  readonly latencyMs: number;
  /** whether Google lets files be requested together */
  readonly batches: 'offered' | 'missing';
}

/** Runs `work` while another process simulates Salesforce and Gong. */
export function withOrg<T>(
  { deliveries, contacts, limits, everyMs = 50 }: OrgOptions,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const words = [String(deliveries), String(contacts), limits, String(everyMs)];
  return withVendors(ORG, words, ({ folder }) => work(folder));
}

/** Also simulates Google; `google` is the origin of its control API. */
export function withWorkspace<T>(
  options: WorkspaceOptions,
  work: (vendors: { readonly folder: string; readonly google: string }) => Promise<T>,
): Promise<T> {
  return withVendors(WORKSPACE, [JSON.stringify(options)], ({ folder, line }) =>
    work({ folder, google: line }),
  );
}

/** Simulates Salesforce for many tenants, and Gong, unless another process receives the events. */
export function withTenants<T>(
  options: TenantsOptions,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  return withVendors(TENANTS, [JSON.stringify(options)], ({ folder }) => work(folder));
}

async function withVendors<T>(
  script: string,
  words: readonly string[],
  work: (vendors: { readonly folder: string; readonly line: string }) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'sharetrail-bench-'));
  const all = [script, folder, ...words];
  const vendors = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'inherit'] });
  killWithParent(vendors);
  try {
    const [line] = await once(vendors.stdout, 'data');
    return await work({ folder, line: String(line).trim() });
  } finally {
    vendors.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs a command with `--json`, such as `sync --no-push`, as a user does. `database`: another one than
 * that of the configuration.
 */
export async function measureRun(
  folder: string,
  words: readonly string[],
  database?: string,
): Promise<Measured> {
  const startedAt = performance.now();
  const child = startRun(folder, words, database);
  const [out, err] = await Promise.all([textOf(child, 'stdout'), textOf(child, 'stderr')]);
  const seconds = (performance.now() - startedAt) / 1_000;
  if (out === '') throw new Error(`the measured run failed:\n${err}`);
  const { runs } = JSON.parse(out) as { runs: [RunReport] };
  return { report: runs[0], seconds, ...usageIn(err) };
}

type Usage = Pick<Measured, 'peakMegabytes' | 'cpuSeconds'>;

/** What a measured process used: from its standard error. */
function usageIn(stderr: string): Usage {
  const usage = /^usage (.*)$/m.exec(stderr)?.[1];
  if (usage === undefined) throw new Error(`the measured process failed:\n${stderr}`);
  return JSON.parse(usage) as Usage;
}

/** Starts a command with `--json`. */
export function startRun(
  folder: string,
  words: readonly string[],
  database?: string,
): ChildProcess {
  const all = ['--import', USAGE, program(), ...words, '--config', folder, '--json'];
  const setting = database === undefined ? {} : { SHARETRAIL_DATABASE: database };
  const env = { ...process.env, ...setting };
  const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'], env });
  killWithParent(child);
  return child;
}

/** A service that runs until it is stopped. */
export interface Service {
  /** Throws if it does not end well. */
  stop(): Promise<Usage>;
}

export function startService(folder: string, words: readonly string[], database: string): Service {
  const child = startRun(folder, words, database);
  const text = Promise.all([textOf(child, 'stderr'), textOf(child, 'stdout')]);
  const ended = once(child, 'close');
  return {
    stop: async () => {
      child.kill('SIGTERM');
      const [code] = await ended;
      const [err] = await text;
      if (code !== 0) throw new Error(`${words} exited with ${code}:\n${err}`);
      return usageIn(err);
    },
  };
}

async function textOf(child: ChildProcess, stream: 'stdout' | 'stderr'): Promise<string> {
  let text = '';
  for await (const chunk of child[stream] ?? []) text += String(chunk);
  return text;
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
