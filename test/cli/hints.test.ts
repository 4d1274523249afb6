import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { asTypedWith } from '../../src/cli/hints/as-typed.ts';
import { commandPrefix, type ProcessStart } from '../../src/cli/hints/command-prefix.ts';
import { openLogger } from '../../src/cli/logging/logger.ts';
import { openIo } from '../../src/cli/terminal/io.ts';
import { writeError, writeParagraph } from '../../src/cli/terminal/write.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { explanationsJson } from '../../src/operator/explanation-json.ts';
import { reportJson } from '../../src/operator/report-json.ts';
import type { StoredEvent } from '../../src/outbox/outbox-event.ts';
import { RunCounters } from '../../src/runs/counters.ts';
import { reportOf } from '../../src/runs/report.ts';
import { memoryStream } from '../support/cli/memory-io.ts';
import { MAIN, run } from '../support/cli/run.ts';
import { newEvent } from '../support/events.ts';

const NPM = {
  npm_lifecycle_event: 'sharetrail',
  npm_command: 'run-script',
  npm_config_user_agent: 'npm/11.6.0 node/v24.0.0 linux x64',
  npm_config_local_prefix: '/opt/sharetrail',
  INIT_CWD: '/opt/sharetrail/docs',
};
const BIN = '/srv/app/node_modules/.bin/sharetrail';

function prefixOf(start: Partial<ProcessStart>, ...files: string[]): string {
  return commandPrefix({
    script: '/opt/sharetrail/src/main.ts',
    node: 'node',
    nodeOptions: [],
    workingDirectory: '/opt/sharetrail',
    environment: {},
    isFile: (path) => files.includes(path),
    ...start,
  });
}

describe('the prefix of commands in hints is the one that started the process', () => {
  test.each<[string, string, Partial<ProcessStart>]>([
    ['npm run', 'npm run -s sharetrail --', { environment: NPM }],
    [
      'the demo script',
      'npm run -s sharetrail --',
      { environment: { ...NPM, npm_lifecycle_event: 'demo' } },
    ],
    [
      'npm from another folder',
      "npm --prefix '/opt/my sharetrail' run -s sharetrail --",
      { environment: { ...NPM, npm_config_local_prefix: '/opt/my sharetrail', INIT_CWD: '/root' } },
    ],
    [
      'pnpm',
      'pnpm -s run sharetrail',
      {
        environment: { ...NPM, npm_config_user_agent: 'pnpm/10.0.0 npm/? node/v24.0.0 linux x64' },
      },
    ],
    [
      'node --run',
      'node --run sharetrail --',
      { environment: { NODE_RUN_SCRIPT_NAME: 'sharetrail' } },
    ],
    ['a path', 'node src/main.ts', {}],
    [
      'a path with options of Node',
      "node '--env-file=my env' src/main.ts",
      { nodeOptions: ['--env-file=my env'] },
    ],
    [
      'a path to Node, as systemd calls it',
      'node_modules/.bin/node src/main.ts',
      { node: '/opt/sharetrail/node_modules/.bin/node' },
    ],
    [
      'a path outside of the working directory',
      "/usr/local/bin/node '/opt/my sharetrail/dist/main.js'",
      {
        node: '/usr/local/bin/node',
        script: '/opt/my sharetrail/dist/main.js',
        workingDirectory: '/root',
      },
    ],
    [
      'another script of npm',
      'node src/main.ts',
      { environment: { ...NPM, npm_lifecycle_event: 'test' } },
    ],
    ['a bin', 'node_modules/.bin/sharetrail', { script: BIN, workingDirectory: '/srv/app' }],
    ['a bin of another folder', BIN, { script: BIN, workingDirectory: '/root' }],
    [
      'a bin in the working directory',
      './sharetrail',
      { script: '/srv/sharetrail', workingDirectory: '/srv' },
    ],
    [
      'npx',
      'npx sharetrail',
      { script: BIN, environment: { npm_lifecycle_event: 'npx', npm_command: 'exec' } },
    ],
    [
      'npx of a package that is not installed',
      'npx sharetrail',
      {
        script: '/root/.npm/_npx/0123456789abcdef/node_modules/.bin/sharetrail',
        environment: { npm_lifecycle_event: 'npx', npm_command: 'exec' },
      },
    ],
    [
      'a container',
      'docker run --rm sharetrail:0.1.0',
      {
        script: '/app/dist/main.js',
        workingDirectory: '/data',
        environment: { SHARETRAIL_COMMAND: 'docker run --rm sharetrail:0.1.0' },
      },
    ],
    [
      'a container that does not say how it is run',
      'node /app/dist/main.js',
      {
        script: '/app/dist/main.js',
        workingDirectory: '/data',
        environment: { SHARETRAIL_COMMAND: '' },
      },
    ],
  ])('%s: %s', (_name, prefix, start) => {
    expect(prefixOf(start)).toBe(prefix);
  });

  test('a program on the PATH is named alone only if the PATH finds that program', () => {
    const script = '/usr/local/bin/sharetrail';
    const environment = { PATH: '/usr/bin:/usr/local/bin' };
    expect(prefixOf({ script, environment }, script)).toBe('sharetrail');
    expect(prefixOf({ script, environment }, script, '/usr/bin/sharetrail')).toBe(script);
    expect(prefixOf({ script, environment: { PATH: '/usr/bin' } }, script)).toBe(script);
  });
});

