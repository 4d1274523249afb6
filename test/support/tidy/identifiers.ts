import { at, isCode, isUnder, type Node, nodesOf, type Rule, type SourceFile } from './source.ts';

/** Words that names must not contain, with the term to use instead. */
const BANNED_WORDS: ReadonlyMap<string, string> = new Map([
  ['agenda', 'schedule state'],
  ['findings', 'loaded records'],
  ['happening', 'event, transition'],
  ['happenings', 'events, transitions'],
  ['judge', 'decide'],
  ['judged', 'decided'],
  ['judges', 'decides'],
  ['judgement', 'decision'],
  ['judgment', 'decision'],
  ['lane', 'partition'],
  ['lanes', 'partitions'],
  ['latch', 'signal'],
  ['tallies', 'counters'],
  ['tally', 'counters'],
  ['telling', 'log entry'],
  ['tellings', 'log entries'],
  ['told', 'reported, logged'],
  ['trail', 'related record, path'],
  ['wanted', 'missing, requested'],
]);

/** Migrations do not change, not even their names. */
const FROZEN = ['migrations'];

/** Columns of the database keep their names: only keys and members can have these. */
const STORED_NAMES: ReadonlySet<string> = new Set(['lane', 'told_for']);

/** Names of files, variables, functions, types, and members contain no banned word. */
export const namesArePlain: Rule = (files) =>
  files
    .filter((file) => isCode(file) && !isUnder(file.path, FROZEN))
    .flatMap((file) => [...problemsInPath(file), ...problemsInCode(file)]);

function problemsInPath({ path }: SourceFile): string[] {
  return path
    .split(/[^a-z]+/)
    .flatMap((word) => advice(word).map((term) => `${path}:1 has "${word}" in its path; ${term}`));
}

function problemsInCode(file: SourceFile): string[] {
  const problems = new Map<string, string>();
  for (const { node, parent } of nodesOf(file)) {
    const name = identifierOf(node);
    if (name === undefined || problems.has(name) || isStoredName(node, parent)) continue;
    for (const term of wordsOf(name).flatMap(advice))
      problems.set(name, at(file, node, `names something "${name}"; ${term}`));
  }
  return [...problems.values()];
}

function identifierOf(node: Node): string | undefined {
  const isName = node.type === 'Identifier' || node.type === 'PrivateIdentifier';
  return isName ? String(node['name']) : undefined;
}

function isStoredName(node: Node, parent: Node | undefined): boolean {
  if (!STORED_NAMES.has(String(node['name'])) || parent === undefined) return false;
  const isKey = parent['key'] === node && parent['shorthand'] !== true;
  return isKey || parent['property'] === node;
}

/** `told`, `for` of `toldFor`; `max`, `lane` of `MAX_LANE`. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
}

function advice(word: string): string[] {
  const term = BANNED_WORDS.get(word);
  return term === undefined ? [] : [`say: ${term}`];
}
