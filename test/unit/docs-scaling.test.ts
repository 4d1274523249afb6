import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { CONFIG_LIMITS } from '../../src/config/limits.ts';
import { DATABASE_LIMITS, LEASE_LIMITS, POSTGRES_LIMITS } from '../../src/db/limits.ts';
import { PACE_LIMITS } from '../../src/push/limits.ts';
import { QUEUE_LIMITS } from '../../src/queue/limits.ts';
import { SCHEDULE_LIMITS } from '../../src/scheduler/limits.ts';
import { listProject, readProject } from '../support/tidy/tree.ts';

const project = new Map(readProject().map(({ path, text }) => [path, text]));
const page = (project.get('docs/scaling.md') ?? '').replace(/\s+/g, ' ');
const numbers = new Intl.NumberFormat('en-US');

const CONNECTIONS =
  POSTGRES_LIMITS.connectionsMax +
  QUEUE_LIMITS.connectionsMax +
  POSTGRES_LIMITS.readingConnectionsMax;

/** of 10,000 tenants with N workers and two `start` processes */
function connectionsOf(workers: number): string {
  return numbers.format((workers + 2) * CONNECTIONS);
}

test('the connections are those of the pools', () => {
  expect(page).toContain(`(workers + \`start\` processes) × ${CONNECTIONS}: ten for runs`);
  expect([4, 16, 64].map(connectionsOf)).toEqual(['108', '324', '1,188']);
  expect(page).toContain(
    `${CONNECTIONS} per process: ${connectionsOf(4)} for 4 workers and 2 \`start\` processes, ` +
      `${connectionsOf(16)} for 16 workers, ${connectionsOf(64)} for 64`,
  );
  expect(page).toContain(
    `| database connections | 1 | ${connectionsOf(4)} | ${connectionsOf(16)} |`,
  );
  // 3 of PostgreSQL's own 100 are for administrators.
  expect((3 + 2) * CONNECTIONS).toBeLessThanOrEqual(97);
  expect((4 + 2) * CONNECTIONS).toBeGreaterThan(97);
  expect(page).toContain('set `max_connections` before the fourth worker');
});

test('the limits are those of the program', () => {
  const { tenantsAtOnceMax, tenantFilesMax } = CONFIG_LIMITS;
  expect(page).toContain(`\`tenantsAtOnce\` is at its maximum of ${tenantsAtOnceMax}`);
  expect(page).toContain(`at most ${numbers.format(tenantFilesMax)} tenant files`);
  expect(page).toContain(`version ${POSTGRES_LIMITS.versionMin} or later`);
  expect(page).toContain('jitter of a minute');
  expect(SCHEDULE_LIMITS.jitterMsMax).toBe(60_000);
});

test('the pace of one account is the pacer’s', () => {
  const windowMs = PACE_LIMITS.secondMs + PACE_LIMITS.jitterMs;
  expect(page).toContain(`three calls in ${numbers.format(windowMs)} ms`);
  expect(page).toContain(`events ÷ ${Math.floor((3 * 60_000) / windowMs)}:`);
});

test('the autoscaler does what the page says', () => {
  const { behavior } = parse(project.get('deploy/kubernetes/scaled/autoscaler.yaml') ?? '').spec;
  const { stabilizationWindowSeconds, policies } = behavior.scaleDown;
  expect(policies).toEqual([{ type: 'Pods', value: 1, periodSeconds: 120 }]);
  expect(stabilizationWindowSeconds).toBe(600);
  expect(page).toContain('removes one worker every two minutes at most, and only after ten quiet');
});

test('a killed worker’s run resumes within a minute', () => {
  const { heartbeatSecondsMax, monitorSeconds, retryDelaySeconds, busyDelayMs } = QUEUE_LIMITS;
  const returned = (heartbeatSecondsMax + monitorSeconds + retryDelaySeconds) * 1_000;
  // Then other workers try until the lease has expired.
  const resumed = Math.max(returned, LEASE_LIMITS.leaseMs) + busyDelayMs + QUEUE_LIMITS.pollMs;
  expect(resumed).toBeLessThan(60_000);
  expect(page).toContain('resumes its run within a minute');
  expect(DATABASE_LIMITS.lockWaitMsMax).toBe(LEASE_LIMITS.leaseMs);
});

test('the files and ports that it names exist', () => {
  const paths = new Set(listProject().map(({ path }) => path));
  const folders = [
    'deploy/kubernetes/scaled',
    'deploy/compose',
    'deploy/kubernetes',
    'test/simulate',
    'test/bench',
  ];
  const named = [...page.matchAll(/[`/( ]([\w-]+\.(?:yaml|ts))\b/g)].map((match) => match[1] ?? '');
  expect(named.length).toBeGreaterThan(8);
  const configured = ['sharetrail.yaml'];
  for (const name of named) {
    if (configured.includes(name)) continue;
    const places = folders.map((folder) => `${folder}/${name}`);
    expect(places.concat('deploy/monitoring/prometheus.yaml'), name).toContainEqual(
      expect.toSatisfy((path: string) => path.endsWith(`/${name}`) && paths.has(path)),
    );
  }
  expect(project.get('deploy/compose/compose.yaml')).toContain('127.0.0.1:8080:8080');
  expect(page).toContain('http://127.0.0.1:8080');
});
