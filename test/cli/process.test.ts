import { closeSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FIXTURE, MAIN, run, start } from '../support/cli/run.ts';

describe('the command line as a process', () => {
  it('answers help on standard output and ends with 0', async () => {
    const { code, stdout, stderr } = await run(MAIN, ['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Usage: sharetrail COMMAND');
  });

  it('prints the version of package.json', async () => {
    const { default: description } = await import('../../package.json', { with: { type: 'json' } });
    expect(await run(MAIN, ['--version'])).toMatchObject({
      code: 0,
      stdout: `${description.version}\n`,
    });
  });

  it('refuses an unknown command on standard error, with the nearest one and exit code 2', async () => {
    expect(await run(MAIN, ['evnts'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'sharetrail: unknown command "evnts"\n' +
        'Did you mean "events"? "sharetrail help" lists what there is.\n',
    });
  });

  it('hands a command’s own exit code on', async () => {
    expect(await run(FIXTURE, ['held'])).toMatchObject({ code: 3 });
  });
});

describe('signals', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s asks the command to stop: exit code 1',
    async (name) => {
      const child = start(FIXTURE, ['waits']);
      await child.printed('ready');
      child.kill(name);
      const { code, stderr } = await child.ended();
      expect(code).toBe(1);
      expect(stderr).toContain('stopped before it was done');
    },
  );

  it('the first leaves a command that goes on alone; the second ends it, as it would have', async () => {
    const child = start(FIXTURE, ['stubborn']);
    await child.printed('ready');
    child.kill('SIGTERM');
    await child.printed('asked');
    child.kill('SIGINT');
    expect(await child.ended()).toMatchObject({ code: 'SIGINT', stderr: '' });
  });
});

describe('output', () => {
  it('ends quietly, with its own exit code, when the reader goes away', async () => {
    const child = start(FIXTURE, ['floods']);
    await child.printed('{');
    child.stopReading();
    const { code, stderr } = await child.ended();
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('writes an answer whole before it ends', async () => {
    const { code, stdout } = await run(FIXTURE, ['answers-much']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ end: 'reached' });
  });

  it('says that the answer could not be written: exit code 2', async () => {
    const stdout = openSync(MAIN, 'r');
    const { code, stderr } = await run(FIXTURE, ['answers-much'], { stdout });
    closeSync(stdout);
    expect(code).toBe(2);
    expect(stderr).toContain('sharetrail: standard output could not be written: EBADF');
  });
});

describe('bugs end loudly, with exit code 2 and without secrets', () => {
  it('a thrown error', async () => {
    const { code, stderr } = await run(FIXTURE, ['throws-secret']);
    expect(code).toBe(2);
    expect(stderr).toContain('this is a bug in sharetrail');
    expect(stderr).toContain('Error: login with ••• failed\n    at ');
    expect(stderr).not.toContain('s3cret');
  });

  it('a forgotten promise that fails', async () => {
    const { code, stderr } = await run(FIXTURE, ['forgets-a-promise']);
    expect(code).toBe(2);
    expect(stderr).toContain('this is a bug in sharetrail');
    expect(stderr).toContain('late •••');
    expect(stderr).not.toContain('s3cret');
  });

  it('a command that never settles is not taken for one that went well', async () => {
    const { code, stderr } = await run(FIXTURE, ['never-settles']);
    expect(code).toBe(2);
    expect(stderr).toContain('the command did not end');
  });
});
