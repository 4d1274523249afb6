/**
 * Google Drive: a nightly sync without changes, a first sync of many files, and many entries in the
 * audit log. Prints seconds, calls and peak memory; throws if a count is wrong.
 * Arguments: users of the nightly sync, files of the first sync, entries in the audit log, and how many
 * times the audit log is read with and without batches. A part whose number is 0 is left out.
 */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Calls,
  callsOf,
  expectCalls,
  expectGrants,
  pages,
  resetCalls,
} from './drive-calls.ts';
import { expectCount } from './figure.ts';
import {
  type Measured,
  measureRun,
  print,
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
  batches: 'offered',
};
const USERS_PER_PAGE = 500;
const FILES_PER_PAGE = 1_000;
const ACTIVITIES_PER_PAGE = 1_000;
const AUDIT_EVENT_NAMES = 4;
/** streams that are read ahead of the commits: src/sources/drive/limits.ts */
const STREAMS_AT_ONCE = 16;
const KILLS = 5;

const [users = '1000', files = '1000000', activities = '100000', rounds = '1'] =
  process.argv.slice(2);
if (Number(users) > 0) await night(Number(users));
if (Number(files) > 0) {
  await baseline(Number(files));
  await interrupted(Number(files) / 10);
}
if (Number(activities) > 0) await auditLog(Number(activities));

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
    await resetCalls(google);
    const measured = await measureRun(folder, ['sync', '--no-push']);
    const calls = await callsOf(google);
    // The administrator is also a user. Each sync reads the audit log of the last day again.
    const streams = count + 1 + company.drives;
    expectCalls(calls, {
      'users.list': pages(count + 1, USERS_PER_PAGE),
      'domains.list': 1,
      'drives.list': pages(company.drives, 100),
      'changes.list': streams,
      'activities.list': pages(entries, ACTIVITIES_PER_PAGE) + AUDIT_EVENT_NAMES - 1,
    });
    expectCount('new shares', measured.report.found['google-drive'], 0);
    report(
      `a nightly sync of ${number(count)} users and ${company.drives} drives, 20 ms per call`,
      {
        measured,
        calls,
      },
    );
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
    report(`a first sync of ${number(count)} files`, { measured, calls });
  });
}

/** A first sync that is killed several times reads twice only the pages that were in flight. */
async function interrupted(count: number): Promise<void> {
  const company = filesOf(count);
  await withWorkspace(company, async ({ folder, google }) => {
    const all = pagesOfFiles(company);
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const child = startRun(folder, ['sync', '--no-push']);
      const end = once(child, 'close');
      child.stdout?.resume();
      child.stderr?.resume();
      const until = Math.floor((all * kill) / (KILLS + 1));
      while (child.exitCode === null && ((await callsOf(google))['files.list'] ?? 0) < until) {
        await delay(5);
      }
      child.kill('SIGKILL');
      await end;
    }
    const measured = await measureRun(folder, ['sync', '--no-push']);
    const calls = await callsOf(google);
    const twice = (calls['files.list'] ?? 0) - all;
    // Per kill: the page read ahead of each open stream, and one page that was not committed.
    const twiceMax = KILLS * (STREAMS_AT_ONCE + 1);
    if (twice < 0 || twice > twiceMax) throw new Error(`${twice} pages too many of ${all}`);
    expectGrants(folder, company.outsideGrants);
    print(
      `a first sync of ${number(count)} files, killed ${KILLS} times: ${twice} pages read twice`,
    );
    report('the rest after the last kill', { measured, calls });
  });
}

/** In turn within one run: each file alone, as with a Google that has no batches, and together. */
async function auditLog(count: number): Promise<void> {
  for (let round = 1; round <= Number(rounds); round += 1) {
    for (const batches of ['missing', 'offered'] as const) await auditLogRead(count, batches);
  }
}

async function auditLogRead(count: number, batches: WorkspaceOptions['batches']): Promise<void> {
  const company: WorkspaceOptions = {
    ...NOTHING,
    detect: 'audit-log',
    users: 1_000,
    files: count,
    activities: count,
    latencyMs: 20,
    batches,
  };
  await withWorkspace(company, async ({ folder, google }) => {
    const measured = await measureRun(folder, ['sync', '--no-push']);
    const calls = await callsOf(google);
    expectCount('shares', measured.report.found['google-drive'], count);
    expectGrants(folder, count);
    const { batch: _, ...billed } = calls;
    expectCalls(billed, {
      // One more asks which customer the Workspace is of.
      'users.list': pages(company.users + 1, USERS_PER_PAGE) + 1,
      'domains.list': 1,
      'drives.list': 1,
      'activities.list': pages(count, ACTIVITIES_PER_PAGE) + AUDIT_EVENT_NAMES - 1,
      // The audit log has neither the name nor the link of a file.
      'files.get': count,
    });
    const title = `${number(count)} audit log entries, each of another file, 20 ms per request`;
    report(`${title}, batches ${batches}`, { measured, calls });
    const requests = (await requestsTo(google)) - (calls['token'] ?? 0);
    const cpuMs = (measured.cpuSeconds * 1_000 * 1_000) / count;
    print(
      `  ${number(requests)} requests for ${number(measured.report.calls.google)} billed calls, ` +
        `${cpuMs.toFixed(0)} ms of processor time per 1,000 entries`,
    );
  });
}

/** Of every kind, on the wire. */
async function requestsTo(google: string): Promise<number> {
  const response = await fetch(`${google}/_sandbox/state`);
  const { traffic } = (await response.json()) as { traffic: { requests: number } };
  return traffic.requests;
}

function filesOf(count: number): WorkspaceOptions {
  const outsideGrants = Math.floor(count / 50);
  return { ...NOTHING, detect: 'changes', users: 100, files: count, outsideGrants };
}

/** The administrator has no files: one empty page. */
function pagesOfFiles({ users: owners, files: all }: WorkspaceOptions): number {
  return owners * pages(all / owners, FILES_PER_PAGE) + 1;
}

function report(
  what: string,
  { measured, calls }: { readonly measured: Measured; readonly calls: Calls },
): void {
  const { seconds, peakMegabytes, cpuSeconds, report: run } = measured;
  const { token: tokens = 0, ...byMethod } = calls;
  const each = Object.entries(byMethod).map(([name, count]) => `${name} ${number(count)}`);
  print(
    `${what}: ${seconds.toFixed(1)} s, peak ${peakMegabytes.toFixed(0)} MB, ` +
      `${cpuSeconds.toFixed(1)} s of processor time, ${run.outcome}, ` +
      `${number(run.calls.google)} calls (${each.join(', ')}) and ${number(tokens)} tokens`,
  );
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
