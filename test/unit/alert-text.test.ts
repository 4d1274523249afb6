import { describe, expect, test } from 'vitest';
import { asTypedWith } from '../../src/cli/hints/as-typed.ts';
import type { RunReport } from '../../src/db/run-report.ts';
import { asInstalled } from '../../src/lib/as-typed.ts';
import { type AlertItem, alertText, type Overdue } from '../../src/service/alert-text.ts';
import { ALERT_LIMITS } from '../../src/service/limits.ts';
import { reportOf } from '../support/alert-rig.ts';

function runItem(tenant: string, changes: Partial<RunReport> = {}): AlertItem {
  return { kind: 'run', report: reportOf(tenant, changes), runs: 1 };
}

function overdueItem(tenant: string, changes: Partial<Overdue> = {}): AlertItem {
  const since = Date.UTC(2026, 10, 1);
  const schedule = { schedule: '0 2 * * *', timezone: 'America/New_York' };
  return { kind: 'overdue', overdue: { tenant, ...schedule, since, ...changes } };
}

test('the text for a run has its tenant, kind, time, counts, errors and hints', () => {
  expect(alertText([runItem('acme')], asInstalled)).toBe(
    [
      'sharetrail: acme failed',
      '',
      'acme: sync, 2026-11-24 02:00 to 2026-11-24 02:03 UTC',
      '15 found, 4 delivered, 0 rejected, 11 waiting for Gong',
      'gong: Gong refused (401): no access',
      '  The key was revoked or has expired.',
      '',
      'To see all tenants, run `sharetrail status`',
    ].join('\n'),
  );
});

