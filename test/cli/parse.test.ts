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

describe('a command line that holds', () => {
  it('options of every command may stand before and after the command’s name', () => {
    const { definition, ...rest } = run('--tenant a --config ./c events --json --tenant b');
    expect(definition.name).toBe('events');
    expect(rest).toMatchObject({
      arguments: [],
      options: { tenant: ['a', 'b'], config: './c', json: true, limit: 50 },
    });
  });

  it('the longest name wins: a command below another is not its argument', () => {
    expect(run('events show X1').definition.name).toBe('events show');
    expect(run('events show X1').arguments).toEqual(['X1']);
  });

  it('a value may follow a space or an equals sign', () => {
    expect(run('events --state=held').options['state']).toBe('held');
    expect(run('events --state held --limit 10000').options).toMatchObject({ limit: 10_000 });
  });

  it('--no-push is push: false, and without it push is true', () => {
    expect(run('sync --no-push').options['push']).toBe(false);
    expect(run('sync').options['push']).toBe(true);
  });

  it('what stands after -- is no option', () => {
    expect(run('events show -- --json').arguments).toEqual(['--json']);
  });

  it.each([
    ['--version', { kind: 'version' }],
    ['-V', { kind: 'version' }],
    ['', { kind: 'help', command: '', asked: false }],
    ['--json', { kind: 'help', command: '', asked: false }],
    ['-h', { kind: 'help', command: '', asked: true }],
    ['help', { kind: 'help', command: '', asked: true }],
    ['help events show', { kind: 'help', command: 'events show', asked: true }],
    ['help config', { kind: 'help', command: 'config', asked: true }],
    ['events show --help', { kind: 'help', command: 'events show', asked: true }],
    ['--help sync', { kind: 'help', command: 'sync', asked: true }],
    ['config', { kind: 'help', command: 'config', asked: false }],
  ])('"%s"', (line, parsed) => {
    expect(parse(line)).toEqual(parsed);
  });

  function run(line: string) {
    const parsed = parse(line);
    if (parsed.kind !== 'run') throw new Error(`"${line}" runs nothing`);
    return parsed;
  }
});

describe('a command line that is refused', () => {
  it.each([
    ['evnts', 'unknown command "evnts"', 'Did you mean "events"?'],
    ['stat', 'unknown command "stat"', 'Did you mean "status"?'],
    ['frobnicate', 'unknown command "frobnicate"', '"sharetrail help" lists what there is.'],
    ['help evnts', 'unknown command "evnts"', 'Did you mean "events"?'],
    ['events shwo X1', 'unknown command "shwo"', 'Did you mean "show"?'],
    ['help events shwo', 'unknown command "shwo"', 'Did you mean "show"?'],
    ['config schmea', 'unknown command "schmea"', 'Did you mean "schema"?'],
    ['sync --dryrun', 'unknown option "--dryrun"', 'Did you mean "--dry-run"?'],
    ['status --tennant a', 'unknown option "--tennant"', 'Did you mean "--tenant"?'],
    ['status --tennant=a', 'unknown option "--tennant"', 'Did you mean "--tenant"?'],
    ['status --hlep', 'unknown option "--hlep"', 'Did you mean "--help"?'],
    ['--jsno status', 'unknown option "--jsno"', 'Did you mean "--json"?'],
    ['sync -x', 'unknown option "-x"', '"sharetrail help sync" lists what there is.'],
    ['--dry-run sync', '"--dry-run" stands before the command', 'sharetrail sync --dry-run'],
    ['events --limit 3 show X', 'options stand between "events" and "show"', 'events show …'],
    ['sync acme', '"acme" is one word too many', 'help sync'],
    ['events show A B', '"B" is one word too many', 'help events show'],
    ['events show', '"sharetrail events show" needs ID', 'help events show'],
    ['events --state lost', '"--state STATE" cannot be "lost"', 'held, pending, delivered'],
    ['events --limit 0', '"--limit N" cannot be "0"', 'a whole number from 1 to 10,000'],
    ['events --limit 10001', '"--limit N" cannot be "10001"', 'a whole number from 1 to 10,000'],
    ['events --limit 1e3', '"--limit N" cannot be "1e3"', 'a whole number from 1 to 10,000'],
  ])('"%s": %s', (line, message, hint) => {
    const refused = refusal(line.split(' '));
    expect(refused.message).toContain(message);
    expect(refused.hint).toContain(hint);
  });

  it.each([
    ['events', '--limit'],
    ['status', '--tenant', ''],
    ['status', '--config='],
    ['status', '--config', '--json'],
  ])('%s %s without a value', (...words) => {
    expect(refusal(words).message).toMatch(/"--\w+ [A-Z]+" was given no value/);
  });

  it('an option that takes one value is not given two', () => {
    expect(refusal(['events', '--limit', '1', '--limit', '2']).message).toContain('given twice');
  });
});
