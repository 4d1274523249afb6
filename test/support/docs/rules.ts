import { posix } from 'node:path';
import { parseArguments } from '../../../src/cli/command-line/parse.ts';
import { UsageError } from '../../../src/cli/command-line/usage-error.ts';
import { definitions } from '../../../src/cli/definitions.ts';
import { listKeys } from '../../../src/config/schema-keys.ts';
import { serviceSchema } from '../../../src/config/service-schema.ts';
import { tenantSchema } from '../../../src/config/tenant-schema.ts';
import { lineAt, type Page, type Placed } from './page.ts';

/** What is wrong with a page, one line each: `path:line what`. */
export type Problems = readonly string[];

/** Links that lead to no file, or to a heading that the file does not have. */
export function brokenLinks(
  page: Page,
  project: { readonly paths: ReadonlySet<string>; readonly pages: readonly Page[] },
): Problems {
  // Spans first: what looks like a link in code is none.
  const prose = page.prose.replace(/`[^`]*`/g, (span) => span.replace(/[^\n]/g, ' '));
  return [...prose.matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].flatMap((match) => {
    const target = match[1] ?? '';
    if (/^[a-z]+:/.test(target)) return [];
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? page.path : posix.join(posix.dirname(page.path), file);
    const where = `${page.path}:${lineAt(prose, match.index)}`;
    if (!project.paths.has(path)) return [`${where} leads to no file: ${target}`];
    if (anchor === undefined) return [];
    const headings = project.pages.find((other) => other.path === path)?.headings ?? [];
    const known = headings.some((heading) => heading.anchor === anchor);
    return known ? [] : [`${where} leads to no heading: ${target}`];
  });
}

const PROGRAM =
  /(?:(?:^|\s)(?:sharetrail|npm run -s sharetrail --)|(?:^|[\s/])node src\/main\.ts) +(\S.*)$/;
/** what a shell takes for itself */
const SHELL = /\s(?:>>?|2>|\|\|?|&&|#)\s?.*$/;

/** Every command line of a page: in a fence a line, in prose a span that begins like one. */
export function commandLinesOf(page: Page): Placed[] {
  const inFences = page.fences.flatMap(({ text, line }) =>
    text
      .replaceAll('\\\n', '  ')
      .split('\n')
      .map((one, index) => ({ text: one, line: line + index })),
  );
  const inSpans = page.spans.filter(({ text }) => /^(?:sharetrail|npm|node) /.test(text));
  return [...inFences, ...inSpans].flatMap(({ text, line }) => {
    const words = PROGRAM.exec(text)?.[1]?.replace(SHELL, '');
    return words === undefined ? [] : [{ text: words, line }];
  });
}

/** Command lines that the program would refuse; `planned` are commands that may be named so. */
export function refusedCommands(page: Page, planned: readonly string[]): Problems {
  return commandLinesOf(page).flatMap(({ text, line }) => {
    const words = text.split(/\s+/).filter(Boolean);
    if (words[0] === 'COMMAND' || planned.includes(words[0] ?? '')) return [];
    try {
      const parsed = parseArguments(definitions, words);
      if (parsed.kind !== 'help' || parsed.requested) return [];
      return [`${page.path}:${line} sharetrail ${text}: words are missing`];
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return [`${page.path}:${line} sharetrail ${text}: ${error.message}`];
    }
  });
}

const keyPaths = [...listKeys(tenantSchema), ...listKeys(serviceSchema)].map(({ path }) =>
  path.filter((step) => step !== '[]').join('.'),
);
const topKeys = new Set(keyPaths.map((path) => path.split('.')[0]));

/** Keys of the configuration that no schema has: `gong.baseUrl`, `gong.baseUrl: x`, `flow: x`. */
export function unknownKeys(page: Page): Problems {
  return page.spans.flatMap(({ text, line }) => {
    const [, path] = /^([a-z]\w*(?:\.\w+)+)(?:: \S+)?$/i.exec(text) ?? [];
    const [, leaf] = /^([a-z]\w*): \S+$/i.exec(text) ?? [];
    const isPath = path !== undefined && topKeys.has(path.split('.')[0]);
    if (isPath && !keyPaths.includes(path)) return [`${page.path}:${line} no such key: ${path}`];
    const isLeaf = leaf !== undefined && !keyPaths.some((key) => key.split('.').at(-1) === leaf);
    return isLeaf ? [`${page.path}:${line} no such key: ${leaf}`] : [];
  });
}
