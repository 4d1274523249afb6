import { isNode, type Node, nodesOf, type SourceFile } from '../tidy/source.ts';
import type { Page } from './page.ts';

/** stands for what varies, in the program's sentences and in a page's quotations */
const VARYING = '…';
/** spans of several words that are a command or a setting, and no quotation */
const NO_QUOTATION = /^(?:sharetrail|npm|npx|node|fuser|systemctl|journalctl) |^[\w.]+: \S+$/;

/** Every text in the code, put together where it is written in pieces. */
export function sentencesOf(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    [...nodesOf(file)].flatMap(({ node }) => {
      const text = textOf(node);
      return text === undefined || text === VARYING ? [] : [text];
    }),
  );
}

/** Whether one of the sentences holds the quotation, its pieces between `…` in their order. */
export function isSaid(quotation: string, sentences: readonly string[]): boolean {
  const pieces = quotation.split(VARYING);
  return sentences.some((sentence) => {
    let from = 0;
    return pieces.every((piece) => {
      const at = sentence.indexOf(piece, from);
      from = at + piece.length;
      return at >= 0;
    });
  });
}

/** Quotations of a page, inline code of more than one word, that the program never says. */
export function unsaid(page: Page, sentences: readonly string[]): string[] {
  return page.spans
    .filter(({ text }) => text.includes(' ') && !NO_QUOTATION.test(text))
    .filter(({ text }) => !isSaid(text, sentences))
    .map(({ text, line }) => `${page.path}:${line} is said nowhere: ${text}`);
}

function textOf(node: Node): string | undefined {
  if (node.type === 'Literal' && typeof node['value'] === 'string') return node['value'];
  if (node.type === 'TemplateLiteral') return templateText(node);
  if (node.type !== 'BinaryExpression' || node['operator'] !== '+') return undefined;
  return [node['left'], node['right']].map(partText).join('');
}

function templateText(node: Node): string {
  const quasis = node['quasis'] as readonly Node[];
  const parts = quasis.map((quasi) => (quasi['value'] as { readonly cooked: string }).cooked);
  return parts.join(VARYING);
}

function partText(value: unknown): string {
  return (isNode(value) ? textOf(value) : undefined) ?? VARYING;
}
