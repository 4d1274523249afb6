/**
 * A nightly `sync` of one tenant with both sources and nothing new, as a complete process. The floor
 * of its time is an empty Node process; the floor of its calls is one per thing to look at.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { pages } from './drive-calls.ts';
import { atMost, atMostOfFloor, type Figure, figureOf, median, repeat } from './figure.ts';
import { type Measured, measureRun, type WorkspaceOptions, withWorkspace } from './measure.ts';
import type { Sizes } from './sizes.ts';

const FILES_PER_USER = 10;
const USERS_PER_PAGE = 500;
const AUDIT_EVENT_NAMES = 4;
/** which org it is, and deliveries that are new or changed */
const SALESFORCE_CALLS = 2;

export async function quietRun({ quietUsers: users, runs }: Sizes): Promise<Figure[]> {
  const company: WorkspaceOptions = {
    detect: 'both',
    users,
    drives: 1,
    files: users * FILES_PER_USER,
    outsideGrants: users,
    activities: users,
    activityEveryMs: 60_000,
    latencyMs: 0,
    batches: 'offered',
  };
  const measured = await withWorkspace(company, async ({ folder }) => {
    await measureRun(folder, ['sync', '--no-push']);
    return repeat(runs, () => quiet(folder));
  });
  const empty = await repeat(runs, emptyProcess);
  return [
    figureOf({
      title: 'quiet run of one tenant, with its start-up',
      unit: 's',
      floor: { what: 'an empty Node process', value: median(empty.map((one) => one.seconds)) },
      runs: measured.map(({ seconds }) => seconds),
      goals: [atMost(1)],
    }),
    figureOf({
      title: 'calls of a quiet run',
      unit: 'calls',
      floor: { what: 'one per thing to look at', value: leastCalls(company) },
      runs: measured.map(({ report: { calls } }) => calls.salesforce + calls.google + calls.gong),
      goals: [atMostOfFloor(1)],
    }),
    figureOf({
      title: 'peak memory of a quiet run',
      unit: 'MB',
      floor: {
        what: 'an empty Node process',
        value: median(empty.map((one) => one.peakMegabytes)),
      },
      runs: measured.map(({ peakMegabytes }) => peakMegabytes),
      goals: [],
    }),
  ];
}

async function quiet(folder: string): Promise<Measured> {
  const measured = await measureRun(folder, ['sync', '--no-push']);
  const { outcome, found, queued } = measured.report;
  const count = found.salesforce + found['google-drive'] + queued;
  if (outcome !== 'ok' || count > 0) throw new Error(`not a quiet run: ${outcome}, ${count} found`);
  return measured;
}

/** The administrator is also a user. A list that does not fit one page takes several calls. */
function leastCalls({ users, drives, activities }: WorkspaceOptions): number {
  const directory = pages(users + 1, USERS_PER_PAGE) + 1;
  const changeLogs = users + 1 + drives;
  const auditLog = pages(activities, 1_000) + AUDIT_EVENT_NAMES - 1;
  return SALESFORCE_CALLS + directory + pages(drives, 100) + changeLogs + auditLog;
}

async function emptyProcess(): Promise<Pick<Measured, 'seconds' | 'peakMegabytes'>> {
  const startedAt = performance.now();
  const words = ['--print', 'process.resourceUsage().maxRSS / 1024'];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  const seconds = (performance.now() - startedAt) / 1_000;
  return { seconds, peakMegabytes: Number(stdout) };
}
