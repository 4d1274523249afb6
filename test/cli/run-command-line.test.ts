import { describe, expect, it } from 'vitest';
import { type CommandDefinition, EXIT, type Handler, worstExit } from '../../src/cli/command.ts';
import { OVERVIEW } from '../../src/cli/command-line/help-overview.ts';
import { definitions } from '../../src/cli/definitions.ts';
import { failureOf } from '../../src/cli/failure.ts';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import { DatabaseError, RetryableError, StopRequested, UserError } from '../../src/lib/errors.ts';
import { memoryIo } from '../support/cli/memory-io.ts';

const PLAIN = { summary: 's', description: [], arguments: [], options: [], examples: [] };

function runWith(words: readonly string[], handler: Handler, columns?: number) {
  const commands: CommandDefinition[] = [
    { ...PLAIN, name: 'group', exitCodes: {} },
    { ...PLAIN, name: 'group work', exitCodes: {}, load: async () => handler },
  ];
  return runCommands(commands, words, columns);
}

async function runCommands(
  commands: readonly CommandDefinition[],
  words: readonly string[],
  columns?: number,
) {
  const { io, stdout, stderr } = memoryIo(columns === undefined ? {} : { columns });
  const { signal } = new AbortController();
  const code = await runCommandLine({ definitions: commands, words, io, signal, version: '1.2.3' });
  return { code, stdout: stdout(), stderr: stderr() };
}

const fails = (error: unknown) =>
  runWith(['group', 'work'], async () => {
    throw error;
  });

describe('a command that fails', () => {
  it('a UserError: the message, then the hint, exit code 2', async () => {
    const error = new UserError('two\nproblems', { hint: 'Fix them.' });
    expect(await fails(error)).toEqual({
      code: 2,
      stdout: '',
      stderr: 'sharetrail: two\nproblems\nFix them.\n',
    });
    expect(await fails(new DatabaseError('no disk'))).toMatchObject({ code: 2 });
  });

  it('a stop: exit code 1, so that scripts do not take the work as finished', async () => {
    const { code, stderr } = await fails(new StopRequested());
    expect(code).toBe(1);
    expect(stderr).toContain('completed work is kept');
  });

  it('a RetryableError: exit code 1, and not a bug', async () => {
    const { code, stderr } = await fails(new RetryableError('Gong is away'));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'sharetrail: Gong is away\nTry again later.\n',
    });
  });

  it('a bug: its stack and causes, exit code 2', async () => {
    const { code, stderr } = await fails(new TypeError('outer', { cause: new Error('inner') }));
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /this is a bug[\s\S]*TypeError: outer\n {4}at [\s\S]*caused by: Error: inner/,
    );
    expect((await fails('text')).stderr).toContain('thrown: text');
  });

  it('escapes text from outside in the message', () => {
    expect(failureOf(new UserError('a\u001b[2J\nb')).text).toBe('sharetrail: a\\u{1b}[2J\nb\n');
  });

  it('removes the progress line before the message', async () => {
    const work: Handler = async ({ io }) => {
      io.footer('half done');
      throw new UserError('stop');
    };
    const { stderr } = await runWith(['group', 'work'], work, 80);
    expect(stderr).toBe('\r\u001b[Khalf done\r\u001b[Ksharetrail: stop\n');
  });
});

describe('a command that exits at once', () => {
  const ends: Handler = async () => EXIT.success;
  const failing: Handler = () => Promise.reject(new UserError('no port'));

  it.each([
    ['it ends', ends],
    ['it fails', failing],
  ])('does so if %s', async (_how, handler) => {
    const { io } = memoryIo();
    const { signal } = new AbortController();
    const work = { ...PLAIN, name: 'work', exitCodes: {}, load: async () => handler };
    let exits = 0;
    const exitAtOnce = () => {
      exits += 1;
    };
    const common = { words: ['work'], io, signal, version: '1.2.3', exitAtOnce };
    await runCommandLine({ ...common, definitions: [work] });
    expect(exits).toBe(0);
    await runCommandLine({ ...common, definitions: [{ ...work, exitsAtOnce: true }] });
    expect(exits).toBe(1);
  });
});

describe('help and version', () => {
  const never: Handler = async () => {
    throw new Error('was run');
  };

  it.each([['help'], ['--help'], ['-h']])('"%s" prints the overview', async (word) => {
    const result = { code: 0, stdout: OVERVIEW, stderr: '' };
    expect(await runCommands(definitions, [word])).toEqual(result);
    expect(await runCommands(definitions, [word, '--json'])).toEqual(result);
    expect(await runCommands(definitions, ['--json', word])).toEqual(result);
  });

  it.each([['--version'], ['-V']])('"%s" prints the version', async (word) => {
    expect(await runWith([word], never)).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
    expect(await runWith(['--json', word], never)).toMatchObject({ stdout: '1.2.3\n' });
  });

  it.each([[[]], [['group']]])(
    'without a command, %j prints help on standard error, exit code 2',
    async (words) => {
      const { code, stdout, stderr } = await runWith(words, never);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('Usage: sharetrail');
    },
  );
});

describe('the exit code of several tenants', () => {
  it.each([
    [[], EXIT.success],
    [[0, 0], EXIT.success],
    [[0, 3], EXIT.busy],
    [[3, 1, 0], EXIT.needsAttention],
    [[1, 3, 2, 0], EXIT.couldNotRun],
  ] as const)('%j is %d', (codes, worst) => {
    expect(worstExit(codes)).toBe(worst);
  });
});
