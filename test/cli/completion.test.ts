import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GLOBAL_OPTIONS } from '../../src/cli/command.ts';
import { definitions } from '../../src/cli/definitions.ts';
import { startCommand } from '../support/command.ts';

let folder: string;
const scripts: Record<string, string> = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sharetrail-completion-'));
  for (const dir of ['config', 'other config'])
    mkdirSync(join(folder, dir, 'tenants'), { recursive: true });
  writeFileSync(join(folder, 'config/tenants/acme.yaml'), '');
  writeFileSync(join(folder, 'config/tenants/acme.example.yaml'), '');
  writeFileSync(join(folder, 'config/tenants/globex.yaml'), '');
  writeFileSync(join(folder, 'other config/tenants/initech.yaml'), '');
  writeFileSync(join(folder, 'copy.db'), '');
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await startCommand(['completion', shell], { cwd: folder }).ended();
    expect(code).toBe(0);
    scripts[shell] = stdout;
    writeFileSync(join(folder, `${shell}-script`), stdout);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What bash offers for the last word. */
function offered(...words: readonly string[]): string[] {
  const code =
    'source ./bash-script; COMP_WORDS=(sharetrail "$@"); COMP_CWORD=$#; _sharetrail; ' +
    'printf "%s\\n" "${COMPREPLY[@]}"';
  return linesOf(execFileSync('bash', ['-c', code, 'bash', ...words], { cwd: folder }));
}

function linesOf(output: Buffer): string[] {
  return output
    .toString()
    .split('\n')
    .filter((line) => line !== '');
}

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ['-c', 'true']).status === 0;
}

describe('bash offers', () => {
  test('the commands, and the subcommands of a command', () => {
    expect(offered('s')).toEqual(['sync', 'start', 'status', 'sandbox']);
    expect(offered('events', 's')).toEqual(['show', 'skip']);
    expect(offered('--log-level', 'sync', 'config', 's')).toEqual(['schema', 'show']);
  });

  test('the options of the command, and the global ones', () => {
    expect(offered('sync', '--')).toEqual(
      expect.arrayContaining(['--dry-run', '--no-push', '--full', '--tenant', '--json', '--help']),
    );
    expect(offered('sync', '--')).not.toContain('--until');
    expect(offered('events', 'skip', '--s')).toEqual(['--state']);
  });

  test('the values of an option', () => {
    expect(offered('events', '--state', '')).toContain('held');
    expect(offered('events', 'retry', '--state', 'h')).toEqual(['held']);
    expect(offered('events', '--limit', '')).toEqual([]);
    expect(offered('completion', 'b')).toEqual(['bash']);
  });

  test('the tenants of the configuration folder, without examples', () => {
    expect(offered('sync', '--tenant', '')).toEqual(['acme', 'globex']);
    expect(offered('sync', '--tenant', 'g')).toEqual(['globex']);
    expect(offered('--config', 'other config', 'sync', '--tenant', '')).toEqual(['initech']);
    expect(offered('--config', 'none', 'sync', '--tenant', '')).toEqual([]);
  });

  test('folders and files where they are expected', () => {
    expect(offered('sync', '--config', 'c')).toEqual(['config']);
    expect(offered('restore', 'co')).toEqual(['config', 'copy.db']);
  });
});

describe('bash offers every option of every command', () => {
  test.each(definitions.map(({ name, options }) => [name, options] as const))(
    '%s',
    (name, options) => {
      const flags = [...options, ...GLOBAL_OPTIONS].map(({ flags: text }) => text.split(' ')[0]);
      expect(offered(...name.split(' '), '--').toSorted()).toEqual([...flags, '--help'].toSorted());
    },
  );

  test('and every command', () => {
    const first = definitions.map(({ name }) => name.split(' ')[0]);
    const commands = offered('').filter((word) => !word.startsWith('--'));
    expect(commands.toSorted()).toEqual([...new Set(first)].toSorted());
  });
});

/** What zsh's completion system would get from the script. */
function inZsh(...words: readonly string[]): string[] {
  const code =
    'compdef() { : }; compadd() { print -rl -- "${@:2}" }; _files() { print files }; ' +
    '_message() { print value }; _describe() { print -rl -- "${(@P)2}" }; source ./zsh-script; ' +
    'words=(sharetrail "$@"); CURRENT=${#words}; _sharetrail';
  return linesOf(execFileSync('zsh', ['-f', '-c', code, 'zsh', ...words], { cwd: folder }));
}

function inFish(line: string): (string | undefined)[] {
  const code = `source ./fish-script; complete -C '${line}'`;
  const out = execFileSync('fish', ['--no-config', '-c', code], { cwd: folder });
  return linesOf(out).map((offer) => offer.split('\t')[0]);
}

const OTHER_SHELLS: Readonly<Record<string, () => void>> = {
  zsh: () => {
    execFileSync('zsh', ['-n', './zsh-script'], { cwd: folder });
    expect(inZsh('events', '')).toContain('skip:make sure that events are never sent');
    expect(inZsh('sync', '').some((offer) => offer.startsWith('--dry-run:'))).toBe(true);
    expect(inZsh('events', '--state', '')).toContain('held');
    expect(inZsh('events', '--limit', '')).toEqual(['value']);
    expect(inZsh('sync', '--tenant', '')).toEqual(['acme', 'globex']);
    expect(inZsh('--config', 'other config', 'sync', '--tenant', '')).toEqual(['initech']);
    expect(inZsh('restore', '')).toContain('files');
  },
  fish: () => {
    execFileSync('fish', ['--no-execute', './fish-script'], { cwd: folder });
    expect(inFish('sharetrail events s')).toEqual(['show', 'skip']);
    expect(inFish('sharetrail sync --d')).toEqual(['--dry-run']);
    expect(inFish('sharetrail events --state h')).toEqual(['held']);
    expect(inFish('sharetrail sync --tenant ')).toEqual(['acme', 'globex']);
    expect(inFish('sharetrail --config "other config" sync --tenant ')).toEqual(['initech']);
    expect(inFish('sharetrail restore co')).toEqual(['config/', 'copy.db']);
  },
};

/** Where another shell is installed, it runs its script; the tests below read both everywhere. */
const installed = Object.entries(OTHER_SHELLS).filter(([shell]) => isInstalled(shell));
describe('a shell that is installed', () => {
  test.each([
    ['bash', () => linesOf(execFileSync('bash', ['-n', 'bash-script'], { cwd: folder }))],
    ...installed,
  ])('accepts its script, and offers what it says: %s', (_, run) => run());
});

describe.each(['bash', 'zsh', 'fish'])('the script for %s', (shell) => {
  test('has every command and every option', () => {
    const script = scripts[shell] ?? '';
    for (const { name, options } of definitions) {
      expect(script).toContain(name);
      for (const { flags } of [...options, ...GLOBAL_OPTIONS]) {
        const [word = ''] = flags.split(' ');
        expect(script).toContain(shell === 'fish' ? `-l ${word.slice(2)}` : word);
      }
    }
  });
});

test('another shell is an error', async () => {
  const ended = await startCommand(['completion', 'tcsh'], { cwd: folder }).ended();
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain('bash, zsh, fish');
});
