import { isNowDate, isReference } from './pure-modules.ts';
import {
  at,
  isCode,
  isProduct,
  isUnder,
  type Node,
  nameOf,
  nodesOf,
  type Rule,
  textOf,
} from './source.ts';

interface Ban {
  readonly what: string;
  readonly allowedIn: readonly string[];
  readonly matches: (node: Node, parent: Node | undefined) => boolean;
}

/** Matches a member such as `process.env`; '*' matches every member. */
function member(object: string, property: string): Ban['matches'] {
  return (node) => {
    if (node.type !== 'MemberExpression' || nameOf(node['object']) !== object) return false;
    return (
      property === '*' ||
      nameOf(node['property']) === property ||
      textOf(node['property']) === property
    );
  };
}

function global(name: string): Ban['matches'] {
  return (node, parent) => nameOf(node) === name && isReference(node, parent);
}

const GONG_PATH = '/v2/customer-engagement';

const BANS: readonly Ban[] = [
  { what: 'process.env', allowedIn: ['src/config'], matches: member('process', 'env') },
  { what: 'console', allowedIn: [], matches: global('console') },
  {
    what: 'process.stdout',
    allowedIn: ['src/cli/terminal/io.ts'],
    matches: member('process', 'stdout'),
  },
  {
    what: 'process.stderr',
    allowedIn: ['src/cli/terminal/io.ts', 'src/main.ts'],
    matches: member('process', 'stderr'),
  },
  {
    what: 'process.exit',
    allowedIn: ['src/cli/run-process.ts'],
    matches: member('process', 'exit'),
  },
  { what: 'Date.now', allowedIn: ['src/lib/clock.ts'], matches: member('Date', 'now') },
  { what: 'new Date()', allowedIn: ['src/lib/clock.ts'], matches: isNowDate },
  { what: 'performance', allowedIn: ['src/lib/clock.ts'], matches: global('performance') },
  {
    what: 'Math.random',
    // created where a process is set up, and passed on from there
    allowedIn: ['src/runs/app-context.ts', 'src/cli/command-session.ts', 'src/cli/demo/command.ts'],
    matches: member('Math', 'random'),
  },
  {
    what: 'fetch',
    allowedIn: ['src/sandbox', 'src/web'],
    matches: (node) => node.type === 'CallExpression' && nameOf(node['callee']) === 'fetch',
  },
  { what: 'globalThis', allowedIn: [], matches: global('globalThis') },
  {
    what: "Gong's path",
    allowedIn: ['src/vendors/gong', 'src/sandbox'],
    matches: (node) => textOf(node)?.includes(GONG_PATH) === true,
  },
];

/** Time, randomness, environment, output, and network are each used in one place only. */
export const bannedCodeHasOnePlace: Rule = (files) =>
  files
    .filter(isProduct)
    .flatMap((file) =>
      [...nodesOf(file)].flatMap(({ node, parent }) =>
        BANS.filter(
          ({ allowedIn, matches }) => !isUnder(file.path, allowedIn) && matches(node, parent),
        ).map(({ what, allowedIn }) =>
          at(file, node, `uses ${what}, allowed only in ${allowedIn.join(', ') || 'no file'}`),
        ),
      ),
    );

/** No comment disables the compiler, the linter, or coverage. */
export const nothingIsSilenced: Rule = (files) => {
  // Assembled from parts, so that this file does not contain the comments itself.
  const needles = ['ignore', 'expect-error', 'nocheck'].map((word) => `@ts-${word}`);
  needles.push(`biome-${'ignore'}`, `eslint-${'disable'}`, `v8 ${'ignore'}`);
  return files
    .filter(isCode)
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) =>
          needles
            .filter((needle) => line.includes(needle))
            .map((needle) => `${path}:${index + 1} has ${needle}`),
        ),
    );
};

export const noAny: Rule = (files) =>
  files
    .filter(isCode)
    .flatMap((file) =>
      [...nodesOf(file)]
        .filter(({ node }) => node.type === 'TSAnyKeyword')
        .map(({ node }) => at(file, node, 'has the type any')),
    );

const TEST_FUNCTIONS: ReadonlySet<string> = new Set(['it', 'test', 'describe', 'suite', 'bench']);
const SKIPPING: ReadonlySet<string> = new Set(['only', 'skip', 'todo', 'fails', 'skipIf', 'runIf']);

/** Every test runs on every machine: a skipped test verifies nothing. */
export const everyTestRuns: Rule = (files) =>
  files
    .filter((file) => isCode(file) && isUnder(file.path, ['test']))
    .flatMap((file) =>
      [...nodesOf(file)].flatMap(({ node }) => {
        if (node.type !== 'MemberExpression') return [];
        const property = nameOf(node['property']) ?? '';
        if (!SKIPPING.has(property) || !TEST_FUNCTIONS.has(rootName(node) ?? '')) return [];
        return [at(file, node, `skips tests with ${property}`)];
      }),
    );

/** `it` of `it.concurrent.skip`. */
function rootName(node: Node): string | undefined {
  const object = node['object'] as Node;
  return object.type === 'MemberExpression' ? rootName(object) : nameOf(object);
}
