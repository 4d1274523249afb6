import { posix } from 'node:path';
import { isNode, lineOf, type Node, nameOf, nodesOf, type SourceFile, textOf } from './source.ts';

export interface Import {
  readonly from: SourceFile;
  readonly line: number;
  /** as written: `../lib/clock.ts`, `node:fs`, `kysely/migration` */
  readonly specifier: string;
  /** a project file's path, or undefined for a package or a builtin */
  readonly target: string | undefined;
  /** removed at compile time */
  readonly typeOnly: boolean;
  /** loaded only when the line runs */
  readonly lazy: boolean;
  /** imported names; '*' for all */
  readonly names: readonly string[];
}

const found = new WeakMap<SourceFile, readonly Import[]>();

export function importsOf(file: SourceFile): readonly Import[] {
  let imports = found.get(file);
  if (imports === undefined) {
    imports = [...nodesOf(file)].flatMap(({ node }) => importAt(file, node) ?? []);
    found.set(file, imports);
  }
  return imports;
}

/** The package of a specifier: `@scope/name` for `@scope/name/deep`. Builtins stay unchanged. */
export function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function importAt(file: SourceFile, node: Node): Import | undefined {
  const specifier = textOf(node['source'] ?? node['argument']);
  switch (node.type) {
    case 'ImportDeclaration':
      return make(file, node, { specifier, ...clause(node, 'importKind', 'imported') });
    case 'ExportAllDeclaration':
      return make(file, node, { specifier, names: ['*'], typeOnly: node['exportKind'] === 'type' });
    case 'ExportNamedDeclaration':
      return make(file, node, { specifier, ...clause(node, 'exportKind', 'local') });
    case 'ImportExpression':
      return make(file, node, { specifier, names: ['*'], typeOnly: false });
    case 'TSImportType':
      return make(file, node, { specifier: importedType(node), names: ['*'], typeOnly: true });
    case 'NewExpression':
      return make(file, node, { specifier: moduleUrl(node), names: ['*'], typeOnly: false });
    default:
      return undefined;
  }
}

interface Found {
  readonly specifier: string | undefined;
  readonly names: readonly string[];
  readonly typeOnly: boolean;
}

function make(from: SourceFile, node: Node, { specifier, ...rest }: Found): Import | undefined {
  if (specifier === undefined) return undefined;
  const target = specifier.startsWith('.')
    ? posix.join(posix.dirname(from.path), specifier)
    : undefined;
  const lazy = node.type === 'ImportExpression' || node.type === 'NewExpression';
  return { from, line: lineOf(from, node.start), specifier, target, lazy, ...rest };
}

function clause(node: Node, kindKey: string, nameKey: string): Omit<Found, 'specifier'> {
  const specifiers = (node['specifiers'] as readonly Node[] | undefined) ?? [];
  const isType = (specifier: Node) => specifier[kindKey] === 'type';
  return {
    names: specifiers.map((specifier) => specifierName(specifier, nameKey)),
    typeOnly: node[kindKey] === 'type' || (specifiers.length > 0 && specifiers.every(isType)),
  };
}

function specifierName(specifier: Node, nameKey: string): string {
  if (specifier.type === 'ImportDefaultSpecifier') return 'default';
  if (specifier.type === 'ImportNamespaceSpecifier') return '*';
  return nameOf(specifier[nameKey]) ?? textOf(specifier[nameKey]) ?? '*';
}

function importedType(node: Node): string | undefined {
  const { argument, source } = node;
  if (textOf(source) !== undefined) return textOf(source);
  return isNode(argument) ? (textOf(argument['literal']) ?? textOf(argument)) : undefined;
}

/** `new URL('./worker.ts', import.meta.url)` runs or reads that file, so it counts as an import. */
function moduleUrl(node: Node): string | undefined {
  const [path] = node['arguments'] as readonly Node[];
  const text = textOf(path);
  const isUrl = nameOf(node['callee']) === 'URL' && text?.startsWith('.') && text.endsWith('.ts');
  return isUrl ? text : undefined;
}
