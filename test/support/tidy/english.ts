import { isCode, type Rule, type SourceFile } from './source.ts';

/** A phrase that is hard to read, and what to write instead. */
interface Phrase {
  /** a regular expression; a space matches any white space, including line breaks */
  readonly not: string;
  readonly but: string;
}

/** Plain English: subject first, standard terms, people are "they". */
const PHRASES: readonly Phrase[] = [
  { not: '(no|some|any)body', but: 'no one, or name the actor: the operator, another process' },
  { not: 'who(so)?ever', but: 'name the actor' },
  { not: '(he|him|his|himself)', but: 'they, them, their' },
  { not: 'an(ew|other time)', but: 'again' },
  { not: 'mend(s|ed|ing)?', but: 'fix' },
  { not: 'in the end', but: 'finally' },
  { not: 'for (good|ever)', but: 'permanently' },
  { not: 'by hand', but: 'manually, custom' },
  { not: 'without a word', but: 'silently' },
  { not: '(goes|go|going|went) on', but: 'continues, resumes' },
  { not: 'at work', but: 'running' },
  { not: 'under way', but: 'running, in progress' },
  { not: 'made up for', but: 'caught up' },
  { not: 'made[ -]up', but: 'simulated, fake' },
  { not: '(takes?|took|taking) the place', but: 'replaces' },
  { not: '(comes?|came) to light', but: 'becomes visible' },
  { not: '(tells?|told|telling) of', but: 'reports, logs' },
  { not: 'told', but: 'reported' },
  { not: 'tellings?', but: 'log entries' },
  { not: 'papers?', but: 'docs' },
  { not: 'stands?', but: 'is in, represents, is at' },
  { not: 'stood', but: 'was' },
  { not: 'an own', but: 'its own, custom' },
  { not: 'agenda', but: 'schedule state' },
  { not: 'tall(y|ies)', but: 'counters' },
  { not: 'latch(es)?', but: 'wake signal' },
  { not: 'judg(e|es|ed|ing|ements?)', but: 'decide, decision' },
  { not: 'happenings?', but: 'transition, event' },
  { not: '(taken|takes|took|take) back', but: 'revoke, undo' },
  { not: 'passed over', but: 'skipped' },
  { not: 'likewise', but: 'the same applies' },
  { not: '(all )?but for', but: 'except' },
  { not: '(also|even) where', but: 'even if' },
  { not: 'so many', but: 'up to N, name the number' },
  { not: '(as many|so long) as there (is|are)', but: 'all, any number of' },
  { not: 'at the (least|most)', but: 'at least, at most' },
  { not: 'cut short', but: 'interrupted' },
  { not: 'cut off', but: 'truncated' },
  { not: 'growing waits', but: 'exponential backoff' },
  { not: '(that|which|it|there) is none', but: 'is not a …' },
  { not: '(who|which|what|that) is no(?! longer)', but: 'is not a …' },
  { not: '(needs|need|wants) (a person|persons)', but: 'needs attention' },
  { not: 'ends? with (the code )?[0-3]', but: 'exits with' },
  { not: 'one an? (line|tenant|file|share|account|process)', but: 'one per …' },
  { not: '(an|the) answer whole', but: 'the complete response' },
  { not: 'where there (is|are)', but: 'if … exists' },
  { not: 'what there is', but: 'existing, the' },
  // Without an object, it means "must suffice". "What they have to do" is plain.
  { not: '(that|this|which) ha(s|d) to do(?=[.;!?])', but: 'must suffice' },
  { not: 'beside', but: 'next to, in addition to' },
  { not: 'look(s|ed|ing)? (again|at again)', but: 're-read, retry' },
  { not: 'the story', but: 'logs and progress' },
  { not: 'wishes', but: 'wants' },
];

/** Literal quotations of a vendor, a law, or another program, and names of people, by file. */
const QUOTED: Readonly<Record<string, readonly string[]>> = {
  // The words of version 0.1, as its databases contain them.
  'test/support/old-reports.ts': ['goes on'],
};

/** The lists of words, and the cases that the rules must report. */
const OWN_FILES = ['english', 'identifiers'].flatMap((name) => [
  `test/support/tidy/${name}.ts`,
  `test/support/tidy/cases/${name}.ts`,
]);

const PROSE = /\.(ts|md|ya?ml|txt|json|service|timer|example)$|(^|\/)(Dockerfile|\.ci\/run)$/;

/** Code, comments, and docs contain no phrase of the list. */
export const englishIsPlain: Rule = (files) =>
  files
    .filter(({ path }) => PROSE.test(path) && path !== 'package-lock.json')
    .filter(({ path }) => !OWN_FILES.includes(path))
    .flatMap(phrasesIn);

const NEEDLES = PHRASES.map(({ not, but }) => ({
  but,
  needle: new RegExp(`(?<![\\w-])${not.replaceAll(' ', '\\s+')}(?![\\w-])`, 'gi'),
}));

function phrasesIn(file: SourceFile): string[] {
  const text = isCode(file) ? joinComments(file.text) : file.text;
  const quoted = QUOTED[file.path] ?? [];
  return NEEDLES.flatMap(({ needle, but }) =>
    [...text.matchAll(needle)]
      .map((match) => ({ line: lineAt(text, match.index), said: match[0].replace(/\s+/g, ' ') }))
      .filter(({ said }) => !quoted.includes(said))
      .map(({ line, said }) => `${file.path}:${line} says "${said}"; say: ${but}`),
  );
}

/** Replaces comment markers by spaces, so that a phrase can span lines of a comment. */
function joinComments(text: string): string {
  return text.replace(
    /^( *)(\*(?!\/)|\/\/)/gm,
    (_all, indent: string, mark: string) => `${indent}${' '.repeat(mark.length)}`,
  );
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
