/**
 * `sharetrail start` as a process: what it takes while nothing is due, and how long it is at work
 * when all tenants are due at the same minute. Linux only: the figures are read from /proc.
 * Compiled, as it is published: `npm run build` first. Arguments: idle tenants, seconds to watch them, busy tenants, events of each.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { say } from './measure.ts';

const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;
const TENANTS = new URL('tenants.ts', import.meta.url).pathname;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** of USER_HZ, which Linux has fixed */
const TICKS_PER_SECOND = 100;
/** long enough for the largest configuration to be read before the minute comes */
const LEAD_MS = MINUTE_MS;

const [idle = '1000', watched = '60', busy = '200', events = '50'] = process.argv.slice(2);
await measureIdle(Number(idle), Number(watched));
await measureBusy(Number(busy), Number(events));

async function measureIdle(tenants: number, seconds: number): Promise<void> {
  // A time that is twelve hours away, so that none comes while it is watched.
  const schedule = scheduleAt(Date.now() + 12 * HOUR_MS);
  await withStart([tenants, 0, schedule, 0], async ({ child, story }) => {
    await until(() => story().includes('tenants scheduled'));
    // What starting left behind is not what idling takes.
    await delay(5_000);
    const before = cpuSecondsOf(child);
    await delay(seconds * 1_000);
    const share = ((cpuSecondsOf(child) - before) / seconds) * 100;
    const { VmRSS, VmHWM } = memoryOf(child);
    say(
      `${tenants} tenants, nothing due for ${seconds} s: ${VmRSS} MB (peak of the start ` +
        `${VmHWM} MB), ${share.toFixed(2)} % of a core`,
    );
  });
}

async function measureBusy(tenants: number, eventsEach: number): Promise<void> {
  const dueAt = Math.ceil((Date.now() + LEAD_MS) / MINUTE_MS) * MINUTE_MS;
  const words = [tenants, eventsEach, scheduleAt(dueAt), 12];
  await withStart(words, async ({ child, story }) => {
    const ended = () => story().split('"msg":"run ended"').length - 1;
    await until(() => ended() >= tenants);
    const seconds = (Date.now() - dueAt) / 1_000;
    const whole = story().split(`"outcome":"ok"`).length - 1;
    const delivered = [...story().matchAll(/"delivered":(\d+)/g)].map(([, count]) => Number(count));
    const sum = delivered.reduce((total, count) => total + count, 0);
    if (whole !== tenants || sum !== tenants * eventsEach) throw new Error(story());
    const { VmHWM } = memoryOf(child);
    say(
      `${tenants} tenants due at one minute, ${eventsEach} events each: all done ` +
        `${seconds.toFixed(1)} s after it, peak ${VmHWM} MB, ` +
        `${cpuSecondsOf(child).toFixed(1)} s of processor time`,
    );
  });
}

interface Running {
  readonly child: ChildProcess;
  readonly story: () => string;
}

/** Runs `start` over tenants that another process serves. */
async function withStart(
  words: readonly (string | number)[],
  work: (running: Running) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sharetrail-bench-'));
  const serve = [TENANTS, folder, ...words.map(String)];
  const served = spawn(process.execPath, serve, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  try {
    await once(served.stdout, 'data');
    const start = [MAIN, 'start', '--config', folder];
    const child = spawn(process.execPath, start, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    const ended = once(child, 'close');
    const failed = ended.then(([early]) => {
      throw new Error(`start ended with ${early}:\n${text}`);
    });
    await Promise.race([work({ child, story: () => text }), failed]);
    failed.catch(() => {});
    child.kill('SIGTERM');
    const [code] = await ended;
    if (code !== 0) throw new Error(`start ended with ${code}:\n${text}`);
  } finally {
    served.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

function scheduleAt(at: number): string {
  const date = new Date(at);
  return `${date.getUTCMinutes()} ${date.getUTCHours()} * * *`;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(50);
}

/** proc(5): fields 14 and 15 of /proc/PID/stat, counted after the name, which may hold blanks. */
function cpuSecondsOf({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** In megabytes: what is resident now, and the most that was. */
function memoryOf({ pid }: ChildProcess): { readonly VmRSS: number; readonly VmHWM: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1_024);
  return { VmRSS: read('VmRSS'), VmHWM: read('VmHWM') };
}
