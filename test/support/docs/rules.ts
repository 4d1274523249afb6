import { posix } from 'node:path';
import { GLOBAL_OPTIONS } from '../../../src/cli/command.ts';
import { parseArguments } from '../../../src/cli/command-line/parse.ts';
import { UsageError } from '../../../src/cli/command-line/usage-error.ts';
import { definitions } from '../../../src/cli/definitions.ts';
import { listKeys } from '../../../src/config/schema-keys.ts';
import { serviceSchema } from '../../../src/config/service-schema.ts';
import { tenantSchema } from '../../../src/config/tenant-schema.ts';
import { type Located, lineAt, type Page } from './page.ts';

/** The problems of a page, one line each: `path:line what`. */
export type Problems = readonly string[];

/** Links to a missing file or to a missing heading. */
export function brokenLinks(
  page: Page,
  project: { readonly paths: ReadonlySet<string>; readonly pages: readonly Page[] },
): Problems {
  // Remove inline code first: links in it do not count.
  const prose = page.prose.replace(/`[^`]*`/g, (span) => span.replace(/[^\n]/g, ' '));
  return [...prose.matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].flatMap((match) => {
    const target = match[1] ?? '';
    if (/^[a-z]+:/.test(target)) return [];
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? page.path : posix.join(posix.dirname(page.path), file);
    const where = `${page.path}:${lineAt(prose, match.index)}`;
    if (!project.paths.has(path)) return [`${where} links to a missing file: ${target}`];
    if (anchor === undefined) return [];
    const headings = project.pages.find((other) => other.path === path)?.headings ?? [];
    const known = headings.some((heading) => heading.anchor === anchor);
    return known ? [] : [`${where} links to a missing heading: ${target}`];
  });
}

/** The files of the pictures in a page. */
export function picturesOf(page: Page): Located[] {
  return [...page.prose.matchAll(/\b(?:src|srcset)="([^"]+)"/g)].map((match) => ({
    text: posix.join(posix.dirname(page.path), match[1] ?? ''),
    line: lineAt(page.prose, match.index),
  }));
}

const PICTURE =
  /^<picture>\s+<source media="\(prefers-color-scheme: dark\)" srcset="(\S+)-dark\.(png|svg)">\s+<img alt="[^"]+" src="(\S+)-light\.\2"(?: width="\d+")?>\s+<\/picture>$/;

/** Pictures that are missing, or that are not the same one in light and dark, with a text. */
export function brokenPictures(page: Page, paths: ReadonlySet<string>): Problems {
  const missing = picturesOf(page)
    .filter(({ text }) => !paths.has(text))
    .map(({ text, line }) => `${page.path}:${line} shows a missing picture: ${text}`);
  const pictures = [...page.prose.matchAll(/<picture>[\s\S]*?<\/picture>|<img\b/g)];
  const uneven = pictures.flatMap(({ 0: text, index }) => {
    const [, dark, , light] = PICTURE.exec(text) ?? [];
    if (dark !== undefined && dark === light) return [];
    return [`${page.path}:${lineAt(page.prose, index)} is not a picture in light and dark`];
  });
  return [...missing, ...uneven];
}

const PROGRAM =
  /(?:(?:^|\s)(?:sharetrail|npm run -s sharetrail --)|(?:^|[\s/])node src\/main\.ts) +(\S.*)$/;
/** redirections, pipes, and comments */
const SHELL_SYNTAX = /\s(?:>>?|2>|\|\|?|&&|#)\s?.*$/;

/** In what a command prints: after a prompt, a backtick, or in a line of cron. */
const IN_OUTPUT = /(?:^\$ |`|&& )((?:sharetrail|npm|\S*node) [^`]*)/;

/** All command lines of a page: lines in fences, and spans that start like a command. */
export function commandLinesOf(page: Page): Located[] {
  const inFences = page.fences.flatMap(({ language, text, line }) =>
    text
      .replaceAll('\\\n', '  ')
      .split('\n')
      .map((one, index) => ({
        text: language === 'text' ? (IN_OUTPUT.exec(one)?.[1] ?? '') : one,
        line: line + index,
      })),
  );
  const inSpans = page.spans.filter(({ text }) => /^(?:sharetrail|npm|node) /.test(text));
  return [...inFences, ...inSpans].flatMap(({ text, line }) => {
    const words = PROGRAM.exec(text)?.[1]?.replace(SHELL_SYNTAX, '');
    return words === undefined ? [] : [{ text: words, line }];
  });
}

/** Command lines that the program would reject. */
export function invalidCommands(page: Page): Problems {
  return commandLinesOf(page).flatMap(({ text, line }) => {
    const words = text.split(/\s+/).filter(Boolean);
    if (words[0] === 'COMMAND') return [];
    try {
      const parsed = parseArguments(definitions, words);
      if (parsed.kind !== 'help' || parsed.requested) return [];
      return [`${page.path}:${line} sharetrail ${text}: incomplete`];
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return [`${page.path}:${line} sharetrail ${text}: ${error.message}`];
    }
  });
}

/** Options of docker, npm and V8 that the pages mention. */
const FOREIGN_OPTIONS =
  /^--(?:$|env-file|max-old-space-size|max-semi-space-size|heap-growing-percent|no-turbofan|no-separate-gc-phases|semi-space-\S+)/;
const options = new Set(
  [...GLOBAL_OPTIONS, ...definitions.flatMap((definition) => definition.options)]
    .map(({ flags }) => flags.split(' ')[0])
    .concat('--help', '--version'),
);

/** Options in inline code that no command has: `--dry-run`, `--state rejected`. */
export function unknownOptions(page: Page): Problems {
  return page.spans
    .filter(({ text }) => text.startsWith('--') && !FOREIGN_OPTIONS.test(text))
    .filter(({ text }) => !options.has(text.split(' ')[0] ?? ''))
    .map(({ text, line }) => `${page.path}:${line} no such option: ${text}`);
}

const keyPaths = [...listKeys(tenantSchema), ...listKeys(serviceSchema)].map(({ path }) =>
  path.filter((step) => step !== '[]').join('.'),
);
const topKeys = new Set(keyPaths.map((path) => path.split('.')[0]));

/** Configuration keys that no schema has: `gong.baseUrl`, `gong.baseUrl: x`, `flow: x`. */
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
