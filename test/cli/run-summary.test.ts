import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gongWaitLines } from '../../src/cli/runs/gong-waits.ts';
import { groupErrors } from '../../src/cli/runs/grouped-errors.ts';
import { runLine } from '../../src/cli/runs/run-summary.ts';
import type { RunError } from '../../src/db/run-report.ts';
import { RunCounters } from '../../src/runs/counters.ts';
import { reportOf } from '../../src/runs/report.ts';
import { type CliWorld, startCliWorld, TENANT, writeConfigFile } from '../support/cli-world.ts';

const HINT = 'Check the network.';

function reportWith(tenant: string, ...errors: RunError[]) {
  const counters = new RunCounters();
  for (const error of errors) counters.addError(error);
  const facts = { kind: 'sync', outcome: 'failed', startedAt: 0, finishedAt: 1_000 } as const;
  return reportOf(counters, { ...facts, tenant, pending: 0 });
}

describe('a pause that Gong requested', () => {
  const waiting = (tenant: string, cappedRetryAfterMs?: number) => ({
    ...reportWith(tenant),
    gongWait: { reason: 'paused' as const, ...(cappedRetryAfterMs && { cappedRetryAfterMs }) },
  });

  test('is one line for all its tenants, although their runs are ok', () => {
    expect(gongWaitLines([waiting('a'), reportWith('b'), waiting('c')])).toEqual([
      'a, c: Gong requested a pause, so events wait. See `sharetrail status`.',
    ]);
  });

  test('names a Retry-After that is not believed', () => {
    expect(gongWaitLines([waiting('a', 86_400_000_000)])[0]).toContain(
      'Its Retry-After exceeds 24 hours, so sharetrail waits 24 hours',
    );
  });
});

describe('the errors of several runs', () => {
  test('one that several tenants share is printed once, with their names', () => {
    const error: RunError = { stage: 'gong', message: 'Gong is away', hint: HINT };
    const own: RunError = { stage: 'crm', message: 'other', hint: 'Ask.' };
    const reports = [reportWith('a', error), reportWith('b', error, own), reportWith('c')];
    const grouped = groupErrors(reports);
    expect(grouped.shared).toEqual(['a, b: gong: Gong is away', `  ${HINT}`]);
    expect(reports.map(grouped.own)).toEqual([[], ['  crm: other', '    Ask.'], []]);
  });

  test('messages that differ in a host keep their tenants, and share the hint', () => {
    const errorAt = (host: string): RunError => ({
      stage: 'salesforce',
      message: `${host}: connection refused`,
      hint: HINT,
    });
    const hosts = ['x', 'y', 'x'];
    const reports = hosts.map((host, index) => reportWith(`t${index}`, errorAt(host)));
    expect(groupErrors(reports).shared).toEqual([
      't0, t2: salesforce: x: connection refused',
      't1: salesforce: y: connection refused',
      `  ${HINT}`,
    ]);
  });

  test('control: errors of one tenant stay below its line', () => {
    const error: RunError = { stage: 'gong', message: 'm', hint: HINT };
    const report = reportWith('a', error);
    const { own, shared } = groupErrors([report]);
    expect({ own: own(report), shared }).toEqual({
      own: ['  gong: m', `    ${HINT}`],
      shared: [],
    });
  });

  test('of forty tenants, the first are named and the rest counted', () => {
    const error: RunError = { stage: 'gong', message: 'm', hint: HINT };
    const reports = Array.from({ length: 40 }, (_, index) => reportWith(`t${index}`, error));
    expect(groupErrors(reports).shared[0]).toBe('t0, t1, t2, t3, t4 and 35 more: gong: m');
  });
});

describe('a run that was stopped', () => {
  const stop: RunError = {
    stage: 'run',
    message: 'asked to stop',
    hint: '',
    code: 'stop-requested',
  };

  test('is interrupted, not failed', () => {
    expect(runLine(reportWith('a', stop))).toContain('a: interrupted, in 1 s.');
    expect(runLine(reportWith('a'))).toContain('a: failed, in 1 s.');
  });

  test.each(['', ' --json'])('by Ctrl-C: sync%s', async (json) => {
    await using world = await startCliWorld();
    world.deliver(3);
    const barrier = world.barrier({ vendor: 'salesforce', pathIncludes: '/query' });
    const command = world.start(`sync${json}`);
    await barrier.reached();
    command.kill('SIGINT');
    const { code, stdout, stderr } = await command.ended();
    expect(code).toBe(1);
    if (json === '') {
      expect(stdout).toContain(`${TENANT}: interrupted, in `);
      expect(stdout).not.toContain('failed');
      expect(stderr).toContain('"interrupted":true');
    } else {
      // The contract has no word for an interruption, and nothing failed.
      expect(JSON.parse(stdout)).toMatchObject({ runs: [{ outcome: 'partial' }] });
    }
  });
});

test('an outage of several tenants is one sentence', async () => {
  await using world = await startCliWorld();
  addTenants(world, 8);
  const body = [{ errorCode: 'SERVER_UNAVAILABLE', message: 'Too many requests' }];
  const action = { kind: 'answer', status: 403, body } as const;
  world.sandbox.faults.add({ vendor: 'salesforce', pathIncludes: '/query', action });
  const { code, stdout } = await world.run('sync');
  expect(code).toBe(1);
  expect(stdout.match(/Too many requests/g)).toHaveLength(1);
  expect(stdout.match(/: failed, in /g)).toHaveLength(9);
  expect(stdout).toMatch(/^more-0, more-1, .*: salesforce: .*Too many requests$/m);
});

function addTenants(world: CliWorld, count: number): void {
  const text = readFileSync(join(world.folder, 'tenants', `${TENANT}.yaml`), 'utf8');
  for (let number = 0; number < count; number += 1) {
    const name = `more-${number}`;
    writeConfigFile(
      world,
      `tenants/${name}.yaml`,
      text.replace(`tenant: ${TENANT}`, `tenant: ${name}`),
    );
  }
}
