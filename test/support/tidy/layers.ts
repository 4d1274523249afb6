import { type Import, importsOf, packageOf } from './imports.ts';
import { isCode, isProduct, isUnder, type Rule, type SourceFile } from './source.ts';

/** From the bottom up. A room may import what stands lower, not what stands beside it. */
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
  ['scheduler', 'web', 'cli'],
  ['main.ts'],
];
/** Beside the layers: it imports lib only, and stands for the outside world. */
const SANDBOX = 'sandbox';

/** What the layers alone would forbid: the command line starts the rooms beside it. */
const ALSO_ALLOWED: Readonly<Record<string, readonly string[]>> = {
  cli: ['scheduler', 'web', SANDBOX],
};

/** Packages and builtins that only some folders may import. */
const HOMES: readonly { readonly packages: readonly string[]; readonly in: readonly string[] }[] = [
  { packages: ['jsforce'], in: ['src/vendors/salesforce'] },
  {
    packages: ['googleapis', 'googleapis-common', 'google-auth-library'],
    in: ['src/vendors/google'],
  },
  { packages: ['better-sqlite3', 'pg'], in: ['src/db'] },
  {
    packages: ['kysely'],
    in: ['src/db', 'src/outbox', 'src/sources/drive', 'migrations'],
  },
  {
    packages: ['http', 'https', 'http2', 'net', 'tls', 'dgram'].map((name) => `node:${name}`),
    in: ['src/vendors/http', 'src/sandbox', 'src/web'],
  },
  { packages: ['undici', 'ws', 'axios', 'node-fetch'], in: [] },
  { packages: ['commander', 'pino', 'pino-pretty'], in: ['src/cli'] },
  { packages: ['yaml'], in: ['src/config', 'src/sandbox'] },
  { packages: ['node-cron'], in: ['src/config', 'src/scheduler'] },
  // The globals are the same, and are what the rules on words look for.
  { packages: ['node:process', 'node:console', 'process', 'console'], in: [] },
];

/** An import goes down the list of layers or does not exist. */
export const layersHold: Rule = (files) =>
  files.filter(isProduct).flatMap((file) => {
    const from = roomOf(file.path);
    if (from === undefined) return [`${file.path}:1 stands in no room that the layers know`];
    return importsOf(file).flatMap((imported) => {
      const { target } = imported;
      // The package's own version, for those who have to say it.
      if (target === 'package.json') return [];
      const to = target === undefined ? undefined : roomOf(target);
      if (target === undefined || (to !== undefined && allowed(from, to))) return [];
      return [`${place(imported)} imports ${target}: ${from} may not know ${to ?? 'that folder'}`];
    });
  });

/** One vendor's folder knows nothing of another's, and the code they share knows no vendor. */
export const vendorsStandApart: Rule = (files) =>
  files
    .filter((file) => isProduct(file) && isUnder(file.path, ['src/vendors']))
    .flatMap((file) =>
      importsOf(file).flatMap((imported) => {
        const from = vendorOf(file.path);
        const to = vendorOf(imported.target ?? '');
        if (to === undefined || from === to) return [];
        const name = from ?? 'shared code';
        return [`${place(imported)} imports ${imported.target}: ${name} may not know ${to}`];
      }),
    );

/** A package is imported in its own room only. */
export const packagesStayHome: Rule = (files) =>
  files.filter(isProduct).flatMap((file) =>
    importsOf(file).flatMap((imported) => {
      const name = packageOf(imported.specifier);
      const home = HOMES.find(({ packages }) => packages.includes(name));
      if (imported.target !== undefined || !home || isUnder(file.path, home.in)) return [];
      return [
        `${place(imported)} imports ${name}, which belongs in ${home.in.join(', ') || 'no file'}`,
      ];
    }),
  );

/** No file can be reached from itself by imports, types included. */
export const noCycles: Rule = (files) => {
  const targets = new Map(
    files
      .filter(isCode)
      .map((file) => [file.path, importsOf(file).flatMap(({ target }) => target ?? [])]),
  );
  const cycles = new Map<string, string>();
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      const cycle = trail.slice(start);
      cycles.set([...cycle].sort().join(), [...cycle, path].join(' -> '));
    }
    if (start >= 0 || finished.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path]);
    finished.add(path);
  };
  for (const path of targets.keys()) visit(path, []);
  return [...cycles.values()];
};

/** Help and version load no package: what a command needs is loaded when it runs. */
export const startIsLight: Rule = (files) => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const loaded = new Set<string>();
  const load = (path: string): string[] => {
    const file = byPath.get(path);
    if (file === undefined || loaded.has(path)) return [];
    loaded.add(path);
    return importsOf(file)
      .filter(({ typeOnly, lazy }) => !typeOnly && (!lazy || path === 'src/main.ts'))
      .flatMap((imported) => {
        const { target, specifier } = imported;
        if (target !== undefined) return load(target);
        if (specifier.startsWith('node:')) return [];
        return [`${place(imported)} loads ${specifier} at the start`];
      });
  };
  return load('src/main.ts');
};

function allowed(from: string, to: string): boolean {
  if (from === to) return true;
  if (from === SANDBOX) return to === 'lib';
  // Frozen: what a migration did must not change with the code.
  if (from === 'migrations') return false;
  if (to === 'migrations') return from === 'db';
  if (ALSO_ALLOWED[from]?.includes(to)) return true;
  if (to === SANDBOX) return false;
  return layerOf(to) < layerOf(from);
}

function layerOf(room: string): number {
  return LAYERS.findIndex((rooms) => rooms.includes(room));
}

function roomOf(path: string): string | undefined {
  const [top, room] = path.split('/');
  if (top === 'migrations') return top;
  const known = room === SANDBOX || layerOf(room ?? '') >= 0;
  return top === 'src' && known ? room : undefined;
}

/** Undefined for what the vendors share: `http`, and the files directly in src/vendors. */
function vendorOf(path: string): string | undefined {
  return /^src\/vendors\/(?!http\/)([^/]+)\//.exec(path)?.[1];
}

export function place({ from, line }: Import | { from: SourceFile; line: number }): string {
  return `${from.path}:${line}`;
}
