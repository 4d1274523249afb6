import { type Import, importsOf, packageOf } from './imports.ts';
import { isCode, isProduct, isUnder, type Rule, type SourceFile } from './source.ts';

/** From bottom to top. A module can import lower layers, but not its own layer's other modules. */
const LAYERS: readonly (readonly string[])[] = [
  ['lib'],
  ['config', 'db'],
  ['vendors'],
  ['share'],
  ['sources', 'crm'],
  ['event'],
  ['outbox'],
  ['push'],
  ['runs'],
  ['service', 'operator'],
  ['scheduler', 'queue', 'web', 'cli'],
  ['main.ts'],
];
/** Outside the layers: it imports only lib and simulates the outside world. */
const SANDBOX = 'sandbox';

/** Exceptions: the command line starts the other modules of its layer. */
const ALSO_ALLOWED: Readonly<Record<string, readonly string[]>> = {
  cli: ['scheduler', 'queue', 'web', SANDBOX],
};

/** Packages and builtins that only some folders can import. */
const PACKAGE_FOLDERS: readonly {
  readonly packages: readonly string[];
  readonly in: readonly string[];
}[] = [
  { packages: ['jsforce'], in: ['src/vendors/salesforce'] },
  {
    packages: ['googleapis', 'googleapis-common', 'google-auth-library'],
    in: ['src/vendors/google'],
  },
  { packages: ['better-sqlite3', 'pg'], in: ['src/db'] },
  { packages: ['pg-boss'], in: ['src/queue'] },
  {
    packages: ['kysely'],
    in: ['src/db', 'src/outbox', 'src/sources/drive', 'migrations'],
  },
  {
    packages: ['http', 'https', 'http2', 'net', 'tls', 'dgram'].map((name) => `node:${name}`),
    in: ['src/vendors/http', 'src/sandbox', 'src/web'],
  },
  { packages: ['undici', 'ws', 'axios', 'node-fetch'], in: [] },
  {
    packages: ['commander', 'pino', 'pino-pretty', 'string-width', 'wrap-ansi'],
    in: ['src/cli'],
  },
  { packages: ['yaml'], in: ['src/config', 'src/sandbox'] },
  { packages: ['node-cron'], in: ['src/config', 'src/scheduler'] },
  // Use the globals instead: the rules on banned code check those.
  { packages: ['node:process', 'node:console', 'process', 'console'], in: [] },
];

/** Imports only go down the layers. */
export const importsFollowLayers: Rule = (files) =>
  files.filter(isProduct).flatMap((file) => {
    const from = moduleOf(file.path);
    if (from === undefined) return [`${file.path}:1 is not in a module of the layers`];
    return importsOf(file).flatMap((imported) => {
      const { target } = imported;
      // package.json has the version of the program.
      if (target === 'package.json') return [];
      const to = target === undefined ? undefined : moduleOf(target);
      if (target === undefined || (to !== undefined && allowed(from, to))) return [];
      return [
        `${place(imported)} imports ${target}: ${from} must not import ${to ?? 'that folder'}`,
      ];
    });
  });

/** The vendors' folders do not import each other, and the code they share imports no vendor. */
export const vendorsAreSeparate: Rule = (files) =>
  files
    .filter((file) => isProduct(file) && isUnder(file.path, ['src/vendors']))
    .flatMap((file) =>
      importsOf(file).flatMap((imported) => {
        const from = vendorOf(file.path);
        const to = vendorOf(imported.target ?? '');
        if (to === undefined || from === to) return [];
        const name = from ?? 'shared code';
        return [`${place(imported)} imports ${imported.target}: ${name} must not import ${to}`];
      }),
    );

/** A package is imported only in its own modules. */
export const packagesHaveOnePlace: Rule = (files) =>
  files.filter(isProduct).flatMap((file) =>
    importsOf(file).flatMap((imported) => {
      const name = packageOf(imported.specifier);
      const home = PACKAGE_FOLDERS.find(({ packages }) => packages.includes(name));
      if (imported.target !== undefined || !home || isUnder(file.path, home.in)) return [];
      return [
        `${place(imported)} imports ${name}, allowed only in ${home.in.join(', ') || 'no file'}`,
      ];
    }),
  );

/** Help and version load no package. Other command lines load only commander until they run. */
export const startIsLight: Rule = (files) => [
  ...packagesLoaded(files, { by: 'src/cli/help-and-version.ts', allowed: [] }),
  ...packagesLoaded(files, { by: 'src/main.ts', allowed: ['commander'] }),
];

/** Lazy imports count only in the entry file itself. */
function packagesLoaded(
  files: readonly SourceFile[],
  { by, allowed: packages }: { readonly by: string; readonly allowed: readonly string[] },
): string[] {
  const byPath = new Map(files.filter(isCode).map((file) => [file.path, file]));
  const loaded = new Set<string>();
  const load = (path: string): string[] => {
    const file = byPath.get(path);
    if (file === undefined || loaded.has(path)) return [];
    loaded.add(path);
    return importsOf(file)
      .filter(({ typeOnly, lazy }) => !typeOnly && (!lazy || path === by))
      .flatMap((imported) => {
        const { target, specifier } = imported;
        if (target !== undefined) return load(target);
        if (specifier.startsWith('node:') || packages.includes(packageOf(specifier))) return [];
        return [`${place(imported)} loads ${specifier} at startup`];
      });
  };
  return load(by);
}

function allowed(from: string, to: string): boolean {
  if (from === to) return true;
  if (from === SANDBOX) return to === 'lib';
  // Migrations are frozen: they must not change with the code.
  if (from === 'migrations') return false;
  if (to === 'migrations') return from === 'db';
  if (ALSO_ALLOWED[from]?.includes(to)) return true;
  if (to === SANDBOX) return false;
  return layerOf(to) < layerOf(from);
}

function layerOf(name: string): number {
  return LAYERS.findIndex((modules) => modules.includes(name));
}

function moduleOf(path: string): string | undefined {
  const [top, name] = path.split('/');
  if (top === 'migrations') return top;
  const known = name === SANDBOX || layerOf(name ?? '') >= 0;
  return top === 'src' && known ? name : undefined;
}

/** Undefined for what the vendors share: `http`, and the files directly in src/vendors. */
function vendorOf(path: string): string | undefined {
  return /^src\/vendors\/(?!http\/)([^/]+)\//.exec(path)?.[1];
}

export function place({ from, line }: Import | { from: SourceFile; line: number }): string {
  return `${from.path}:${line}`;
}
