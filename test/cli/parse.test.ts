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
    ['evnts', "unknown command 'evnts'\n(Did you mean events?)", 'help'],
    ['statu', "unknown command 'statu'\n(Did you mean status?)", 'help'],
    ['stat', "unknown command 'stat'\n(Did you mean start?)", 'help'],
    ['frobnicate', "unknown command 'frobnicate'", 'help'],
    ['help evnts', "unknown command 'evnts'\n(Did you mean events?)", 'help'],
    ['evnts --help', "unknown command 'evnts'\n(Did you mean events?)", 'help'],
    ['events shwo X1', "unknown command 'shwo'\n(Did you mean show?)", 'help events'],
    ['help events shwo', "unknown command 'shwo'\n(Did you mean show?)", 'help events'],
    ['config schmea', "unknown command 'schmea'\n(Did you mean schema?)", 'help config'],
    ['sync --dryrun', "unknown option '--dryrun'\n(Did you mean --dry-run?)", 'help sync'],
    ['status --tennant a', "unknown option '--tennant'\n(Did you mean --tenant?)", 'help status'],
    ['status --tennant=a', "unknown option '--tennant=a'\n(Did you mean --tenant?)", 'help status'],
    ['status --hlep', "unknown option '--hlep'\n(Did you mean --help?)", 'help status'],
    ['--jsno status', "unknown option '--jsno'\n(Did you mean --json?)", 'help'],
    ['sync -x', "unknown option '-x'", 'help sync'],
    [
      'sync acme',
      "too many arguments for 'sync'. Expected 0 arguments but got 1: acme.",
      'help sync',
    ],
    ['events show A B', 'Expected 1 argument but got 2: A, B.', 'help events show'],
    ['events show', "missing required argument 'ID'", 'help events show'],
    ['events --limit', "option '--limit N' argument missing", 'help events'],
  ])('"%s": %s', (line, message, help) => {
    const { message: shown, hint } = refusal(line.split(' '));
    expect(shown).toContain(message);
    expect(hint).toBe(`See "sharetrail ${help}".`);
  });

  it.each([
    ['--dry-run sync', '"--dry-run" comes before the command', 'sharetrail sync --dry-run'],
    ['--state=held events', '"--state" comes before the command', 'sharetrail events --state'],
    ['events --limit 3 show X', '"--limit" comes between "events" and "show"', 'events show …'],
    ['events --json show X', '"--json" comes between "events" and "show"', 'events show …'],
  ])('"%s": %s', (line, message, hint) => {
    const refused = refusal(line.split(' '));
    expect(refused.message).toBe(message);
    expect(refused.hint).toContain(hint);
  });

  it.each([
    ['--state', 'lost', 'Allowed choices are held, pending, delivered,'],
    ['--limit', '0', 'It must be a whole number from 1 to 10,000.'],
    ['--limit', '10001', 'It must be a whole number from 1 to 10,000.'],
    ['--limit', '1e3', 'It must be a whole number from 1 to 10,000.'],
  ])('events %s %s: %s', (flag, value, allowed) => {
    const { message } = refusal(['events', flag, value]);
    expect(message).toMatch(new RegExp(`^option '${flag} [A-Z]+' argument '${value}' is invalid`));
    expect(message).toContain(allowed);
  });

  it.each([
    ['status', '--tenant', ''],
    ['status', '--config='],
    ['status', '--config', '--json'],
  ])('%s %s without a value', (...words) => {
    expect(refusal(words).message).toMatch(
      /^option '--\w+ [A-Z]+' argument '.*' is invalid\. The value is missing\.$/,
    );
  });

  it.each([
    ['events --limit 1 --limit 2', 'limit'],
    ['events --limit 50 --limit 2', 'limit'],
    ['--config a events --config b', 'config'],
  ])('"%s": an option with one value can be given only once', (line, name) => {
    const { message } = refusal(line.split(' '));
    expect(message).toContain(`'--${name}`);
    expect(message).toContain('The option can be given only once.');
  });
});
