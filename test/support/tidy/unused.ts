import { importsOf, packageOf } from './imports.ts';
import {
  at,
  isCode,
  isNode,
  isProduct,
  isUnder,
  type Node,
  nameOf,
  nodesOf,
  type Rule,
  type SourceFile,
  syntaxOf,
  textOf,
} from './source.ts';

const ENTRY = 'src/main.ts';

/**
 * Whatever the product exports, another file of it imports. Two things may be exported beside: a
 * type that an exported signature speaks of, and a part of a file's work that a test looks at.
 */
export const everyExportIsUsed: Rule = (files) => {
  const byProduct = takenNames(files.filter(isProduct));
  const byTests = takenNames(files.filter((file) => isCode(file) && !isProduct(file)));
  return files.filter(isProduct).flatMap((file) =>
    exportsOf(file).flatMap(({ name, node, isType }) => {
      if (isTaken(byProduct.get(file.path), name)) return [];
      const atWork = node['source'] == null && usesInside(file, name) > 1;
      if (atWork && (isType || isTaken(byTests.get(file.path), name))) return [];
      return [at(file, node, `exports ${name}, which no other file of the product imports`)];
    }),
  );
};

/** Every product file can be reached from the program, every helper of the tests from a test. */
export const everyFileIsUsed: Rule = (files) => {
  const code = files.filter(isCode);
  const program = reachable(code, [ENTRY]);
  const started = startedScripts(files);
  const tests = code.filter(({ path }) => path.endsWith('.test.ts')).map(({ path }) => path);
  const all = reachable(code, [ENTRY, ...tests, ...started, 'vitest.config.ts']);
  return code.flatMap(({ path }) => {
    if (isUnder(path, ['src', 'migrations'])) {
      return program.has(path) ? [] : [`${path}:1 is not reached from ${ENTRY}`];
    }
    return all.has(path) ? [] : [`${path}:1 is used by no test`];
  });
};

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Packages that stand in package.json for a reason other than an import, with the reason. */
export type Excuses = Readonly<Record<string, string>>;

/** Every dependency is imported by the product, every import of the product is a dependency. */
export function dependenciesAreUsed(excuses: Excuses): Rule {
  return (files) => {
    const { dependencies = {} } = manifestOf(files);
    const imported = new Set(files.filter(isProduct).flatMap(packagesOf));
    const declared = Object.keys(dependencies);
    return [
      ...declared
        .filter((name) => !imported.has(name) && !(name in excuses))
        .map((name) => `package.json:1 has ${name}, which nothing in src or migrations imports`),
      ...Object.keys(excuses)
        .filter((name) => imported.has(name) || !declared.includes(name))
        .map((name) => `package.json:1 needs no excuse for ${name} any more`),
      ...[...imported]
        .filter((name) => !declared.includes(name))
        .map((name) => `package.json:1 lacks ${name}, which src or migrations imports`),
    ];
  };
}

/** The same for what development needs: imported by a test, or excused. */
export function developmentDependenciesAreUsed(excuses: Excuses): Rule {
  return (files) => {
    const { devDependencies = {} } = manifestOf(files);
    const imported = new Set(files.filter(isCode).flatMap(packagesOf));
    const declared = Object.keys(devDependencies);
    return [
      ...declared
        .filter((name) => !imported.has(name) && !(name in excuses))
        .map((name) => `package.json:1 has ${name} for development, which nothing imports`),
      ...Object.keys(excuses)
        .filter((name) => imported.has(name) || !declared.includes(name))
        .map((name) => `package.json:1 needs no excuse for ${name} any more`),
    ];
  };
}

function manifestOf(files: readonly SourceFile[]): Manifest {
  const file = files.find(({ path }) => path === 'package.json');
  return file === undefined ? {} : (JSON.parse(file.text) as Manifest);
}

function packagesOf(file: SourceFile): string[] {
  return importsOf(file)
    .filter(({ target, specifier }) => target === undefined && !specifier.startsWith('node:'))
    .map(({ specifier }) => packageOf(specifier));
}

interface Exported {
  readonly name: string;
  readonly node: Node;
  readonly isType: boolean;
}

function exportsOf(file: SourceFile): Exported[] {
  const body = syntaxOf(file)['body'] as readonly Node[];
  return body.flatMap((node): Exported[] => {
    if (node.type === 'ExportDefaultDeclaration') return [{ name: 'default', node, isType: false }];
    if (node.type !== 'ExportNamedDeclaration') return [];
    const { declaration } = node;
    const isType = node['exportKind'] === 'type';
    if (isNode(declaration)) {
      return declaredNames(declaration).map((name) => ({ name, node, isType }));
    }
    const specifiers = node['specifiers'] as readonly Node[];
    return specifiers.map((specifier) => ({
      name: nameOf(specifier['exported']) ?? 'default',
      node,
      isType,
    }));
  });
}

