import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CommandDefinition } from '../../src/cli/command.ts';
import { refuseFlagsTakenByNpm } from '../../src/cli/command-line/npm-flags.ts';
import { UsageError } from '../../src/cli/command-line/usage-error.ts';
import { definitions } from '../../src/cli/definitions.ts';
import { MAIN } from '../support/cli/run.ts';
import { ConfigFolder } from '../support/config-folder.ts';

/** A checkout whose script prints `ran` after the program has accepted its command line. */
function checkout(files: Readonly<Record<string, string>> = {}): string {
  const sharetrail = `"${process.execPath}" "${MAIN}"`;
  const folder = new ConfigFolder({
    'package.json': JSON.stringify({ name: 'checkout', scripts: { sharetrail } }),
    ...files,
  });
  onTestFinished(() => folder[Symbol.dispose]());
  return folder.workingDirectory;
}

async function npm(
  cwd: string,
  line: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const child = spawn('npm', ['run', '-s', 'sharetrail', ...line.split(' ')], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...env },
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  const [code] = await once(child, 'close');
  return { code: Number(code), ...texts };
}

/** What the program says if it has accepted the flags: this folder has no configuration. */
const ACCEPTED = 'config: does not exist';

describe('npm itself', () => {
  test.each([
    ['sync --dry-run', '--dry-run', 'sync --dry-run'],
    ['sync --tenant acme --no-push', '--no-push, --tenant', 'sync --no-push --tenant acme'],
    ['status --json', '--json', 'status --json'],
  ])('takes the flags of "%s": the error shows the right line', async (line, flags, right) => {
    // After a failed script, npm itself prints to standard output if it took --json.
    expect(await npm(checkout(), line)).toMatchObject({
      code: 2,
      stderr:
        `sharetrail: npm took ${flags} for itself, so sharetrail did nothing\n` +
        `Write -- before the words for sharetrail: npm run -s sharetrail -- ${right}\n`,
    });
  });

  test('passes flags after --', async () => {
    const { stderr } = await npm(checkout(), '-- sync --dry-run --json');
    expect(stderr).toContain(ACCEPTED);
  });

  test('starts the program, so hints begin with npm run', async () => {
    const { code, stderr } = await npm(checkout(), '-- evnts --config ./c');
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean events? See `npm run -s sharetrail -- help`.');
    const missing = await npm(checkout(), '-- events show --config ./c');
    expect(missing.stderr).toContain('as `npm run -s sharetrail -- events --config ./c` prints it');
  });

  test('takes --verbose for a level, whatever level .npmrc sets', async () => {
    const cwd = checkout({ '.npmrc': 'loglevel=error\n' });
    const { code, stderr } = await npm(cwd, 'status --verbose');
    expect(code).toBe(2);
    expect(stderr).toContain('npm took --verbose for itself');
  });

  test('reads its own json and yes from .npmrc and from the environment', async () => {
    const inFile = await npm(checkout({ '.npmrc': 'json=true\ndry-run = true\n' }), 'sync');
    expect(inFile.stderr).toContain(ACCEPTED);
    const variables = { npm_config_json: 'true', NPM_CONFIG_DRY_RUN: 'true' };
    const inEnvironment = await npm(checkout(), 'sync', variables);
    expect(inEnvironment.stderr).toContain(ACCEPTED);
  });
});

const NPM = {
  npm_lifecycle_event: 'sharetrail',
  npm_command: 'run',
  npm_config_loglevel: 'silent',
};

const NPX = {
  npm_lifecycle_event: 'npx',
  npm_lifecycle_script: "'sharetrail'",
  npm_command: 'exec',
};

type Variables = Readonly<Record<string, string | undefined>>;

function hintOf(line: string, variables: Variables): string {
  try {
    refuseFlagsTakenByNpm(definitions, line.split(' '), { ...NPM, ...variables });
    return 'accepted';
  } catch (error) {
    if (error instanceof UsageError) return error.hint ?? '';
    throw error;
  }
}

function refuse(line: string, variables: Variables): string {
  return hintOf(line, variables).replace(/^.* sharetrail -- /, '');
}

