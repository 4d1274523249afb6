import { describe, expect, it } from 'vitest';
import { openLogger } from '../../src/cli/logging/logger.ts';
import { rememberSecret, Secret } from '../../src/lib/secret.ts';
import { memoryIo } from '../support/cli/memory-io.ts';
import { ManualClock } from '../support/manual-clock.ts';

const clock = new ManualClock(Date.UTC(2026, 10, 2, 2));

async function log(options: { columns?: number; level?: 'debug' | 'info' | 'silent' } = {}) {
  const { io, stdout, stderr } = memoryIo(
    options.columns === undefined
      ? {}
      : { columns: options.columns, environment: { NO_COLOR: '1' } },
  );
  const logger = await openLogger({ io, clock, level: options.level ?? 'info' });
  return { logger, stdout, stderr };
}

describe('the log in a file or a pipe', () => {
  it('has one JSON object per line, on standard error, with the clock’s time', async () => {
    const { logger, stdout, stderr } = await log();
    logger.child({ tenant: 'acme' }).warn('Gong requires a wait', { seconds: 30 });
    expect(JSON.parse(stderr())).toEqual({
      level: 'warn',
      time: '2026-11-02T02:00:00.000Z',
      tenant: 'acme',
      seconds: 30,
      msg: 'Gong requires a wait',
    });
    expect(stdout()).toBe('');
  });

  it.each([
    ['debug', ['a', 'b']],
    ['info', ['b']],
    ['silent', []],
  ] as const)('at level %s, it has the messages %j', async (level, messages) => {
    const { logger, stderr } = await log({ level });
    logger.debug('a');
    logger.info('b');
    const lines = stderr().split('\n').filter(Boolean);
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(messages);
  });

  it('renames a field that has the name of one of the line’s own', async () => {
    const { logger, stderr } = await log();
    logger.info('kept', { msg: 'x', level: 'y', time: 'z' });
    expect(JSON.parse(stderr())).toMatchObject({
      msg: 'kept',
      level: 'info',
      msg_: 'x',
      level_: 'y',
    });
    expect(stderr().match(/"level":/g)).toHaveLength(1);
  });

  it('takes errors with their causes, big numbers, cycles and very long values', async () => {
    const { logger, stderr } = await log();
    const circle: Record<string, unknown> = {};
    circle['again'] = circle;
    logger.error('odd', {
      err: new Error('outer', { cause: new RangeError('inner') }),
      id: 5_735_823_942_395_824_984n,
      circle,
      many: Array.from({ length: 1_000 }, (_, index) => index),
      long: 'x'.repeat(100_000),
      call: () => {},
      map: new Map([['key', 1]]),
      never: new Date(Number.NaN),
    });
    const line = JSON.parse(stderr());
    expect(line.err).toMatchObject({
      name: 'Error',
      message: 'outer',
      cause: { name: 'RangeError', message: 'inner' },
    });
    expect(line).toMatchObject({ id: '5735823942395824984', map: { key: 1 }, never: null });
    expect(line.many).toHaveLength(100);
    expect(stderr().length).toBeLessThan(20_000);
  });
});

describe('control characters', () => {
  const title = 'a\u009b2J\u202e\u200f\u2066\u2028\u061c\ufeff\u{e0041}\u001b[2J\nb';

  it.each([undefined, 80])(
    'are escaped, and the values stay equal (columns: %s)',
    async (columns) => {
      const { logger, stderr } = await log(columns === undefined ? {} : { columns });
      logger.info(`file ${title}`, { title, [title]: 1, err: new Error(title) });
      const text = stderr().replaceAll('\n  ', '').slice(0, -1);
      expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Bidi_Control}\ufeff\u{e0041}]/u);
      if (columns !== undefined) return;
      expect(JSON.parse(stderr())).toMatchObject({ msg: `file ${title}`, title, [title]: 1 });
    },
  );
});

describe('no secret reaches the log', () => {
  const pem = '-----BEGIN KEY-----\nMIIEvQIBADAN\n-----END KEY-----';

  it.each([undefined, 80])('in any field (columns: %s)', async (columns) => {
    const secret = new Secret('tok/en+value==');
    rememberSecret(pem);
    const { logger, stderr } = await log(columns === undefined ? {} : { columns });
    const bound = logger.child({ bound: `Bearer ${secret.reveal()}` });
    bound.error(`login with ${secret.reveal()} failed`, {
      itself: secret,
      deep: { list: [{ header: secret.reveal() }] },
      [secret.reveal()]: 'as a name',
      err: new Error(`outer ${secret.reveal()}`, { cause: new Error(`inner ${pem}`) }),
      url: new URL(`https://api.example/?key=${secret.reveal()}`),
    });
    expect(stderr()).toContain('•••');
    expect(stderr()).not.toContain('tok/en');
    expect(stderr()).not.toContain('MIIEvQIBADAN');
  });

  it('even if it became known after the field was bound', async () => {
    const { logger, stderr } = await log();
    const bound = logger.child({ response: 'token later-known-value' });
    rememberSecret('later-known-value');
    bound.info('refused');
    expect(stderr()).not.toContain('later-known-value');
  });
});

describe('the log on a terminal', () => {
  it('has readable lines', async () => {
    const { logger, stderr } = await log({ columns: 80 });
    logger.warn('Gong requires a wait', { seconds: 30 });
    expect(stderr()).toMatch(/^\[\d\d:\d\d:\d\d\] WARN: Gong requires a wait \{"seconds":30\}\n$/);
  });

  it('wraps a long line between words, indented', async () => {
    const { logger, stderr } = await log({ columns: 30 });
    logger.warn('Gong requires a wait of some seconds', { seconds: 30 });
    expect(stderr()).toMatch(
      /^\[[\d:]{8}\] WARN: Gong\n {2}requires a wait of some\n {2}seconds \{"seconds":30\}\n$/,
    );
  });

  it('contains no control characters', async () => {
    const { logger, stderr } = await log({ columns: 80 });
    logger.info('evil \u001b[2J\u009b\nfake', { title: 'a\u001b[2J\u202e\nb' });
    expect(stderr().match(/\n/g)).toHaveLength(1);
    expect(stderr().slice(0, -1)).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});
