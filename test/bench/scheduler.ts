/**
 * The resources of the published `sharetrail start` while no run is due, and its time if all tenants
 * are due at the same minute. Linux only: it reads /proc. Run `npm run build` first.
 * Arguments: idle tenants, seconds to measure them, busy tenants, events per tenant.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { killWithParent } from '../support/process.ts';
import { print } from './measure.ts';
import type { TenantsOptions } from './tenants.ts';

const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;
const TENANTS = new URL('tenants.ts', import.meta.url).pathname;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** USER_HZ, a constant of Linux */
const TICKS_PER_SECOND = 100;
/** long enough to read the largest configuration before the due minute */
const LEAD_MS = MINUTE_MS;

const [idle = '1000', idleSeconds = '60', busy = '200', events = '50'] = process.argv.slice(2);
await measureIdle(Number(idle), Number(idleSeconds));
await measureBusy(Number(busy), Number(events));

async function measureIdle(tenants: number, seconds: number): Promise<void> {
  // Twelve hours ahead, so that no run is due during the measurement.
  const schedule = scheduleAt(Date.now() + 12 * HOUR_MS);
  await withStart({ tenants, deliveries: 0, schedule, hours: 0 }, async ({ child, log }) => {
    await until(() => log().includes('tenants scheduled'));
    // Do not count the work of starting.
    await delay(5_000);
    const before = cpuSecondsOf(child);
    await delay(seconds * 1_000);
    const share = ((cpuSecondsOf(child) - before) / seconds) * 100;
    const { VmRSS, VmHWM } = memoryOf(child);
    print(
      `${tenants} tenants, no run due for ${seconds} s: ${VmRSS} MB (peak during start ` +
        `${VmHWM} MB), ${share.toFixed(2)} % of a core`,
    );
  });
}

async function measureBusy(tenants: number, eventsEach: number): Promise<void> {
  const dueAt = Math.ceil((Date.now() + LEAD_MS) / MINUTE_MS) * MINUTE_MS;
  const schedule = scheduleAt(dueAt);
  await withStart(
    { tenants, deliveries: eventsEach, schedule, hours: 12 },
    async ({ child, log }) => {
      const ended = () => log().split('"msg":"run ended"').length - 1;
      await until(() => ended() >= tenants);
      const seconds = (Date.now() - dueAt) / 1_000;
      const successful = log().split(`"outcome":"ok"`).length - 1;
      const delivered = [...log().matchAll(/"delivered":(\d+)/g)].map(([, count]) => Number(count));
      const sum = delivered.reduce((total, count) => total + count, 0);
      if (successful !== tenants || sum !== tenants * eventsEach) throw new Error(log());
      const { VmHWM } = memoryOf(child);
      print(
        `${tenants} tenants due at the same minute, ${eventsEach} events each: finished after ` +
          `${seconds.toFixed(1)} s, peak ${VmHWM} MB, ` +
          `${cpuSecondsOf(child).toFixed(1)} s of processor time`,
      );
    },
  );
}

interface Running {
  readonly child: ChildProcess;
  readonly log: () => string;
}

/** Runs `start` for tenants whose vendors another process simulates. */
async function withStart(
  options: TenantsOptions,
  work: (running: Running) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sharetrail-bench-'));
  const serve = [TENANTS, folder, JSON.stringify(options)];
  const served = spawn(process.execPath, serve, { stdio: ['ignore', 'pipe', 'inherit'] });
  killWithParent(served);
  let text = '';
  try {
    await once(served.stdout, 'data');
    const start = [MAIN, 'start', '--config', folder];
    const child = spawn(process.execPath, start, { stdio: ['ignore', 'ignore', 'pipe'] });
    killWithParent(child);
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    const ended = once(child, 'close');
    const failed = ended.then(([early]) => {
      throw new Error(`start exited with ${early}:\n${text}`);
    });
    await Promise.race([work({ child, log: () => text }), failed]);
    failed.catch(() => {});
    child.kill('SIGTERM');
    const [code] = await ended;
    if (code !== 0) throw new Error(`start exited with ${code}:\n${text}`);
  } finally {
    served.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

function scheduleAt(at: number): string {
  const date = new Date(at);
  return `${date.getUTCMinutes()} ${date.getUTCHours()} * * *`;
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await delay(50);
}

/** proc(5): fields 14 and 15 of /proc/PID/stat, counted after the name, which can contain blanks. */
function cpuSecondsOf({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** In megabytes: the resident memory now, and its peak. */
function memoryOf({ pid }: ChildProcess): { readonly VmRSS: number; readonly VmHWM: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1_024);
  return { VmRSS: read('VmRSS'), VmHWM: read('VmHWM') };
}
