import {
  at,
  isCode,
  isProduct,
  isUnder,
  lineOf,
  type Node,
  nameOf,
  nodesOf,
  type Rule,
  type SourceFile,
} from './source.ts';

export const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;
/** 90 % of the product's functions are shorter */
const USUAL_FUNCTION_LINES_MAX = 45;
const PARAMETERS_MAX = 3;
const FUNCTIONS: ReadonlySet<string> = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
]);

export const filesAreShort: Rule = (files) =>
  files.filter(isCode).flatMap((file) => {
    const lines = lineCount(file);
    return lines <= FILE_LINES_MAX ? [] : [`${file.path}:1 has ${lines} lines`];
  });

/** A suite can be longer, because it is a list of tests; the limit applies to each test. */
export const functionsAreShort: Rule = (files) =>
  functionsOf(files.filter(isCode)).flatMap(({ file, node, lines, suite }) =>
    suite || lines <= FUNCTION_LINES_MAX ? [] : [at(file, node, `is a function of ${lines} lines`)],
  );

export const mostFunctionsAreShorter: Rule = (files) => {
  const lengths = functionsOf(files.filter(isProduct)).map(({ lines }) => lines);
  const usual = percentile(lengths, 0.9);
  if (usual <= USUAL_FUNCTION_LINES_MAX) return [];
  return [`one of ten functions has ${usual} lines or more`];
};

export const functionsTakeFewParameters: Rule = (files) =>
  functionsOf(files.filter(isProduct)).flatMap(({ file, node }) => {
    const count = (node['params'] as readonly Node[]).length;
    return count <= PARAMETERS_MAX ? [] : [at(file, node, `is a function of ${count} parameters`)];
  });

/** Figures for reviewers, in one line. */
export function sizeReport(files: readonly SourceFile[]): string {
  const product = files.filter(isProduct);
  const lines = product.map(lineCount);
  const functions = functionsOf(product).map((found) => found.lines);
  return [
    `${product.length} product files: median ${percentile(lines, 0.5)} lines`,
    `longest ${Math.max(0, ...lines)}`,
    `${lines.filter((count) => count > 200).length} over 200`,
    `functions: median ${percentile(functions, 0.5)}, nine of ten up to ${percentile(functions, 0.9)}`,
    `longest ${Math.max(0, ...functions)}`,
  ].join(', ');
}

function functionsOf(files: readonly SourceFile[]) {
  return files.flatMap((file) =>
    [...nodesOf(file)]
      .filter(({ node }) => FUNCTIONS.has(node.type))
      .map(({ node, parent }) => ({
        file,
        node,
        lines: lineOf(file, node.end) - lineOf(file, node.start) + 1,
        suite: isUnder(file.path, ['test']) && isSuite(parent),
      })),
  );
}

/** The callback of `describe(…)`, `describe.each(…)(…)`. */
function isSuite(parent: Node | undefined): boolean {
  let callee: unknown = parent?.type === 'CallExpression' ? parent['callee'] : undefined;
  while (callee !== undefined && nameOf(callee) === undefined) {
    const node = callee as Node;
    callee = node['callee'] ?? node['object'] ?? node['tag'];
  }
  return nameOf(callee) === 'describe';
}

function lineCount({ text }: SourceFile): number {
  return text.replace(/\n$/, '').split('\n').length;
}

function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