describe('a command in a hint', () => {
  const typed = (line: string, text: string) =>
    asTypedWith('npm run -s sharetrail --', line.split(' '))(text);

  test.each([
    ['sync', 'Run `sharetrail events`.', 'Run `npm run -s sharetrail -- events`.'],
    [
      'sync --config ./c --tenant a --tenant=b --tenant a',
      'Run `sharetrail events --state rejected` or `sharetrail sync`.',
      'Run `npm run -s sharetrail -- events --state rejected --config ./c --tenant a --tenant b` or ' +
        '`npm run -s sharetrail -- sync --config ./c --tenant a --tenant b`.',
    ],
    ['--config=c --bad', '`sharetrail help sync`', '`npm run -s sharetrail -- help sync`'],
    [
      'backup --config c --tenant a x',
      '`sharetrail backup FILE`',
      '`npm run -s sharetrail -- backup FILE --config c`',
    ],
    [
      'sync --config c --tenant a',
      '`sharetrail sync --tenant b --config=d`',
      '`npm run -s sharetrail -- sync --tenant b --config=d`',
    ],
    ['sync --tenant a --tenant b', '`sharetrail rebind a`', '`npm run -s sharetrail -- rebind a`'],
    ['events show -- --config c', '`sharetrail events`', '`npm run -s sharetrail -- events`'],
    ['sync --config --tenant', '`sharetrail events`', '`npm run -s sharetrail -- events`'],
    [
      'sync --config c',
      '`sharetrailer x` and sharetrail sync',
      '`sharetrailer x` and sharetrail sync',
    ],
  ])('of "%s": %s', (line, text, shown) => {
    expect(typed(line, text)).toBe(shown);
  });

  test('quotes what a shell would take apart', () => {
    const asTyped = asTypedWith('sharetrail', ['sync', '--config', "/srv/our team's $HOME"]);
    expect(asTyped('`sharetrail status`')).toBe(
      "`sharetrail status --config '/srv/our team'\\''s $HOME'`",
    );
  });

  test('stays in one line of a narrow terminal, so that it can be copied', async () => {
    const stdout = memoryStream(40);
    const stderr = memoryStream(40);
    const asTyped = asTypedWith('npm run -s sharetrail --', ['--config', './c']);
    const io = openIo({ stdout: stdout.stream, stderr: stderr.stream, environment: {}, asTyped });
    const text = 'One event was rejected. Run `sharetrail events --state rejected` to see why.';
    writeError(io, text);
    await writeParagraph(io, text);
    const command = '`npm run -s sharetrail -- events --state rejected --config ./c`';
    expect(stderr.text()).toBe(`One event was rejected. Run\n${command}\nto see why.\n`);
    expect(stdout.text()).toBe(stderr.text());
  });

  test('is rendered in the sentences of an explanation, also in JSON', () => {
    const asTyped = asTypedWith('npx sharetrail', ['--config', './c']);
    const sentences = ['Run `sharetrail sync --full`.'];
    const expected = ['Run `npx sharetrail sync --full --config ./c`.'];
    const event = { ...newEvent('one'), sharedAt: 0 } as StoredEvent;
    const explanations = [{ tenant: 'acme', event, sentences }];
    expect(explanationsJson(explanations, asTyped)).toMatchObject([{ sentences: expected }]);
    const absences = [{ tenant: 'acme', sentences }];
    expect(explanationsJson(absences, asTyped)).toMatchObject([{ sentences: expected }]);
  });

  test('is rendered in the hints of a run’s report and of log lines, where messages are data', async () => {
    const asTyped = asTypedWith('npx sharetrail', []);
    const counters = new RunCounters();
    const hint = 'Run `sharetrail events`.';
    counters.addError({ stage: 'gong', message: 'm', hint });
    const facts = {
      tenant: 'a',
      kind: 'sync',
      outcome: 'ok',
      startedAt: 0,
      finishedAt: 0,
      pending: 0,
    } as const;
    const { errors } = reportJson(reportOf(counters, facts), asTyped);
    expect(errors).toEqual([{ stage: 'gong', message: 'm', hint: 'Run `npx sharetrail events`.' }]);

    const stderr = memoryStream(undefined);
    const stream = stderr.stream;
    const io = openIo({ stdout: stream, stderr: stream, environment: {}, asTyped });
    const log = await openLogger({ io, clock: systemClock, level: 'info' });
    log.error('m', { hint, title: '`sharetrail x`' });
    expect(JSON.parse(stderr.text())).toMatchObject({
      hint: 'Run `npx sharetrail events`.',
      title: '`sharetrail x`',
    });
  });
});

describe('a real process prints hints that run as they are', () => {
  test('started by its path, with a configuration folder', async () => {
    const folder = folderWith({});
    const { code, stderr } = await run(MAIN, ['status', '--config', './my config', 'x'], {
      cwd: folder,
    });
    expect(code).toBe(2);
    expect(stderr).toContain(`See \`${process.execPath} ${MAIN} help status\`.`);
  });

  test('started through a link of node_modules/.bin', async () => {
    const folder = folderWith({});
    const bin = join(folder, 'node_modules/.bin');
    mkdirSync(bin, { recursive: true });
    symlinkSync(MAIN, join(bin, 'sharetrail'));
    const { stderr } = await run(join(bin, 'sharetrail'), ['events', 'show'], { cwd: folder });
    expect(stderr).toContain('as `node_modules/.bin/sharetrail events` prints it');
  });

  test('started by SHARETRAIL_COMMAND’s words', async () => {
    const folder = folderWith({ 'c/tenants/acme.yaml': 'tenant: acme' });
    const env = { SHARETRAIL_COMMAND: 'docker run --rm sharetrail' };
    const { stderr } = await run(MAIN, ['events', 'show', '--config', 'c'], { cwd: folder, env });
    expect(stderr).toContain('`docker run --rm sharetrail events --config c`');
  });

  function folderWith(files: Readonly<Record<string, string>>): string {
    const folder = mkdtempSync(join(tmpdir(), 'sharetrail-hints-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return folder;
  }
});
