/**
 * Google Drive: a night without changes, a first reading of many files, and many entries of the
 * audit log. Prints seconds, calls and peak memory; throws where a count is not what it has to be.
 * Arguments: users of the night, files of the first reading, entries of the audit log.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import {
  type Measured,
  measureRun,
  say,
  startRun,
  type WorkspaceOptions,
  withWorkspace,
} from './measure.ts';

const DAY_MS = 86_400_000;
const NOTHING: WorkspaceOptions = {
  detect: 'both',
  users: 0,
  drives: 0,
  files: 0,
  outsideGrants: 0,
  activities: 0,
  activityEveryMs: 1_000,
  latencyMs: 0,
};
const USERS_PER_PAGE = 500;
const FILES_PER_PAGE = 1_000;
const ACTIVITIES_PER_PAGE = 1_000;
const AUDIT_EVENT_NAMES = 4;
/** how many streams may be read ahead of what is committed: src/lib/limits.ts */
const STREAMS_AT_ONCE = 16;
const KILLS = 5;

const [users = '1000', files = '1000000', activities = '100000'] = process.argv.slice(2);
await night(Number(users));
await baseline(Number(files));
await interrupted(Number(files) / 10);
await auditLog(Number(activities));

async function night(count: number): Promise<void> {
  const entries = Math.ceil(count * 2.5);
  const company: WorkspaceOptions = {
    ...NOTHING,
    users: count,
    drives: Math.ceil(count / 20),
    files: count * 10,
    outsideGrants: count,
    activities: entries,
    activityEveryMs: Math.floor(DAY_MS / 2 / entries),
    latencyMs: 20,
  };
  await withWorkspace(company, async ({ folder, google }) => {
    await measureRun(folder, ['sync', '--no-push']);
    await reset(google);
    const measured = await measureRun(folder, ['sync', '--no-push']);
    const calls = await callsOf(google);
    // The administrator is a user, too. Each reading of the audit log goes back a day.
    const streams = count + 1 + company.drives;
    expectCalls(calls, {
      'users.list': pages(count + 1, USERS_PER_PAGE),
      'domains.list': 1,
      'drives.list': pages(company.drives, 100),
      'changes.list': streams,
      'activities.list': pages(entries, ACTIVITIES_PER_PAGE) + AUDIT_EVENT_NAMES - 1,
    });
    expectCount('new shares', measured.report.found['google-drive'], 0);
    report(`a night of ${number(count)} users and ${company.drives} drives, 20 ms an answer`, {
      measured,
      calls,
    });
  });
}

async function baseline(count: number): Promise<void> {
  const company = filesOf(count);
  await withWorkspace(company, async ({ folder, google }) => {
    const measured = await measureRun(folder, ['sync', '--no-push']);
    const calls = await callsOf(google);
    expectCount('pages of files', calls['files.list'], pagesOfFiles(company));
    expectGrants(folder, company.outsideGrants);
    expectCount('new shares', measured.report.found['google-drive'], 0);
    report(`a first reading of ${number(count)} files`, { measured, calls });
  });
}

/** Killed again and again, then let through: only what was under way at a kill is read twice. */
async function interrupted(count: number): Promise<void> {
  const company = filesOf(count);
  await withWorkspace(company, async ({ folder, google }) => {
    const whole = pagesOfFiles(company);
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const child = startRun(folder, ['sync', '--no-push']);
      const end = once(child, 'close');
      child.stdout?.resume();
      child.stderr?.resume();
      const until = Math.floor((whole * kill) / (KILLS + 1));
      while (child.exitCode === null && ((await callsOf(google))['files.list'] ?? 0) < until) {
        await delay(5);
      }
      child.kill('SIGKILL');
      await end;
    }
    const measured = await measureRun(folder, ['sync', '--no-push']);
    const calls = await callsOf(google);
    const twice = (calls['files.list'] ?? 0) - whole;
    // Of each stream that was under way the page read ahead, of one the page that was not written.
    const twiceMax = KILLS * (STREAMS_AT_ONCE + 1);
    if (twice < 0 || twice > twiceMax) throw new Error(`${twice} pages too many of ${whole}`);
    expectGrants(folder, company.outsideGrants);
    say(`the same of ${number(count)} files, killed ${KILLS} times: ${twice} pages read twice`);
    report('what was left after the last kill', { measured, calls });
  });
}

async function auditLog(count: number): Promise<void> {
  const company: WorkspaceOptions = {
    ...NOTHING,
    detect: 'audit-log',
    users: 1_000,
    files: count,
    activities: count,
  };
  await withWorkspace(company, async ({ folder, google }) => {
    const measured = await measureRun(folder, ['sync', '--no-push']);
    const calls = await callsOf(google);
    expectCount('shares', measured.report.found['google-drive'], count);
    expectGrants(folder, count);
    expectCalls(calls, {
      'users.list': pages(company.users + 1, USERS_PER_PAGE),
      'domains.list': 1,
      'drives.list': 1,
      'activities.list': pages(count, ACTIVITIES_PER_PAGE) + AUDIT_EVENT_NAMES - 1,
      // Each act's file has a name and a link that only Google knows.
      'files.get': count,
    });
    report(`${number(count)} entries of the audit log, each of another file`, { measured, calls });
  });
}

function filesOf(count: number): WorkspaceOptions {
  const outsideGrants = Math.floor(count / 50);
  return { ...NOTHING, detect: 'changes', users: 100, files: count, outsideGrants };
}

/** The administrator has no file, and is answered an empty page. */
function pagesOfFiles({ users: owners, files: all }: WorkspaceOptions): number {
  return owners * pages(all / owners, FILES_PER_PAGE) + 1;
}

function pages(rows: number, perPage: number): number {
  return Math.max(1, Math.ceil(rows / perPage));
}

type Calls = Readonly<Record<string, number>>;

async function callsOf(google: string): Promise<Calls> {
  const answer = await fetch(`${google}/_sandbox/state`);
  const { calls } = (await answer.json()) as { calls: { byMethod: Calls } };
  return calls.byMethod;
}

async function reset(google: string): Promise<void> {
  await fetch(`${google}/_sandbox/reset`, { method: 'POST' });
}

function expectCalls(calls: Calls, expected: Calls): void {
  for (const name of Object.keys({ ...calls, ...expected })) {
    if (name !== 'token') expectCount(name, calls[name], expected[name]);
  }
}

/** One row for each outside grant, and none for anything else. */
function expectGrants(folder: string, count: number): void {
  const db = new Sqlite(join(folder, 'sharetrail.db'), { readonly: true });
  const sql = "select count(*) from 'grant' union all select count(distinct item) from 'grant'";
  for (const found of db.prepare(sql).pluck().all()) expectCount('grants', Number(found), count);
  db.close();
}

function expectCount(what: string, found: number | undefined, expected: number | undefined): void {
  if (found !== expected) throw new Error(`${what}: ${found} instead of ${expected}`);
}

function report(
  what: string,
  { measured, calls }: { readonly measured: Measured; readonly calls: Calls },
): void {
  const { seconds, peakMegabytes, cpuSeconds, report: run } = measured;
  const { token: tokens = 0, ...byMethod } = calls;
  const each = Object.entries(byMethod).map(([name, count]) => `${name} ${number(count)}`);
  say(
    `${what}: ${seconds.toFixed(1)} s, peak ${peakMegabytes.toFixed(0)} MB, ` +
      `${cpuSeconds.toFixed(1)} s of processor time, ${run.outcome}, ` +
      `${number(run.calls.google)} calls (${each.join(', ')}) and ${number(tokens)} tokens`,
  );
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
