import { describe, expect, test } from 'vitest';
import { LeaseLost, StopRequested, UserError } from '../../src/lib/errors.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';
import { RunCounters } from '../../src/runs/counters.ts';
import { logRun } from '../../src/runs/log-run.ts';
import { pushErrors } from '../../src/runs/push-errors.ts';
import { outcomeOf, reportOf } from '../../src/runs/report.ts';
import { runError } from '../../src/runs/stage-errors.ts';

const NOTHING_PUSHED = { delivered: 0, duplicates: 0, rejected: 0, exhausted: 0 };

describe('the errors of pushing in a run that was ended', () => {
  test('give the reason: a requested stop or a lost lease', () => {
    for (const reason of [new StopRequested(), new LeaseLost('tenant acme')]) {
      const stop = { kind: 'stop-requested', reason } as const;
      expect(pushErrors({ ...NOTHING_PUSHED, stop })).toMatchObject([{ message: reason.message }]);
    }
  });
});

describe('the log of a run', () => {
  function logged(cause: Error): string[] {
    const lines: string[] = [];
    const counters = new RunCounters();
    counters.addError(runError('run', cause));
    const facts = { tenant: 'acme', kind: 'sync', outcome: 'partial', pending: 0 } as const;
    const report = reportOf(counters, { ...facts, startedAt: 0, finishedAt: 1 });
    const log = {
      ...silentLogger,
      info: (message: string) => void lines.push(`info ${message}`),
      error: (message: string) => void lines.push(`error ${message}`),
    };
    logRun(log, report);
    return lines;
  }

  test('has no error if a stop was requested', () => {
    expect(logged(new StopRequested())).toEqual(['info asked to stop', 'info run ended']);
  });

  test('control: has one if something went wrong', () => {
    expect(logged(new LeaseLost('tenant acme'))[0]).toMatch(/^error another process took over/);
  });
});

describe('the outcome of a run that read nothing', () => {
  function outcomeWith(...causes: Error[]) {
    const counters = new RunCounters();
    for (const cause of causes) counters.addError(runError('run', cause));
    return outcomeOf(counters, { pushed: undefined, nothingRead: true });
  }

  test('is not failed if all that happened is a requested stop', () => {
    expect(outcomeWith(new StopRequested())).toBe('partial');
  });

  test('control: is failed if anything else went wrong', () => {
    expect(outcomeWith(new LeaseLost('tenant acme'))).toBe('failed');
    expect(outcomeWith(new StopRequested(), new UserError('no login'))).toBe('failed');
    expect(outcomeWith()).toBe('failed');
  });
});

test('an error of a run shows no secret, in its message and in its hint', () => {
  const secret = new Secret('reported-secret/+=');
  const quoted = encodeURIComponent(secret.reveal());
  const cause = new UserError(`refused: ${quoted}`, { hint: `Replace ${quoted}.` });
  expect(runError('salesforce', cause)).toEqual({
    stage: 'salesforce',
    message: 'refused: •••',
    hint: 'Replace •••.',
  });
});
