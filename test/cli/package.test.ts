import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { writeSandboxConfiguration } from '../../src/sandbox/configuration-folder.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { MAIN, run } from '../support/cli/run.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PRINT_LOADED = new URL('../support/preload/print-loaded.ts', import.meta.url).href;
/** Rolldown writes each import on a line of its own, and `require` as `__require`. */
const IMPORT = /^(?:import|export)\b[^\n]*"([^"\n]+)";$|\b(?:import|__require)\("([^"\n]+)"\)/gm;

let folder = '';
let main = '';

/** The files of the package, as npm publishes them, next to the only package that npm adds. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sharetrail-package-'));
  const PATH = [join(ROOT, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
  const options = { cwd: ROOT, env: { ...process.env, PATH }, stdio: 'pipe' } as const;
  execFileSync('npm', ['pack', '--pack-destination', folder], options);
  execFileSync('tar', ['-xzf', join(folder, `sharetrail-${manifestIn(ROOT).version}.tgz`)], {
    cwd: folder,
  });
  folder = join(folder, 'package');
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(
    join(ROOT, 'node_modules/better-sqlite3'),
    join(folder, 'node_modules/better-sqlite3'),
  );
  main = join(folder, manifestIn(folder).bin.sharetrail);
});

afterAll(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

interface Manifest {
  readonly version: string;
  readonly bin: { readonly sharetrail: string };
  readonly dependencies: Readonly<Record<string, string>>;
}

function manifestIn(path: string): Manifest {
  return JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
}

/** The packages that a file of the bundle contains code of. A file of mere exports has no map. */
function packagesIn(file: string): string[] {
  if (!existsSync(`${file}.map`)) return [];
  const { sources }: { sources: string[] } = JSON.parse(readFileSync(`${file}.map`, 'utf8'));
  return sources.flatMap(
    (source) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? [],
  );
}

/** The packages with code in the files that `print-loaded` printed. */
function loadedPackages(stderr: string): string[] {
  const files = stderr.split('\n').filter((line) => /^file:.*\.js$/.test(line));
  return [...new Set(files.map((url) => fileURLToPath(url)).flatMap(packagesIn))];
}

const isPostgres = (name: string) => /^pg(?:-|$)/.test(name);

function bundle(): string[] {
  return globSync(join(folder, 'dist/**/*.js'));
}

describe('the published package', () => {
  test('has the docs without the pictures, which only the repository shows', () => {
    const docs = readdirSync(join(folder, 'docs'));
    expect(docs).toContain('operations.md');
    expect(docs).not.toContain('pictures');
  });

  test('prints its version', async () => {
    const { stdout } = await run(main, ['--version']);
    expect(stdout).toBe(`${manifestIn(ROOT).version}\n`);
  });

  test('prints the same help as the checkout', async () => {
    const [packed, checkout] = await Promise.all([run(main, ['--help']), run(MAIN, ['--help'])]);
    expect(packed).toMatchObject({ code: 0, stderr: '' });
    expect(packed.stdout).toBe(checkout.stdout);
  });

  test('loads no package for help or the version', async () => {
    for (const word of ['--help', '--version']) {
      const env = { NODE_OPTIONS: `--import=${PRINT_LOADED}` };
      const { stderr } = await run(main, [word], { env });
      const files = stderr.split('\n').filter((line) => line.endsWith('.js'));
      expect(files.length).toBeGreaterThan(1);
      expect(files.map((url) => fileURLToPath(url)).flatMap(packagesIn)).toEqual([]);
    }
  });

  test('loads the driver of PostgreSQL only for a database there', async () => {
    const env = { NODE_OPTIONS: `--import=${PRINT_LOADED}` };
    const onSqlite = await run(main, ['demo'], { cwd: folder, env });
    expect(onSqlite.code).toBe(0);
    expect(loadedPackages(onSqlite.stderr)).toContain('kysely');
    expect(loadedPackages(onSqlite.stderr).filter(isPostgres)).toEqual([]);
    const database = { SHARETRAIL_DATABASE: 'postgres://ann@127.0.0.1:1/none' };
    const config = join(folder, 'config');
    const tenants = join(config, 'tenants');
    copyFileSync(join(tenants, 'acme.example.yaml'), join(tenants, 'acme.yaml'));
    const check = ['status', '--config', config];
    const connecting = await run(main, check, { cwd: folder, env: { ...env, ...database } });
    expect(connecting.stderr).toContain('the PostgreSQL server cannot be reached');
    expect(loadedPackages(connecting.stderr)).toContain('pg');
  });

  test('runs the demo', async () => {
    const { code, stdout, stderr } = await run(main, ['demo'], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Not in Gong: 5');
  });

  test('imports only Node and the one package that npm installs', () => {
    expect(Object.keys(manifestIn(folder).dependencies)).toEqual(['better-sqlite3']);
    const imports = bundle().flatMap((file) => {
      const text = readFileSync(file, 'utf8');
      return [...text.matchAll(IMPORT)].map(([, atTop, inside = '']) => atTop ?? inside);
    });
    const packages = imports.filter((name) => !name.startsWith('.') && !isBuiltin(name));
    expect(new Set(packages)).toEqual(new Set(['better-sqlite3']));
  });

  test('does not load what is behind `fetch`, which a sync does not use', async () => {
    const sandbox = await createSandbox();
    onTestFinished(() => sandbox.stop());
    const config = join(folder, 'sync');
    const start = sandbox.clock.now() - DAY_MS;
    await writeSandboxConfiguration(config, sandbox, { start, timezone: 'UTC' });
    const print = "process.on('exit', () => console.error(process.moduleLoadList.join('\\n')))";
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(print)}` };
    const { code, stderr } = await run(main, ['sync', '--config', config], { env });
    expect(code).toBe(0);
    const loaded = stderr.split('\n').map((line) => line.split(' ').at(-1));
    expect(loaded).toContain('_http_client');
    expect(loaded).not.toContain('internal/deps/undici/undici');
  });

  test('has no character that doubles the size of its file in memory', () => {
    const files = globSync('dist/**/*.js', { cwd: folder });
    expect(files.length).toBeGreaterThan(10);
    const wide = files.filter((file) =>
      /[^\0-\xff]/.test(readFileSync(join(folder, file), 'utf8')),
    );
    expect(wide).toEqual([]);
  });

  test('lists the license of each package in it', () => {
    const licenses = readFileSync(join(folder, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
    const listed = [...licenses.matchAll(/^={80}\n(\S+) \S+ \(.+\)$/gm)].map(([, name]) => name);
    const packages = new Set(bundle().flatMap(packagesIn));
    expect([...packages]).toEqual(
      expect.arrayContaining(['kysely', 'jsforce', 'googleapis', 'zod']),
    );
    expect(listed).toEqual(expect.arrayContaining([...packages]));
    expect(licenses).not.toContain('undefined');
  });
});