describe('flags that npm took', () => {
  test.each([
    ['sync', { npm_config_push: '' }, 'sync --no-push'],
    ['sync', { npm_config_tenant: 'acme\n\nglobex' }, 'sync --tenant acme --tenant globex'],
    [
      'events 5',
      { npm_config_limit: 'true', npm_config_state: 'rejected' },
      'events --state rejected --limit 5',
    ],
    [
      'backfill acme 2026-01-01',
      { npm_config_since: 'true', npm_config_tenant: 'true' },
      'backfill --since 2026-01-01 --tenant acme',
    ],
    ['sync', { npm_config_config: 'true' }, 'sync --config DIR'],
    ['sync', { npm_config_config: 'my folder' }, "sync --config 'my folder'"],
    ['restore x.db a', { npm_config_tenant: 'true' }, 'restore x.db --tenant a'],
    ['sync', { npm_config_dryrun: 'true' }, 'sync --dry-run'],
    ['sync', { npm_config_psuh: '' }, 'sync --no-push'],
    ['backfill 2026-01-01', { npm_config_sinc: 'true' }, 'backfill --since 2026-01-01'],
    ['backup f', { npm_config_log_level: 'debug' }, 'backup f --log-level debug'],
  ] as const)('%s with %o is written again as %s', (line, variables, right) => {
    expect(refuse(line, variables)).toBe(right);
  });

  test.each(
    definitions.flatMap((definition) =>
      definition.options.map((option) => ({ definition, option })),
    ),
  )('$definition.name $option.flags is refused', ({ definition, option }) => {
    const [flag = ''] = option.flags.split(' ');
    // npm has a --verbose of its own, which it writes as a level.
    const isVerbose = flag === '--verbose';
    const key = isVerbose ? 'loglevel' : flag.replace(/^--(?:no-)?/, '').replaceAll('-', '_');
    const value = isVerbose ? 'verbose' : flag.startsWith('--no-') ? '' : 'true';
    expect(refuse(definition.name, { [`npm_config_${key}`]: value })).toContain(flag);
  });

  test.each([
    ['a flag near none of the command', { npm_config_colour: 'true' }],
    ["npm's own setting", { npm_config_loglevel: 'error', npm_config_cafile: '/etc/ca.crt' }],
    ['npx --yes', { ...NPX, npm_config_yes: 'true' }],
    ['npx with another program', { ...NPX, npm_lifecycle_script: 'zx', npm_config_full: 'true' }],
    ['another script', { npm_lifecycle_event: 'test', npm_lifecycle_script: 'vitest run' }],
  ])('do not include %s', (_name, variables) => {
    expect(refuse('rebind acme', variables)).toBe('accepted');
  });

  test.each([
    ['an older npm, which names no command', { npm_command: undefined }, 'sync --full'],
    ['npm --prefix', { npm_config_local_prefix: '/opt/app', INIT_CWD: '/root' }, 'sync --full'],
  ])('count below %s', (_name, variables, right) => {
    expect(refuse('sync', { ...variables, npm_config_full: 'true' })).toBe(right);
  });

  test.each([
    [
      'outside of the package',
      { npm_config_local_prefix: '/opt/my app', INIT_CWD: '/root' },
      "Write -- before the words for sharetrail: npm --prefix '/opt/my app' run -s sharetrail -- sync --full",
    ],
    [
      'of a script with words of its own',
      { npm_lifecycle_event: 'nightly', npm_lifecycle_script: 'sharetrail sync' },
      'Write -- before the words for sharetrail: npm run -s nightly -- --full',
    ],
    [
      'of a script with other commands',
      { npm_lifecycle_event: 'nightly', npm_lifecycle_script: 'cd x && node src/main.ts sync' },
      'Write it into the script "nightly", after the command.',
    ],
    [
      'of npm exec',
      NPX,
      'Start it with npx, which passes all words on: npx sharetrail sync --full',
    ],
  ])('%s have a line that can be pasted', (_name, variables, hint) => {
    expect(hintOf('sync', { ...variables, npm_config_full: 'true' })).toBe(hint);
  });

  test('of the demo are not written after its name', () => {
    const variables = { npm_lifecycle_event: 'demo', npm_config_json: 'true' };
    expect(hintOf('demo', variables)).toMatch(/ npm run -s demo -- --json$/);
  });

  test('are looked for only below npm run sharetrail', () => {
    expect(refuse('sync', { npm_config_full: 'true', npm_lifecycle_event: 'nightly' })).toBe(
      'accepted',
    );
    expect(refuse('sync', { npm_config_full: 'true', npm_command: 'exec' })).toBe('accepted');
    expect(refuse('sync', {})).toBe('accepted');
  });

  test('count unless a file of npm sets the same value', () => {
    const inFolder = (npmrc: string) =>
      refuse('status', {
        npm_config_loglevel: 'verbose',
        npm_config_local_prefix: checkout({ '.npmrc': npmrc }),
      });
    expect(inFolder('loglevel = verbose\n')).toBe('accepted');
    expect(inFolder('loglevel=error\n')).toBe('status --verbose');
  });

  test('of npm itself count only for a command that has them', () => {
    const own: CommandDefinition | undefined = definitions.find(({ name }) => name === 'status');
    expect(own?.options.some(({ flags }) => flags === '--dry-run')).toBe(false);
    expect(refuse('status', { npm_config_dry_run: 'true' })).toBe('accepted');
    expect(refuse('sync --dry-run', { npm_config_dry_run: 'true' })).toBe('accepted');
  });
});