test('the text shows commands as the service was started', () => {
  const asTyped = asTypedWith('npx sharetrail', ['start', '--config', '/etc/sharetrail']);
  const hint = 'Run `sharetrail rebind acme` if this is right.';
  const errors = [{ stage: 'salesforce', message: 'another org', hint } as const];
  const text = alertText([runItem('acme', { rejected: 2, errors })], asTyped);
  expect([...text.matchAll(/`([^`]*)`/g)].map(([, command]) => command)).toEqual([
    'npx sharetrail rebind acme --config /etc/sharetrail',
    'npx sharetrail events --state rejected --config /etc/sharetrail',
    'npx sharetrail status --config /etc/sharetrail',
  ]);
});

test('the text for rejected events says how to see them', () => {
  const text = alertText([runItem('acme', { outcome: 'partial', rejected: 2 })], asInstalled);
  expect(text).toContain('sharetrail: acme completed partially');
  expect(text).toContain(
    'To see what was rejected and why, run `sharetrail events --state rejected`',
  );
});

test('the text for an overdue tenant has its last successful run and its schedule', () => {
  const lastGoodAt = Date.UTC(2026, 10, 20, 7, 0, 30);
  expect(alertText([overdueItem('acme', { lastGoodAt })], asInstalled)).toBe(
    [
      'sharetrail: acme had no successful run for two periods',
      '',
      'acme: the last successful run began at 2026-11-20 07:00 UTC; its schedule is "0 2 * * *" ' +
        '(America/New_York)',
      '',
      'To see all tenants, run `sharetrail status`',
    ].join('\n'),
  );
  expect(alertText([overdueItem('acme')], asInstalled)).toContain(
    'no successful run since monitoring began at 2026-11-01 00:00 UTC',
  );
});

describe('the text for several items', () => {
  test('describes a common problem once, with tenant names and sums', () => {
    const names = Array.from({ length: 200 }, (_, index) => `tenant-${index}`);
    const text = alertText(
      [...names.map((name) => runItem(name)), overdueItem('globex')],
      asInstalled,
    );
    expect(text).toContain(
      'sharetrail: 201 tenants need attention ' +
        '(200 failed, 1 had no successful run for two periods)',
    );
    expect(text).toContain('tenant-8, tenant-9 and 190 more tenants: failed');
    expect(text).toContain('3,000 found, 800 delivered, 0 rejected, 2,200 waiting for Gong');
    expect(text.split('Gong refused')).toHaveLength(2);
    expect(text).toContain('globex: no successful run');
  });

  test('counts a tenant with two items once', () => {
    expect(alertText([runItem('acme'), overdueItem('acme')], asInstalled)).toContain(
      'sharetrail: 1 tenant needs attention (1 failed, 1 had no successful run',
    );
  });

  test('describes different problems separately, most frequent first, and names the rest', () => {
    const items = Array.from({ length: 12 }, (_, index) =>
      runItem(`tenant-${index}`, {
        errors: [{ stage: 'crm', message: `problem ${index}`, hint: 'wait' }],
      }),
    );
    const text = alertText([...items, runItem('one'), runItem('two')], asInstalled);
    expect(text.indexOf('one, two: failed')).toBeLessThan(text.indexOf('tenant-0: sync'));
    expect(text).toMatch(/And tenant-7, tenant-8, tenant-9, tenant-10, tenant-11\./);
  });

  test('says how many runs of one tenant an item represents', () => {
    const report = reportOf('acme');
    expect(alertText([{ kind: 'run', report, runs: 12 }], asInstalled)).toContain(
      'UTC (last of 12 runs)',
    );
  });
});

describe('the text for a chat', () => {
  const textWith = (message: string, hint = 'wait') =>
    alertText([runItem('acme', { errors: [{ stage: 'gong', message, hint }] })], asInstalled);

  test.each([
    ['an address', 'recipients[0]: ada.byron@globex.example is no address', /byron|globex/],
    ['an address in a query', "WHERE Email IN ('ada@globex.example')", /ada|globex/],
    ['a public link', 'contentUrl https://acme.file.force.com/sfc/p/secret is long', /secret/],
    ['a quoted name or title', 'title "Offer for Ada Byron" is long', /Byron/],
    ['a quotation in typographic quotes', 'title “Offer for Ada Byron” is long', /Byron/],
  ])('leaves out %s', (_what, message, secret) => {
    expect(textWith(message)).toMatch(/^gong: /m);
    expect(textWith(message)).not.toMatch(secret);
  });

  test('leaves out an address in a hint, but keeps a command', () => {
    const text = textWith('no', 'Ask ada@globex.example, then run "sharetrail check".');
    expect(text).toContain('Ask (address), then run "sharetrail check".');
  });

  test.each(['<!channel>', '@all', '<users/all>', '@here now'])(
    'leaves out a mention from a vendor: %s',
    (mention) => {
      expect(textWith(mention)).not.toMatch(/[<>@]/);
    },
  );

  test('leaves out every part of an address that is cut', () => {
    for (let length = 1_450; length < 1_500; length += 1) {
      const link = `https://a.example/${'l'.repeat(length - 40)}`;
      const text = textWith(`${link} ada.byron@globex.example ${'z'.repeat(500)}`);
      expect(text).not.toMatch(/ada|glob/);
    }
  });

  test('puts an error on one line, and limits its length and the total length', () => {
    const text = textWith(`one\ntwo ${'xxx '.repeat(3_000)}`, 'y '.repeat(10_000));
    expect(text).toContain('gong: one two xxx');
    expect(text.length).toBeLessThan(ALERT_LIMITS.messageLengthMax * 3);
    const errors = Array.from({ length: 3 }, (_, index) => ({
      stage: 'crm' as const,
      message: `${index} ${'x'.repeat(1_000)}`,
      hint: 'y'.repeat(1_000),
    }));
    const many = Array.from({ length: 50 }, (_, index) =>
      runItem(`tenant-${index}`, {
        errors: [{ stage: 'crm', message: `m${index}`, hint: '' }, ...errors],
      }),
    );
    expect(alertText(many, asInstalled)).toHaveLength(ALERT_LIMITS.textLengthMax);
    expect(alertText(many, asInstalled)).toContain('and 1 more error');
  });
});
