import { importsOf, packageOf } from './imports.ts';
import { place } from './layers.ts';
import { at, isProduct, type Node, nameOf, nodesOf, type Rule, type SourceFile } from './source.ts';

/** Modules with pure functions only: results depend only on arguments. */
const PURE = [
  /^src\/share\//,
  /^src\/event\//,
  /^src\/crm\/match/,
  /^src\/outbox\/(states|backoff)\.ts$/,
  /\/classify[^/]*\.ts$/,
];
/** They can import lib, except the clock and the log. */
const LIB = /^src\/lib\/(?!clock|log)/;
const PACKAGES: ReadonlySet<string> = new Set(['zod', 'node:crypto', 'node:url', 'node:util']);
/** exports of `node:crypto` with random results */
const RANDOM_NAMES: ReadonlySet<string> = new Set([
  'randomUUID',
  'randomBytes',
  'randomInt',
  'randomFillSync',
  'webcrypto',
  'default',
  '*',
]);
const IMPURE_GLOBALS: ReadonlySet<string> = new Set([
  'process',
  'performance',
  'crypto',
  'fetch',
  'console',
  'WebSocket',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
]);

/** Pure modules import only pure code, directly and indirectly. */
export const pureModulesImportPure: Rule = (files) => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return files.filter(isPure).flatMap((file) =>
    importsOf(file).flatMap((imported) => {
      const { target, specifier, names, typeOnly } = imported;
      if (target === undefined) {
        const name = packageOf(specifier);
        const random = name === 'node:crypto' && names.some((taken) => RANDOM_NAMES.has(taken));
        if (typeOnly || (PACKAGES.has(name) && !random)) return [];
        return [`${place(imported)} imports ${specifier}: a pure module must not`];
      }
      // Types are harmless, except those of the clock and the log: a value would follow.
      if (typeOnly && !/^src\/lib\/(clock|log)/.test(target)) return [];
      if (isPure({ path: target }) || LIB.test(target) || isPlain(byPath.get(target), byPath))
        return [];
      return [`${place(imported)} imports ${target}: a pure module must not`];
    }),
  );
};

/** Pure modules use no clock, randomness, process, or network. */
export const pureModulesHaveNoEffects: Rule = (files) =>
  files.filter(isPure).flatMap((file) =>
    [...nodesOf(file)].flatMap(({ node, parent }) => {
      const what = impurityOf(node, parent);
      return what === undefined ? [] : [at(file, node, `uses ${what} in a pure module`)];
    }),
  );

function isPure({ path }: { path: string }): boolean {
  return PURE.some((pattern) => pattern.test(path));
}

/** Another file that is pure in itself and in its imports, such as a list of constants. */
function isPlain(
  file: SourceFile | undefined,
  byPath: ReadonlyMap<string, SourceFile>,
  seen: ReadonlySet<string> = new Set(),
): boolean {
  if (file === undefined || !isProduct(file) || seen.has(file.path)) return false;
  const further = new Set([...seen, file.path]);
  const impure = [...nodesOf(file)].some(({ node, parent }) => impurityOf(node, parent));
  return (
    !impure &&
    importsOf(file).every(({ target, specifier, typeOnly }) => {
      if (typeOnly) return true;
      if (target === undefined) return PACKAGES.has(packageOf(specifier));
      return (
        isPure({ path: target }) || LIB.test(target) || isPlain(byPath.get(target), byPath, further)
      );
    })
  );
}

function impurityOf(node: Node, parent: Node | undefined): string | undefined {
  const name = nameOf(node);
  if (name !== undefined && IMPURE_GLOBALS.has(name) && isReference(node, parent)) return name;
  if (node.type === 'MemberExpression') {
    const path = `${nameOf(node['object'])}.${nameOf(node['property'])}`;
    return path === 'Date.now' || path === 'Math.random' ? path : undefined;
  }
  return isNowDate(node) ? 'new Date()' : undefined;
}

/** `new Date()` and `Date()`: both read the clock. */
export function isNowDate(node: Node): boolean {
  if (nameOf(node['callee']) !== 'Date') return false;
  if (node.type === 'CallExpression') return true;
  return node.type === 'NewExpression' && (node['arguments'] as readonly Node[]).length === 0;
}

/** A use of the name itself, not a member, key, or type with the same name. */
export function isReference(node: Node, parent: Node | undefined): boolean {
  if (parent === undefined || parent.type.startsWith('TS')) return false;
  const isMember = parent.type === 'MemberExpression' && parent['property'] === node;
  const isKey =
    (parent.type === 'Property' || /^(Method|Property)Definition$/.test(parent.type)) &&
    parent['key'] === node &&
    parent['shorthand'] !== true;
  return !(isMember && parent['computed'] !== true) && !(isKey && parent['computed'] !== true);
}
