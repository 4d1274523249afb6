import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  healthOf,
  LEVELS,
  type Level,
  needsAttention,
  worstFirst,
} from '../../src/operator/health.ts';
import type { TenantStatus } from '../../src/operator/status.ts';
import { endedRun, errorOf, openRun, STATUS_NOW, tenantStatus } from '../support/tenant-status.ts';

const STOP = { stage: 'run', message: 'stopped', hint: 'Again.', code: 'stop-requested' } as const;
const REFUSED = errorOf('Salesforce refused the login: expired authorization code');
const failed = endedRun({ outcome: 'failed', errors: [REFUSED] });
const capped = endedRun({ gongWait: { reason: 'paused', cappedRetryAfterMs: 86_400_000_000 } });
const paused = { ...tenantStatus().gong, pausedUntil: STATUS_NOW + 1 };
const rejections = { count: 2, error: 'contentUrl: must be reachable' };
const outbox = { ...tenantStatus().outbox, pending: 12 };

const cases: readonly [Level, Partial<TenantStatus>][] = [
  ['ok', {}],
  ['new', { runs: [] }],
  ['stopped', { runs: [endedRun({ outcome: 'failed', errors: [STOP] })] }],
  ['stopped', { runs: [endedRun({ outcome: 'partial', errors: [STOP] })] }],
  ['waiting', { outbox }],
  ['waiting', { outbox, gong: paused, runs: [endedRun({ gongWait: { reason: 'paused' } })] }],
  ['running', { runs: [openRun('running'), endedRun({})], outbox }],
  ['running', { runs: [openRun('running'), openRun('died')] }],
  ['running', { runs: [openRun('running')], overdueSince: 0 }],
  [
    'paused',
    { runs: [endedRun({ gongWait: { reason: 'paused' } }), capped], gong: paused, outbox },
  ],
  ['rejected', { rejections, runs: [capped], gong: paused }],
  ['partial', { runs: [endedRun({ outcome: 'partial', errors: [STOP, REFUSED] })], rejections }],
  ['overdue', { overdueSince: 0, runs: [endedRun({ outcome: 'partial', errors: [REFUSED] })] }],
  ['died', { runs: [openRun('died'), endedRun({})], overdueSince: 0 }],
  ['failed', { runs: [failed], overdueSince: 0, rejections }],
  ['failed', { runs: [openRun('running'), failed] }],
];

describe('the health of a tenant', () => {
  test.each(cases)('%s (case %#)', (level, changes) => {
    expect(healthOf(tenantStatus(changes)).level).toBe(level);
  });

  test('covers every level; a faulty configuration has no status', () => {
    const covered = new Set<Level>(['faulty', ...cases.map(([level]) => level)]);
    expect(LEVELS.toSorted()).toEqual([...covered].toSorted());
  });

  test.each(cases)(
    '%s (case %#) names what failed and what to do if it needs attention',
    (_, changes) => {
      const { level, attention } = healthOf(tenantStatus(changes));
      expect(attention !== undefined).toBe(needsAttention(level));
      if (attention === undefined) return;
      expect(attention.message).not.toBe('');
      expect(attention.hint).toMatch(/^[A-Z].*\.$/);
    },
  );
});

test('docs/operations.md lists the levels in order, and which of them need attention', () => {
  const page = readFileSync('docs/operations.md', 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| (yes|no) \|/gm)].map(([, level, needs]) => [
    level,
    needs,
  ]);
  expect(rows).toEqual(LEVELS.map((level) => [level, needsAttention(level) ? 'yes' : 'no']));
});

test('a pause that Gong requested earlier and that has ended needs no attention', () => {
  expect(healthOf(tenantStatus({ runs: [capped] })).level).toBe('ok');
});

test('rejected events can be retried or skipped with the given commands', () => {
  const { hint } = healthOf(tenantStatus({ rejections })).attention ?? {};
  expect(hint).toContain('`sharetrail events retry --state rejected`');
  expect(hint).toContain('`sharetrail events skip --state rejected`');
});

test('the first error is quoted, up to a limit, and the others are counted', () => {
  const runs = [endedRun({ outcome: 'failed', errors: [REFUSED, errorOf('b'), errorOf('c')] })];
  expect(healthOf(tenantStatus({ runs })).attention).toEqual({
    message: `salesforce: ${REFUSED.message} (and 2 other errors)`,
    hint: REFUSED.hint,
  });
  const long = endedRun({ outcome: 'failed', errors: [errorOf('x'.repeat(500))] });
  const { attention } = healthOf(tenantStatus({ runs: [long] }));
  expect(attention?.message).toMatch(/^salesforce: x{159}…$/);
});

test('an unreadable report needs attention if its outcome does', () => {
  const { report: _, ...run } = failed;
  expect(healthOf(tenantStatus({ runs: [run] }))).toMatchObject({
    level: 'failed',
    attention: { message: expect.stringContaining('report is unreadable') },
  });
});

test('tenants are sorted worst first; those of one level keep their order', () => {
  const rows = [...LEVELS, ...LEVELS].toReversed().map((level, at) => ({ health: { level }, at }));
  const sorted = worstFirst(rows);
  expect(sorted.map(({ health }) => health.level)).toEqual(
    LEVELS.flatMap((level) => [level, level]),
  );
  expect(sorted.slice(0, 2).map(({ at }) => at)).toEqual([
    LEVELS.length - 1,
    2 * LEVELS.length - 1,
  ]);
});
