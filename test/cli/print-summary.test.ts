import { describe, expect, test } from 'vitest';
import { printDetails } from '../../src/cli/status/print-details.ts';
import { printSummary } from '../../src/cli/status/print-summary.ts';
import { displayWidth } from '../../src/cli/terminal/width.ts';
import { healthOf, worstFirst } from '../../src/operator/health.ts';
import type { QueueStatus } from '../../src/operator/queue-status.ts';
import type { TenantStatus } from '../../src/operator/status.ts';
import type { TenantRow } from '../../src/operator/tenant-row.ts';
import { type MemoryIoOptions, memoryIo } from '../support/cli/memory-io.ts';
import { endedRun, errorOf, STATUS_NOW, tenantStatus } from '../support/tenant-status.ts';

const NO_COLOR = { NO_COLOR: '1' };
const outbox = { held: 1, pending: 12, delivered: 1_204, duplicate: 3, rejected: 0, skipped: 7 };
const oldestPending = STATUS_NOW - 3 * 24 * 60 * 60_000;
const refused = endedRun({ outcome: 'failed', errors: [errorOf('Salesforce refused the login')] });

const NO_QUEUE: QueueStatus = { workers: [], now: STATUS_NOW };

async function summary(
  statuses: readonly TenantStatus[],
  options: MemoryIoOptions & {
    readonly details?: 'all' | 'few';
    readonly queue?: QueueStatus;
  } = {},
): Promise<string[]> {
  const { details = 'few', queue = NO_QUEUE, ...io } = options;
  const memory = memoryIo({ environment: NO_COLOR, ...io });
  const rows: TenantRow[] = statuses.map((status) => ({ status, health: healthOf(status) }));
  await printSummary(memory.io, worstFirst(rows), { now: STATUS_NOW, queue, details });
  return memory.stdout().trimEnd().split('\n');
}

function forty(changes: (number: number) => Partial<TenantStatus> = () => ({})): TenantStatus[] {
  return Array.from({ length: 40 }, (_, number) =>
    tenantStatus({ tenant: `tenant-${number}`, timezone: 'America/New_York', ...changes(number) }),
  );
}

describe('forty tenants', () => {
  const some = forty((number) => ({
    ...(number === 30 && { runs: [refused] }),
    ...(number === 20 && { outbox, oldestPending }),
    gong: { account: `${number}`, callsPerDay: 10_000, callsLeft: 9_000 + number },
  }));

  test.each([undefined, 120, 80, 60, 46])(
    'have one row each, worst first, at %s',
    async (columns) => {
      const lines = await summary(some, columns === undefined ? {} : { columns });
      expect(lines[0]).toMatch(/^tenant +health +last run/);
      const rows = lines.slice(1, 41);
      expect(rows.map((row) => /^tenant-\S+ +(\S+)/.exec(row)?.[1])).toEqual([
        'failed',
        'waiting',
        ...Array(38).fill('ok'),
      ]);
      expect(lines.length).toBeLessThan(65);
      for (const line of lines) {
        expect(displayWidth(line)).toBeLessThanOrEqual(columns ?? Number.POSITIVE_INFINITY);
        expect(line).not.toContain('\u001b');
      }
    },
  );

  test('show times with their zone, or ages if these do not fit', async () => {
    const wide = (await summary(some, { columns: 120 })).join('\n');
    expect(wide).toMatch(/tenant-30 +failed +2026-11-24 02:00 -05:00 +2026-11-24 21:00 -05:00 /);
    expect(wide).toContain('  12 pending (oldest 3 d), 1 held, 1,204');
    const narrow = (await summary(some, { columns: 80 })).join('\n');
    expect(narrow).toMatch(/tenant-30 +failed +5 h ago +in 14 h +1,204 delivered, 7 skipped/);
    expect(narrow).not.toMatch(/\d\d:\d\d/);
    const piped = (await summary(some)).join('\n');
    expect(piped).toContain(
      '12 pending (oldest 3 d), 1 held, 1,204 delivered, 3 duplicate, 7 skipped',
    );
  });

  test('with the same problem share a line that says what to do', async () => {
    const lines = await summary(forty(() => ({ runs: [refused] })));
    expect(lines.slice(42, 45)).toEqual([
      'Needs attention',
      '  tenant-0, tenant-1, tenant-2, tenant-3, tenant-4 and 35 more: salesforce: Salesforce ' +
        'refused the login',
      '    Check salesforce.loginUrl.',
    ]);
  });

  test('with messages that differ in a host share what to do', async () => {
    const lines = await summary(
      forty((number) => {
        const error = errorOf(`tenant-${number}.my.salesforce.com: connection refused`);
        return { runs: [endedRun({ outcome: 'failed', errors: [error] })] };
      }),
    );
    expect(lines.slice(81, 84)).toEqual([
      '  tenant-38: salesforce: tenant-38.my.salesforce.com: connection refused',
      '  tenant-39: salesforce: tenant-39.my.salesforce.com: connection refused',
      '    Check salesforce.loginUrl.',
    ]);
  });
});

