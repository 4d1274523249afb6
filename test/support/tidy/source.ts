import { parseAst } from 'vitest/node';

/** A file of the project, as rules read it. */
export interface SourceFile {
  /** relative to the project's root, with forward slashes */
  readonly path: string;
  readonly text: string;
}

/** Returns the problems of the files, one line each: `path:line what`. */
export type Rule = (files: readonly SourceFile[]) => readonly string[];

/** A node of the syntax tree (ESTree with TypeScript's nodes); offsets count UTF-16 units. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const parsed = new WeakMap<SourceFile, Node>();

function syntaxOf(file: SourceFile): Node {
  let tree = parsed.get(file);
  if (tree === undefined) {
    tree = parseAst(file.text, { lang: 'ts', astType: 'ts' }, file.path) as unknown as Node;
    parsed.set(file, tree);
  }
  return tree;
}

/** All descendants with their parents; parents before children. */
function* walk(node: Node, parent?: Node): Generator<{ node: Node; parent: Node | undefined }> {
  yield { node, parent };
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) yield* walk(child, node);
    }
  }
}

export function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
  );
}

export function nodesOf(file: SourceFile): Generator<{ node: Node; parent: Node | undefined }> {
  return walk(syntaxOf(file));
}

/** The name of an identifier; undefined for every other node. */
export function nameOf(value: unknown): string | undefined {
  return isNode(value) && value.type === 'Identifier' ? String(value['name']) : undefined;
}

/** The text of a string literal, or of one literal part of a template. */
export function textOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value.type === 'Literal' && typeof value['value'] === 'string') return value['value'];
  if (value.type !== 'TemplateElement') return undefined;
  const { raw } = value['value'] as { raw: string };
  return raw;
}

export function lineOf(file: SourceFile, offset: number): number {
  return file.text.slice(0, offset).split('\n').length;
}

export function at(file: SourceFile, node: Node, what: string): string {
  return `${file.path}:${lineOf(file, node.start)} ${what}`;
}

export function isCode({ path }: SourceFile): boolean {
  return path.endsWith('.ts');
}

/** True for the code of the product, which the strictest rules apply to. */
export function isProduct(file: SourceFile): boolean {
  return isCode(file) && /^(src|migrations)\//.test(file.path);
}

export function isUnder(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}
