import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { requireConfirmation } from '../../src/cli/terminal/confirm.ts';
import { type InputStream, openIo } from '../../src/cli/terminal/io.ts';
import { memoryStream } from '../support/cli/memory-io.ts';

interface Asked {
  readonly answer?: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly withoutTerminal?: 'continue' | 'refuse';
}

/** With an answer, the question is on a terminal. */
async function ask({ answer, options = {}, withoutTerminal = 'refuse' }: Asked) {
  const columns = answer === undefined ? undefined : 80;
  const [stdout, stderr] = [memoryStream(columns), memoryStream(columns)];
  const input: InputStream = Object.assign(new PassThrough(), { isTTY: columns !== undefined });
  const io = openIo({
    stdin: () => input,
    stdout: stdout.stream,
    stderr: stderr.stream,
    environment: {},
  });
  if (answer !== undefined) (input as unknown as PassThrough).end(`${answer}\n`);
  const { signal } = new AbortController();
  const done = requireConfirmation(
    { io, options, signal, arguments: [] },
    { text: '2 events will be skipped.', withoutTerminal },
  );
  const outcome = await done.then(
    () => 'agreed',
    (error: Error) => error.message,
  );
  return { outcome, stderr: stderr.text() };
}

test.each(['y', 'yes', 'YES', ' y '])('%j on a terminal agrees', async (answer) => {
  const { outcome, stderr } = await ask({ answer });
  expect(outcome).toBe('agreed');
  expect(stderr).toBe('2 events will be skipped.\nContinue? [y/N] ');
});

test.each(['n', '', 'yep', 'no'])('%j on a terminal declines', async (answer) => {
  expect((await ask({ answer })).outcome).toBe('nothing changed');
});

test('without a terminal, it refuses, unless the command line is the confirmation', async () => {
  expect((await ask({})).outcome).toContain('there is no terminal');
  expect((await ask({ withoutTerminal: 'continue' })).outcome).toBe('agreed');
});

test('--yes agrees, and what changes is still shown', async () => {
  const { outcome, stderr } = await ask({ options: { yes: true } });
  expect({ outcome, stderr }).toEqual({ outcome: 'agreed', stderr: '2 events will be skipped.\n' });
  expect((await ask({ answer: 'n', options: { yes: true } })).outcome).toBe('agreed');
});
