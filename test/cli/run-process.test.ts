import { closeSync, openSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURE, MAIN, run, start } from '../support/cli/run.ts';

/** as a user of this folder types it */
const NODE = relative(process.cwd(), process.execPath).replace(/^\.\..*/, process.execPath);

describe('the command line as a process', () => {
  it('prints help on standard output and exits with 0', async () => {
    const { code, stdout, stderr } = await run(MAIN, ['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Usage: sharetrail COMMAND [OPTIONS]');
  });

  it('prints the version of package.json', async () => {
    const { default: description } = await import('../../package.json', { with: { type: 'json' } });
    expect(await run(MAIN, ['--version'])).toMatchObject({
      code: 0,
      stdout: `${description.version}\n`,
    });
  });

  it('refuses an unknown command with a suggestion on standard error and exit code 2', async () => {
    expect(await run(MAIN, ['evnts'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'sharetrail: unknown command "evnts"\n' +
        `Did you mean events? See \`${NODE} ${relative(process.cwd(), MAIN)} help\`.\n`,
    });
  });

  it('exits with the command’s own exit code', async () => {
    expect(await run(FIXTURE, ['busy'])).toMatchObject({ code: 3 });
  });

  it('exits at once if the command requires it: nothing that hangs delays it', async () => {
    const { code, stdout } = await run(FIXTURE, ['lingers']);
    expect({ code, end: stdout.slice(-11) }).toEqual({ code: 1, end: '"reached"}\n' });
  });
});

describe('signals', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s stops the command with exit code 1', async (name) => {
    const child = start(FIXTURE, ['waits']);
    await child.printed('ready');
    child.kill(name);
    const { code, stderr } = await child.ended();
    expect(code).toBe(1);
    expect(stderr).toContain('stopped before it finished');
  });

  it('the second signal kills a command that ignores the first', async () => {
    const child = start(FIXTURE, ['stubborn']);
    await child.printed('ready');
    child.kill('SIGTERM');
    await child.printed('signaled');
    child.kill('SIGINT');
    expect(await child.ended()).toMatchObject({ code: 'SIGINT', stderr: '' });
  });
});

describe('output', () => {
  it('exits silently, with its own exit code, when the reader goes away', async () => {
    const child = start(FIXTURE, ['floods']);
    await child.printed('{');
    child.stopReading();
    const { code, stderr } = await child.ended();
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('writes the complete result before it exits', async () => {
    const { code, stdout } = await run(FIXTURE, ['prints-much']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ end: 'reached' });
  });

  it.each([
    [FIXTURE, 'prints-much'],
    [MAIN, '--help'],
  ])('exits with 2 and the reason if the result cannot be written', async (script, word) => {
    const stdout = openSync(MAIN, 'r');
    const { code, stderr } = await run(script, [word], { stdout });
    closeSync(stdout);
    expect(code).toBe(2);
    expect(stderr).toContain('sharetrail: standard output could not be written: EBADF');
  });
});

describe('bugs are reported with exit code 2 and without secrets', () => {
  it('a thrown error', async () => {
    const { code, stderr } = await run(FIXTURE, ['throws-secret']);
    expect(code).toBe(2);
    expect(stderr).toContain('this is a bug in sharetrail');
    expect(stderr).toContain('Error: login with ••• failed\n    at ');
    expect(stderr).not.toContain('s3cret');
  });

  it('a rejected promise that nothing handles', async () => {
    const { code, stderr } = await run(FIXTURE, ['forgets-a-promise']);
    expect(code).toBe(2);
    expect(stderr).toContain('this is a bug in sharetrail');
    expect(stderr).toContain('late •••');
    expect(stderr).not.toContain('s3cret');
  });

  it('a command that never settles does not count as success', async () => {
    const { code, stderr } = await run(FIXTURE, ['never-settles']);
    expect(code).toBe(2);
    expect(stderr).toContain('the command did not finish');
  });
});
