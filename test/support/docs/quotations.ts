import { isNode, type Node, nodesOf, type SourceFile } from '../tidy/source.ts';
import type { Page } from './page.ts';

/** replaces variable parts in the program's texts and in quotations */
const PLACEHOLDER = '…';
/** spans of several words that are a command or a setting, not a quotation */
const COMMAND_OR_SETTING = /^(?:sharetrail|npm|npx|node|fuser|systemctl|journalctl) |^[\w.]+: \S+$/;

/** All texts in the code, with concatenated parts joined. */
export function programTexts(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    [...nodesOf(file)].flatMap(({ node }) => {
      const text = textOf(node);
      return text === undefined || text === PLACEHOLDER ? [] : [text];
    }),
  );
}

/** True if one of the texts contains the quotation, with its parts between `…` in order. */
export function isQuoteOf(quotation: string, texts: readonly string[]): boolean {
  const parts = quotation.split(PLACEHOLDER);
  return texts.some((programText) => {
    let from = 0;
    return parts.every((part) => {
      const at = programText.indexOf(part, from);
      from = at + part.length;
      return at >= 0;
    });
  });
}

/** Quotations on a page that the program never prints: inline code of more than one word. */
export function unknownQuotations(page: Page, texts: readonly string[]): string[] {
  return page.spans
    .filter(({ text }) => text.includes(' ') && !COMMAND_OR_SETTING.test(text))
    .filter(({ text }) => !isQuoteOf(text, texts))
    .map(({ text, line }) => `${page.path}:${line} is not a text of the program: ${text}`);
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
  return parts.join(PLACEHOLDER);
}

function partText(value: unknown): string {
  return (isNode(value) ? textOf(value) : undefined) ?? PLACEHOLDER;
}
