import { execFileSync } from 'node:child_process';
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
  }
  writeFileSync(join(folder, 'script'), scripts['bash'] ?? '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What bash offers for the last word. */
function offered(...words: readonly string[]): string[] {
  const code =
    'source ./script; COMP_WORDS=(sharetrail "$@"); COMP_CWORD=$#; _sharetrail; ' +
    'printf "%s\\n" "${COMPREPLY[@]}"';
  const out = execFileSync('bash', ['-c', code, 'bash', ...words], { cwd: folder });
  return out
    .toString()
    .split('\n')
    .filter((word) => word !== '');
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