function declaredNames(declaration: Node): string[] {
  if (declaration.type !== 'VariableDeclaration') return [nameOf(declaration['id']) ?? ''];
  const declarators = declaration['declarations'] as readonly Node[];
  return declarators.flatMap(({ id }) => boundNames(id as Node));
}

/** `a` of `a`; `a` and `b` of `{ a, c: [b] }`. */
function boundNames(pattern: Node): string[] {
  const own = nameOf(pattern);
  if (own !== undefined) return [own];
  const parts = (pattern['properties'] ?? pattern['elements'] ?? []) as readonly (Node | null)[];
  return parts.flatMap((part) => {
    const inner = part?.['value'] ?? part?.['argument'] ?? part;
    return isNode(inner) ? boundNames(inner) : [];
  });
}

function usesInside(file: SourceFile, name: string): number {
  return [...nodesOf(file)].filter(({ node }) => nameOf(node) === name).length;
}

function isTaken(names: ReadonlySet<string> | undefined, name: string): boolean {
  return names !== undefined && (names.has(name) || names.has('*'));
}

/** By file, the names that other files import; an import of a whole module takes what it uses. */
function takenNames(files: readonly SourceFile[]): Map<string, Set<string>> {
  const taken = new Map<string, Set<string>>();
  for (const file of files) {
    const lazily = lazyNames(file);
    for (const { target, names, specifier } of importsOf(file)) {
      if (target === undefined) continue;
      const of = taken.get(target) ?? new Set();
      const used = names.includes('*') ? (lazily.get(specifier) ?? names) : names;
      for (const name of used) of.add(name);
      taken.set(target, of);
    }
  }
  return taken;
}

/** `sync` of `(await import('./sync.ts')).sync` and of `const { sync } = await import('./sync.ts')`. */
function lazyNames(file: SourceFile): Map<string, string[]> {
  const lazily = new Map<string, string[]>();
  for (const { node } of nodesOf(file)) {
    const { specifier, names } = lazyUse(node);
    if (specifier === undefined || names.length === 0) continue;
    lazily.set(specifier, [...(lazily.get(specifier) ?? []), ...names]);
  }
  return lazily;
}

function lazyUse(node: Node): { specifier: string | undefined; names: string[] } {
  if (node.type === 'MemberExpression') {
    return { specifier: awaitedImport(node['object']), names: [nameOf(node['property']) ?? '*'] };
  }
  if (node.type !== 'VariableDeclarator') return { specifier: undefined, names: [] };
  const { id } = node;
  const properties =
    isNode(id) && id.type === 'ObjectPattern' ? (id['properties'] as readonly Node[]) : [];
  const names = properties.map(({ key }) => nameOf(key) ?? '*');
  return { specifier: awaitedImport(node['init']), names };
}

function awaitedImport(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  const inner = value.type === 'ParenthesizedExpression' ? value['expression'] : value;
  if (!isNode(inner) || inner.type !== 'AwaitExpression' || !isNode(inner['argument']))
    return undefined;
  const { argument } = inner;
  if (argument.type !== 'ImportExpression' || !isNode(argument['source'])) return undefined;
  return String(argument['source']['value']);
}

function reachable(files: readonly SourceFile[], entries: readonly string[]): Set<string> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = byPath.get(path);
    if (file === undefined || reached.has(path)) continue;
    reached.add(path);
    waiting.push(...importsOf(file).flatMap(({ target }) => target ?? []));
  }
  return reached;
}

/** Scripts that a test starts as a process of their own, or that a page or package.json names. */
function startedScripts(files: readonly SourceFile[]): string[] {
  const inTests = files.filter((file) => isCode(file) && !isProduct(file));
  const pages = files.filter((file) => !isCode(file));
  const names = new Set(inTests.flatMap(spokenScripts));
  return inTests
    .map(({ path }) => path)
    .filter((path) => {
      const name = path.split('/').at(-1) ?? path;
      return names.has(name) || pages.some(({ text }) => text.includes(path));
    });
}

/** The file names at the end of a file's strings, but for those that it imports. */
function spokenScripts(file: SourceFile): string[] {
  return [...nodesOf(file)].flatMap(({ node, parent }) => {
    const text = parent?.['source'] === node ? undefined : textOf(node);
    return text?.endsWith('.ts') ? (text.split('/').at(-1) ?? []) : [];
  });
}