describe('the Gong calls left', () => {
  const left = (account: string, callsLeft: number) => ({
    gong: { account, callsPerDay: 10_000, callsLeft },
  });

  test('are shown once per account, with the end of a pause', async () => {
    const gong = { ...left('one', 9_988).gong, pausedUntil: STATUS_NOW };
    const lines = await summary([
      tenantStatus({ tenant: 'a', gong }),
      tenantStatus({ tenant: 'b', ...left('two', 5) }),
      tenantStatus({ tenant: 'c', gong }),
    ]);
    expect(lines.slice(-3)).toEqual([
      'Gong calls left in 24 hours',
      '  a, c: 9,988 of 10,000; Gong paused until 2026-11-24 12:00 UTC',
      '  b: 5 of 10,000',
    ]);
  });

  test('are shown once per limit if tenants limit one account differently', async () => {
    const lower = { account: 'one', callsPerDay: 100, callsLeft: 88 };
    const lines = await summary([tenantStatus(), tenantStatus({ tenant: 'low', gong: lower })]);
    expect(lines.slice(-2)).toEqual(['  low: 88 of 100', '  acme: 9,988 of 10,000']);
  });

  test('of many accounts are listed for those with the fewest; --verbose lists all', async () => {
    const many = forty((number) => left(`${number}`, 9_999 - number));
    const lines = await summary(many);
    expect(lines.slice(-11, -8)).toEqual([
      'Gong calls left in 24 hours',
      '  tenant-39: 9,960 of 10,000',
      '  tenant-38: 9,961 of 10,000',
    ]);
    expect(lines.at(-1)).toBe('  31 other accounts: at least 99 %; --verbose lists them');
    expect((await summary(many, { details: 'all' })).slice(-41, -39)).toEqual([
      'Gong calls left in 24 hours',
      '  tenant-39: 9,960 of 10,000',
    ]);
  });

  test('are unknown without credentials', async () => {
    const lines = await summary([tenantStatus({ gong: { callsPerDay: 10_000 } })]);
    expect(lines.at(-1)).toBe("  acme: unknown: Gong's credentials cannot be read here");
  });
});

test('a tenant with a faulty configuration is a row, too', async () => {
  const { io, stdout } = memoryIo();
  const attention = { message: 'it has a problem', hint: 'Fix it.' };
  await printSummary(io, [{ faulty: 'typo', health: { level: 'faulty', attention } }], {
    now: STATUS_NOW,
    queue: NO_QUEUE,
    details: 'few',
  });
  expect(stdout()).toMatch(/^typo +faulty +- +- +-$/m);
  expect(stdout()).toContain('  typo: it has a problem\n    Fix it.\n');
});

test('backfills in progress are part of the row', async () => {
  const backfill = { tenant: 'acme', source: 'salesforce', since: 0, startedAt: 0, updatedAt: 0 };
  const [, row] = await summary([
    tenantStatus({
      outbox,
      backfills: [{ ...backfill, state: 'reading', isAutomatic: true }],
      history: { settled: 1_200, waiting: 9_800, callsPerDay: 10_000 },
    }),
  ]);
  expect(row).toContain('12 pending, backfill partly read, backfill day 1 of 2, 1 held');
});

test('--verbose shows what the latest run could not read', async () => {
  const { io, stdout } = memoryIo({ environment: NO_COLOR });
  const { report: _, ...running } = endedRun({});
  const runs = [{ ...running, outcome: 'running' }, endedRun({ notes: ['2 items', '1 user'] })];
  await printDetails(io, tenantStatus({ runs }), { streams: [] });
  expect(stdout()).toMatch(/^not read +2 items\n {2,}1 user\n/m);
});

describe('the shared queue', () => {
  const worker = {
    id: '0c1f6f0e-0000-4000-8000-000000000000',
    role: 'worker' as const,
    host: 'node-1',
    startedAt: STATUS_NOW,
    seenAt: STATUS_NOW - 3_000,
    runs: ['acme', 'globex'],
  };

  test('shows which worker does what, and what waits', async () => {
    const workers = [worker, { ...worker, role: 'standby' as const, runs: [] }];
    const depth = { waiting: 2, delayed: 1, active: 2 };
    const lines = await summary([], { queue: { workers, depth, now: STATUS_NOW } });
    expect(lines.slice(lines.indexOf('Workers'))).toEqual([
      'Workers',
      '  node-1 (worker 0c1f6f0e): runs acme, globex; seen 3 s ago',
      '  node-1 (start 0c1f6f0e): idle; seen 3 s ago',
      '  2 runs waiting, 1 delayed',
    ]);
  });

  test('reports runs that no worker takes', async () => {
    const attention = { message: '1 run waits in the queue', hint: 'Start a worker.' };
    const lines = await summary([], { queue: { ...NO_QUEUE, attention } });
    expect(lines).toContain('  1 run waits in the queue');
  });
});
