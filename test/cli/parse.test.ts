import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/command-line/parse.ts';
import { UsageError } from '../../src/cli/command-line/usage-error.ts';
import { definitions } from '../../src/cli/definitions.ts';

const parse = (line: string) => parseArguments(definitions, line.split(' ').filter(Boolean));

function refusal(words: readonly string[]) {
  try {
    parseArguments(definitions, words);
  } catch (error) {
    if (error instanceof UsageError) return { message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error(`"${words.join(' ')}" was not refused`);
}

describe('a valid command line', () => {
  it('an option that a command shares with its subcommand belongs to the last one named', () => {
    expect(run('events retry --state held').options['state']).toBe('held');
  });

  it('takes global options before and after the command’s name', () => {
    const { definition, ...rest } = run('--tenant a --config ./c events --json --tenant b');
    expect(definition.name).toBe('events');
    expect(rest).toMatchObject({
      arguments: [],
      options: { tenant: ['a', 'b'], config: './c', json: true, limit: 50 },
    });
  });

  it('takes global options between a command and its subcommand', () => {
    const { definition, ...rest } = run('events --json --tenant a show X1 --tenant b');
    expect(definition.name).toBe('events show');
    expect(rest).toMatchObject({ arguments: ['X1'], options: { json: true, tenant: ['a', 'b'] } });
  });

  it('takes the name of a subcommand for a command, not for an argument', () => {
    expect(run('events show X1').definition.name).toBe('events show');
    expect(run('events show X1').arguments).toEqual(['X1']);
  });

  it('takes a value after a space or an equals sign', () => {
    expect(run('events --state=held').options['state']).toBe('held');
    expect(run('events --state held --limit 10000').options).toMatchObject({ limit: 10_000 });
  });

  it('reads --no-push as push: false; without it, push is true', () => {
    expect(run('sync --no-push').options['push']).toBe(false);
    expect(run('sync').options['push']).toBe(true);
  });

  it('takes words after -- as arguments, not as options', () => {
    expect(run('events show -- --json').arguments).toEqual(['--json']);
  });

  it.each([
    ['--version', { kind: 'version' }],
    ['-V', { kind: 'version' }],
    ['', { kind: 'help', command: '', requested: false }],
    ['--json', { kind: 'help', command: '', requested: false }],
    ['-h', { kind: 'help', command: '', requested: true }],
    ['help', { kind: 'help', command: '', requested: true }],
    ['help events show', { kind: 'help', command: 'events show', requested: true }],
    ['help config', { kind: 'help', command: 'config', requested: true }],
    ['events show --help', { kind: 'help', command: 'events show', requested: true }],
    ['--help sync', { kind: 'help', command: 'sync', requested: true }],
    ['sync -hV', { kind: 'help', command: 'sync', requested: true }],
    ['-hV', { kind: 'help', command: '', requested: true }],
    ['sync --version', { kind: 'version' }],
    ['events show ABC --help', { kind: 'help', command: 'events show', requested: true }],
    ['help events --json', { kind: 'help', command: 'events', requested: true }],
    ['config', { kind: 'help', command: 'config', requested: false }],
  ])('"%s"', (line, parsed) => {
    expect(parse(line)).toEqual(parsed);
  });

  function run(line: string) {
    const parsed = parse(line);
    if (parsed.kind !== 'run') throw new Error(`"${line}" runs nothing`);
    return parsed;
  }
});

describe('an invalid command line', () => {
  it.each([
    ['evnts', 'unknown command "evnts"', 'Did you mean events? ', 'help'],
    ['SYNC', 'unknown command "SYNC"', 'Did you mean sync? ', 'help'],
    ['statu', 'unknown command "statu"', 'Did you mean status? ', 'help'],
    ['stat', 'unknown command "stat"', 'Did you mean start or status? ', 'help'],
    ['frobnicate', 'unknown command "frobnicate"', '', 'help'],
    ['show ABC', 'unknown command "show"', 'Did you mean events show or config show? ', 'help'],
    ['retry ABC', 'unknown command "retry"', 'Did you mean events retry? ', 'help'],
    ['help evnts', 'unknown command "evnts"', 'Did you mean events? ', 'help'],
    [
      'events shwo X1',
      'unknown command "events shwo"',
      'Did you mean events show? ',
      'help events',
    ],
    [
      'events shwo --limit 3',
      'unknown command "events shwo"',
      'Did you mean events show? ',
      'help events',
    ],
    ['evnts --state held', 'unknown command "evnts"', 'Did you mean events? ', 'help'],
    [
      'help events shwo',
      'unknown command "events shwo"',
      'Did you mean events show? ',
      'help events',
    ],
    ['help sync acme', 'unknown command "sync acme"', '', 'help sync'],
    [
      'config schmea',
      'unknown command "config schmea"',
      'Did you mean config schema? ',
      'help config',
    ],
  ])('"%s": %s', (line, message, meant, help) => {
    expect(refusal(line.split(' '))).toEqual({
      message,
      hint: `${meant}See \`sharetrail ${help}\`.`,
    });
  });

  it.each([
    ['sync --dryrun', '--dryrun', 'sync', 'Did you mean --dry-run? '],
    ['sync --dry', '--dry', 'sync', 'Did you mean --dry-run? '],
    ['sync -dry-run', '-dry-run', 'sync', 'Did you mean --dry-run? '],
    ['sync --DRY-RUN', '--DRY-RUN', 'sync', 'Did you mean --dry-run? '],
    ['sync --NO-PUSH', '--NO-PUSH', 'sync', 'Did you mean --no-push? '],
    ['status --tennant=a', '--tennant', 'status', 'Did you mean --tenant? '],
    ['status --hlep', '--hlep', 'status', 'Did you mean --help? '],
    [
      'sync --full --no-full',
      '--no-full',
      'sync',
      'Leave it out: --full is off unless you write it. ',
    ],
    [
      'sync --push',
      '--push',
      'sync',
      'Leave it out: it is the default. The opposite is --no-push. ',
    ],
    ['status --full', '--full', 'status', '--full is an option of sync. '],
    ['sync -x', '-x', 'sync', ''],
  ])('"%s": unknown option %s', (line, flag, name, meant) => {
    expect(refusal(line.split(' '))).toEqual({
      message: `unknown option "${flag}" for "${name}"`,
      hint: `${meant}See \`sharetrail help ${name}\`.`,
    });
  });

  it('an unknown option before the command names no command', () => {
    expect(refusal(['--jsno', 'status'])).toEqual({
      message: 'unknown option "--jsno"',
      hint: 'Did you mean --json? See `sharetrail help`.',
    });
  });

  it.each([
    ['--bad -h', 'unknown option "--bad"'],
    ['-h --bad', 'unknown option "--bad"'],
    ['sync -h --bad', 'unknown option "--bad" for "sync"'],
    ['sync --help extra', 'too many arguments for "sync"'],
    ['events show A B --help', 'too many arguments for "events show"'],
    ['evnts --help', 'unknown command "evnts"'],
    ['--help evnts', 'unknown command "evnts"'],
    ['--version extra', 'unknown command "extra"'],
    ['-V --bad', 'unknown option "--bad"'],
    ['help sync --bad', 'unknown option "--bad" for "help"'],
    ['-hx', 'unknown option "-x"'],
    ['--help events --limit 0', '"0" is not a value of "--limit"'],
    ['sync --help --tenant', '"--tenant" needs a value'],
  ])('"%s" is an error in spite of help or version: %s', (line, message) => {
    expect(refusal(line.split(' ')).message).toContain(message);
  });

  it.each([
    ['sync acme', 'too many arguments for "sync": expected none, but got "acme"', '--tenant NAME'],
    [
      'events show A B',
      'too many arguments for "events show": expected ID, but got 2 words: "A" "B"',
      'sharetrail help events show',
    ],
  ])('"%s": %s', (line, message, hint) => {
    const refused = refusal(line.split(' '));
    expect(refused.message).toBe(message);
    expect(refused.hint).toContain(hint);
  });

  it.each([
    ['events --since 2026-11-30 10:00', '--since 2026-11-30T10:00'],
    ['events --limit 3 --since=2026-11-30 9:05:30 --json', '--since 2026-11-30T09:05:30'],
    ['events --until 2026-11-30 10:00Z --limit 3', '--until 2026-11-30T10:00Z'],
    ['events --until 2026-11-30 10:00 --yes', '--until 2026-11-30T10:00'],
    [
      'backfill --since 2026-11-01 --until 2026-11-30 10:00+01:00',
      '--until 2026-11-30T10:00+01:00',
    ],
    ['backfill --since 2026-11-01 08:00 --until 2026-11-30 10:00', '--since 2026-11-01T08:00'],
    ['rebind acme --since 2026-11-30 10:00', '--since 2026-11-30T10:00'],
    ['rebind --since 2026-11-30 10:00', '--since 2026-11-30T10:00'],
  ])('"%s": the shell has split a time: %s', (line, corrected) => {
    const refused = refusal(line.split(' '));
    expect(refused.message).toMatch(/^"\S+" does not belong to "--\S+ \S+": a time is one word$/);
    expect(refused.hint).toBe(`Write a T between date and time: ${corrected}`);
  });

  it.each([
    ['events --since 2026-11-30 now', 'unknown command "events now"'],
    ['events --since 2026-11-30 10', 'unknown command "events 10"'],
    ['events --since 2026-11-30T10:00 10:00', 'unknown command "events 10:00"'],
    ['events --search 2026-11-30 10:00', 'unknown command "events 10:00"'],
    ['backfill 2026-11-30 10:00', 'too many arguments for "backfill"'],
  ])('"%s" is another mistake: %s', (line, message) => {
    expect(refusal(line.split(' ')).message).toContain(message);
  });

  it.each([
    [
      'events show',
      '"events show" needs ID: the ID of an event, as `sharetrail events` prints it',
      'Example: `sharetrail events show ID`.',
    ],
    [
      'forget',
      '"forget" needs EMAIL: the person’s email address',
      'Example: `sharetrail forget ada@globex.example`.',
    ],
    [
      'backup',
      '"backup" needs FILE: the path of the copy; its folder must exist',
      'Example: `sharetrail backup /var/backups/sharetrail.db`.',
    ],
  ])('"%s" says what is missing, and where it comes from', (line, message, hint) => {
    const refused = refusal(line.split(' '));
    expect(refused.message).toBe(message);
    expect(refused.hint).toContain(hint);
  });

  it.each([
    ['--dry-run sync', '"--dry-run" comes before the command', '`sharetrail sync --dry-run`'],
    ['--dry-run backfill', '"--dry-run" comes before', '`sharetrail backfill --dry-run`'],
    ['--state=held events', '"--state" comes before', '`sharetrail events --state=held`'],
    ['events --limit 3 show X', '"--limit" comes between "events" and "show"', 'help events show'],
  ])('"%s": %s', (line, message, hint) => {
    const refused = refusal(line.split(' '));
    expect(refused.message).toContain(message);
    expect(refused.hint).toContain(hint);
  });

  it.each([
    ['--state', 'lost', 'It must be one of held, pending, delivered,'],
    ['--state', 'rejeted', 'Did you mean rejected? It must be one of'],
    ['--state', 'Held', 'Did you mean held?'],
    ['--limit', '0', 'It must be a whole number from 1 to 10,000.'],
    ['--limit', '-1', 'It must be a whole number from 1 to 10,000.'],
    ['--limit', '10001', 'It must be a whole number from 1 to 10,000.'],
    ['--limit', '1e3', 'It must be a whole number from 1 to 10,000.'],
  ])('events %s %s: %s', (flag, value, allowed) => {
    const { message, hint } = refusal(['events', flag, value]);
    expect(message).toBe(`"${value}" is not a value of "${flag}"`);
    expect(hint).toContain(allowed);
  });

  it.each([
    [['events', '--limit'], '"--limit" needs a value', 'Write --limit N.'],
    [
      ['sync', '--tenant', '--json'],
      '"--tenant" needs a value, not the option "--json"',
      'Write --tenant NAME.',
    ],
    [
      ['sync', '--tenant', '-h'],
      '"--tenant" needs a value, not the option "-h"',
      'Write --tenant NAME.',
    ],
    [
      ['status', '--tenant', ''],
      '"--tenant" needs a value, but it is empty',
      'Write --tenant NAME.',
    ],
    [['status', '--config='], '"--config" needs a value, but it is empty', 'Write --config DIR.'],
    [
      ['status', '--config', ' '],
      '"--config" needs a value, but it is empty',
      'Write --config DIR.',
    ],
    [['status', '--json=true'], '"--json" takes no value', 'Write --json alone.'],
  ])('%j: %s', (words, message, hint) => {
    expect(refusal(words)).toEqual({ message, hint });
  });

  it.each([
    ['events --limit 1 --limit 2', 'limit'],
    ['events --limit 50 --limit 2', 'limit'],
    ['--config a events --config b', 'config'],
  ])('"%s": an option with one value can be given only once', (line, name) => {
    expect(refusal(line.split(' ')).message).toBe(
      `"--${name}" is given twice, but takes one value`,
    );
  });
});
