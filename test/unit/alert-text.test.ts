import { describe, expect, test } from 'vitest';
import type { RunReport } from '../../src/db/run-report.ts';
import { alertText, type Overdue, type Trouble } from '../../src/service/alert-text.ts';
import { ALERT_LIMITS } from '../../src/service/limits.ts';
import { reportOf } from '../support/alert-rig.ts';

function runTrouble(tenant: string, changes: Partial<RunReport> = {}): Trouble {
  return { kind: 'run', report: reportOf(tenant, changes), runs: 1 };
}

function overdueTrouble(tenant: string, changes: Partial<Overdue> = {}): Trouble {
  const since = Date.UTC(2026, 10, 1);
  const schedule = { schedule: '0 2 * * *', timezone: 'America/New_York' };
  return { kind: 'overdue', overdue: { tenant, ...schedule, since, ...changes } };
}

test('a run: who, how, when, the counts that matter, what went wrong and what to do', () => {
  expect(alertText([runTrouble('acme')])).toBe(
    [
      'sharetrail: acme failed',
      '',
      'acme: sync, 2026-11-24 02:00 to 2026-11-24 02:03 UTC',
      '15 found, 4 delivered, 0 rejected, 11 waiting for Gong',
      'gong: Gong refused (401): no access',
      '  The key was withdrawn or ran out.',
      '',
      'How each tenant stands: sharetrail status',
    ].join('\n'),
  );
});

test('rejected events: how to see them', () => {
  const text = alertText([runTrouble('acme', { outcome: 'partial', rejected: 2 })]);
  expect(text).toContain('sharetrail: acme only partly done');
  expect(text).toContain('What was rejected, and why: sharetrail events --state rejected');
});

test('a tenant without a good run: since when, and by which schedule it should have had one', () => {
  const lastGoodAt = Date.UTC(2026, 10, 20, 7, 0, 30);
  expect(alertText([overdueTrouble('acme', { lastGoodAt })])).toBe(
    [
      'sharetrail: acme without a good run for two of its periods',
      '',
      'acme: the last good run began 2026-11-20 07:00 UTC; its schedule is "0 2 * * *" ' +
        '(America/New_York)',
      '',
      'How each tenant stands: sharetrail status',
    ].join('\n'),
  );
  expect(alertText([overdueTrouble('acme')])).toContain(
    'no good run since it is watched, 2026-11-01 00:00 UTC',
  );
});

describe('several', () => {
  test('what they have in common is told once, with their names and sums', () => {
    const names = Array.from({ length: 200 }, (_, index) => `tenant-${index}`);
    const text = alertText([...names.map((name) => runTrouble(name)), overdueTrouble('globex')]);
    expect(text).toContain(
      'sharetrail: 201 tenants need somebody ' +
        '(200 failed, 1 without a good run for two of its periods)',
    );
    expect(text).toContain('tenant-8, tenant-9 and 190 more tenants: failed');
    expect(text).toContain('3,000 found, 800 delivered, 0 rejected, 2,200 waiting for Gong');
    expect(text.split('Gong refused')).toHaveLength(2);
    expect(text).toContain('globex: no good run');
  });

  test('the same tenant twice is one tenant', () => {
    expect(alertText([runTrouble('acme'), overdueTrouble('acme')])).toContain(
      'sharetrail: 1 tenant needs somebody (1 failed, 1 without',
    );
  });

  test('different troubles are apart, the most frequent first, the rest named', () => {
    const troubles = Array.from({ length: 12 }, (_, index) =>
      runTrouble(`tenant-${index}`, {
        errors: [{ stage: 'crm', message: `trouble ${index}`, hint: 'wait' }],
      }),
    );
    const text = alertText([...troubles, runTrouble('one'), runTrouble('two')]);
    expect(text.indexOf('one, two: failed')).toBeLessThan(text.indexOf('tenant-0: sync'));
    expect(text).toMatch(/And tenant-7, tenant-8, tenant-9, tenant-10, tenant-11\./);
  });

  test('many runs of one tenant: how many the last stands for', () => {
    const report = reportOf('acme');
    expect(alertText([{ kind: 'run', report, runs: 12 }])).toContain('UTC (the last of 12)');
  });
});

describe('a chat is read by many', () => {
  const said = (message: string, hint = 'wait') =>
    alertText([runTrouble('acme', { errors: [{ stage: 'gong', message, hint }] })]);

  test.each([
    ['an address', 'recipients[0]: ada.byron@globex.example is no address', /byron|globex/],
    ['an address in a query', "WHERE Email IN ('ada@globex.example')", /ada|globex/],
    ['a public link', 'contentUrl https://acme.file.force.com/sfc/p/secret is long', /secret/],
    ['a quoted name or title', 'title "Offer for Ada Byron" is long', /Byron/],
    ['a quotation of the other kind', 'title “Offer for Ada Byron” is long', /Byron/],
  ])('%s is left out', (_what, message, secret) => {
    expect(said(message)).toMatch(/^gong: /m);
    expect(said(message)).not.toMatch(secret);
  });

  test('an address in a hint is left out, a command in it stays', () => {
    const text = said('no', 'Ask ada@globex.example, then run "sharetrail check".');
    expect(text).toContain('Ask (address), then run "sharetrail check".');
  });

  test.each(['<!channel>', '@all', '<users/all>', '@here now'])(
    'nothing that a vendor says calls everybody: %s',
    (mention) => {
      expect(said(mention)).not.toMatch(/[<>@]/);
    },
  );

  test('an address that stands where the text is cut leaves no part', () => {
    for (let length = 1_450; length < 1_500; length += 1) {
      const link = `https://a.example/${'l'.repeat(length - 40)}`;
      expect(said(`${link} ada.byron@globex.example ${'z'.repeat(500)}`)).not.toMatch(/ada|glob/);
    }
  });

  test('an error is one line and no longer than a chat bears, and so is the whole', () => {
    const text = said(`one\ntwo ${'xxx '.repeat(3_000)}`, 'y '.repeat(10_000));
    expect(text).toContain('gong: one two xxx');
    expect(text.length).toBeLessThan(ALERT_LIMITS.messageLengthMax * 3);
    const errors = Array.from({ length: 3 }, (_, index) => ({
      stage: 'crm' as const,
      message: `${index} ${'x'.repeat(1_000)}`,
      hint: 'y'.repeat(1_000),
    }));
    const many = Array.from({ length: 50 }, (_, index) =>
      runTrouble(`tenant-${index}`, {
        errors: [{ stage: 'crm', message: `m${index}`, hint: '' }, ...errors],
      }),
    );
    expect(alertText(many)).toHaveLength(ALERT_LIMITS.textLengthMax);
    expect(alertText(many)).toContain('and 1 more error');
  });
});
