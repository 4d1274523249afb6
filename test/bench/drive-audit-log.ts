/**
 * A first `sync` of Google Drive's audit log, in which each entry is about another file. Only the file
 * itself has its name and link, so each file is read, once. The floor of the time is Google's quota.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { callsOf, expectCalls, expectGrants, pages, resetCalls } from './drive-calls.ts';
import { atMostOfFloor, expectCount, type Figure, figureOf, repeat } from './figure.ts';
import { type Measured, measureRun, type WorkspaceOptions, withWorkspace } from './measure.ts';
import type { Sizes } from './sizes.ts';

const LATENCY_MS = 20;
const USERS = 1_000;
const USERS_PER_PAGE = 500;
const ENTRIES_PER_PAGE = 1_000;
const AUDIT_EVENT_NAMES = 4;
/** Google Drive: units that a project may use each minute, and units of reading one file */
const UNITS_PER_SECOND = 1_000_000 / 60;
const UNITS_PER_FILE = 5;

export async function driveAuditLog({ auditEntries: entries, runs }: Sizes): Promise<Figure[]> {
  const company: WorkspaceOptions = {
    detect: 'audit-log',
    users: Math.min(USERS, entries),
    drives: 0,
    files: entries,
    outsideGrants: 0,
    activities: entries,
    activityEveryMs: 1_000,
    latencyMs: LATENCY_MS,
    batches: 'offered',
  };
  const expected = expectedCalls(company);
  const measured = await withWorkspace(company, ({ folder, google }) =>
    repeat(runs, () => firstSync({ folder, google, entries, expected })),
  );
  const title = `${entries.toLocaleString('en-US')} audit log entries, each of another file`;
  const least = Object.values(expected).reduce((sum, calls) => sum + calls, 0);
  return [
    figureOf({
      title: `${title}, ${LATENCY_MS} ms a response`,
      unit: 's',
      floor: { what: "Google's quota", value: (entries * UNITS_PER_FILE) / UNITS_PER_SECOND },
      runs: measured.map(({ seconds }) => seconds),
      goals: [atMostOfFloor(1)],
    }),
    figureOf({
      title: `calls of ${title}`,
      unit: 'calls',
      floor: { what: 'each page and file once', value: least },
      runs: measured.map(({ report }) => report.calls.google),
      goals: [atMostOfFloor(1)],
    }),
  ];
}

/** The administrator is also a user, and the first sync reads one user more to bind the tenant. */
function expectedCalls({ users, activities }: WorkspaceOptions) {
  return {
    'users.list': pages(users + 1, USERS_PER_PAGE) + 1,
    'domains.list': 1,
    'drives.list': 1,
    'activities.list': pages(activities, ENTRIES_PER_PAGE) + AUDIT_EVENT_NAMES - 1,
    'files.get': activities,
  };
}

async function firstSync({
  folder,
  google,
  entries,
  expected,
}: {
  readonly folder: string;
  readonly google: string;
  readonly entries: number;
  readonly expected: ReturnType<typeof expectedCalls>;
}): Promise<Measured> {
  const file = join(folder, 'sharetrail.db');
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  await resetCalls(google);
  const measured = await measureRun(folder, ['sync', '--no-push']);
  expectCount('shares', measured.report.found['google-drive'], entries);
  expectGrants(folder, entries);
  expectCalls(await callsOf(google), expected);
  return measured;
}
