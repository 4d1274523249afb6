import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'rolldown';

/** The last package folder of a module's path, as `node_modules/a/node_modules/b`. */
const PACKAGE_FOLDER = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/;
const LICENSE_FILE = /^(licen[cs]e|copying|notice)/i;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** Writes the licenses of all packages in the bundle, which must accompany their code. */
const licenses: Plugin = {
  name: 'licenses',
  generateBundle(_options, bundle) {
    const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
    const modules = chunks.flatMap(({ moduleIds }) => moduleIds);
    const folders = modules.flatMap((id) => PACKAGE_FOLDER.exec(id)?.[0] ?? []);
    const source = [...new Set(folders)].map(licenseOf).sort().join('\n');
    this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENSES.txt', source });
  },
};

function licenseOf(folder: string): string {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { name, version, license = 'see below' } = manifest;
  const files = readdirSync(folder).filter((file) => LICENSE_FILE.test(file));
  const texts = files.map((file) => `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`);
  return `${'='.repeat(80)}\n${name} ${version} (${license})\n${texts.join('')}`;
}

/**
 * Packages that a dependency loads and that no command uses: the driver of PostgreSQL looks for a native
 * one, which is optional, and jsforce has other formats than JSON.
 */
const UNUSED = /^(?:pg-native|xml2js|form-data|csv-(?:parse|stringify)(?:\/sync)?)$/;
/**
 * jsforce's own HTTP client, with undici behind it: src/vendors/salesforce/transport.ts sends everything.
 * jsforce calls `setDefaults` when it is loaded.
 */
const UNUSED_CLIENT = /\/jsforce\/lib\/request\.js$/;

/** What is not loaded takes no memory: without these, an empty `sync` takes 10 MB less. */
const withoutUnused: Plugin = {
  name: 'without-unused',
  resolveId: (id) => (UNUSED.test(id) ? `\0${id}` : null),
  load: (id) => {
    if (UNUSED_CLIENT.test(id)) return 'export const setDefaults = () => {};';
    return UNUSED.test(id.slice(1)) ? 'export {};' : null;
  },
};

/**
 * What a chunk costs in memory besides its code. Both apply after the source maps: they move only what
 * follows in the same line.
 */
const smaller: Plugin = {
  name: 'smaller',
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== 'chunk') continue;
      file.code = file.code.replace(IMPORT_OF_NODE, getOfNode).replace(WIDE, escapeOf);
    }
  },
};

/** The default export, the namespace, or names, and the module. Rolldown writes one import per line. */
const IMPORT_OF_NODE =
  /^import (?:([\w$]+)(?:, )?)?(?:\* as ([\w$]+)|(\{[^}]*\}))? from "(node:[^"]+)";$/gm;

/**
 * An `import` of one of Node's modules reads all its exports, and some of them load others: those of
 * `node:http` load undici, which is behind `fetch`. A sync takes 8 MB less without it.
 */
function getOfNode(...[_, whole, namespace, names, module]: string[]): string {
  const targets = [whole, namespace, names?.replaceAll(' as ', ': ')];
  const present = targets.filter((target) => target !== undefined);
  // Not `process` alone: a chunk that imports it gives it that name.
  const value = `globalThis.process.getBuiltinModule("${module}")`;
  return present.map((name) => `const ${name} = ${value};`).join(' ');
}

/** A UTF-16 unit beyond Latin-1, and the backslashes before it. */
const WIDE = /(\\*)([^\0-\xff])/g;

/**
 * V8 keeps the source of what it runs, and one character beyond Latin-1 doubles the size of its file
 * in memory. A sync takes 4 MB less without them.
 */
function escapeOf(_: string, backslashes: string, unit: string): string {
  // The last of an odd number escapes the unit, which needs none: before an escape, it would change it.
  const kept = backslashes.slice(backslashes.length % 2);
  return `${kept}\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The published program: dist/main.js, and chunks that it loads when a command needs them. */
export default defineConfig({
  input: { main: 'src/main.ts' },
  platform: 'node',
  // It has compiled binaries.
  external: ['better-sqlite3'],
  plugins: [licenses, withoutUnused, smaller],
  output: {
    dir: 'dist',
    cleanDir: true,
    chunkFileNames: 'chunks/[name]-[hash].js',
    sourcemap: true,
    // They take more space than the program; a stack trace needs only positions.
    sourcemapExcludeSources: true,
  },
});
