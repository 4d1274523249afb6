/**
 * Removes guards of the product, one at a time, in a copy of the project, and runs the test that
 * must notice. Prints which test caught which sabotage. Exits with 1 if one survived.
 *
 * `npm run sabotage -- --help` lists the options.
 */
import { setMaxListeners } from 'node:events';
import { refuse, toolInput, wholeNumber } from '../support/tool.ts';
import { SABOTAGES } from './list.ts';
import { keyOf, type Outcome, outcomeOf } from './outcome.ts';
import { ProjectCopy } from './project-copy.ts';
import { runTests } from './run-tests.ts';
import type { Sabotage } from './sabotage.ts';
import { tableOf } from './table.ts';

interface Tried {
  readonly sabotage: Sabotage;
  readonly outcome: Outcome;
  readonly seconds: number;
}

interface Settings {
  readonly selected: readonly Sabotage[];
  readonly jobs: number;
  readonly all: boolean;
  readonly signal: AbortSignal;
}

const TOOL = {
  name: 'sabotage',
  help: `
  --only NAME   one entry of the list (repeatable; default: all)
  --jobs N      tries N entries at a time (default: 2)
  --all         runs the complete suite for each, which takes minutes, and prints every test that notices
`,
  options: {
    only: { type: 'string', multiple: true },
    jobs: { type: 'string', default: '2' },
    all: { type: 'boolean', default: false },
  },
} as const;

const stop = new AbortController();
setMaxListeners(0, stop.signal);
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stop.abort());
try {
  process.exitCode = await run(readSettings());
} catch (error) {
  if (!stop.signal.aborted) throw error;
  process.exitCode = 1;
}

async function run(settings: Settings): Promise<number> {
  const startedAt = performance.now();
  const passing = await passingTests(settings);
  const tried = await tryEach(settings, passing);
  const failures = tried.filter(({ outcome }) => outcome.kind !== 'caught');
  process.stdout.write(`${tableOf(tried.map(rowOf))}\n\n`);
  for (const { sabotage, outcome } of failures) process.stdout.write(explain(sabotage, outcome));
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  process.stdout.write(
    `${tried.length} sabotages, ${tried.length - failures.length} caught, in ${minutes} minutes\n`,
  );
  return failures.length === 0 ? 0 : 1;
}

function readSettings(): Settings {
  const { values } = toolInput(TOOL);
  const { only = [], jobs, all } = values;
  const unknown = only.filter((name) => !SABOTAGES.some((each) => each.name === name));
  if (unknown.length > 0) refuse(TOOL.name, `no sabotage has the name ${unknown.join(', ')}`);
  const isSelected = ({ name }: Sabotage) => only.length === 0 || only.includes(name);
  const { signal } = stop;
  const jobsAtOnce = wholeNumber(TOOL, ['--jobs', jobs]);
  return { selected: SABOTAGES.filter(isSelected), jobs: jobsAtOnce, all, signal };
}

/** The control: a test that also fails with the guard in place catches nothing. */
async function passingTests({ selected, jobs, all, signal }: Settings): Promise<Set<string>> {
  using copy = new ProjectCopy();
  const tests = all ? 'all' : selected.map(({ caughtBy }) => caughtBy);
  const results = await runTests({ folder: copy.folder, tests, workers: jobs, signal });
  const failed = results.filter(({ status }) => status === 'failed');
  for (const { file, name, reason } of failed) {
    process.stdout.write(`control: fails without any sabotage: ${file}: ${name}: ${reason}\n`);
  }
  return new Set(results.filter(({ status }) => status === 'passed').map(keyOf));
}

/** Each job has its own copy and takes the next sabotage. */
async function tryEach(settings: Settings, passing: ReadonlySet<string>): Promise<Tried[]> {
  const tried = new Map<Sabotage, Tried>();
  const queue = settings.selected.values();
  const work = async () => {
    using copy = new ProjectCopy();
    for (const sabotage of queue) {
      const startedAt = performance.now();
      const outcome = await tryOne(sabotage, { copy, passing, settings });
      const seconds = (performance.now() - startedAt) / 1_000;
      tried.set(sabotage, { sabotage, outcome, seconds });
      process.stderr.write(`${tried.size}/${settings.selected.length} ${sabotage.name}\n`);
    }
  };
  await Promise.all(Array.from({ length: settings.jobs }, work));
  return settings.selected.flatMap((sabotage) => tried.get(sabotage) ?? []);
}

async function tryOne(
  sabotage: Sabotage,
  context: {
    readonly copy: ProjectCopy;
    readonly passing: ReadonlySet<string>;
    readonly settings: Settings;
  },
): Promise<Outcome> {
  const { copy, passing, settings } = context;
  const { all, signal } = settings;
  const tests = all ? 'all' : [sabotage.caughtBy];
  const { folder } = copy;
  try {
    const results = await copy.without(sabotage, () =>
      runTests({ folder, tests, workers: 1, signal }),
    );
    return outcomeOf(results, passing);
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'problem', problem: error instanceof Error ? error.message : String(error) };
  }
}

function rowOf({ sabotage, outcome, seconds }: Tried): string[] {
  const time = `${seconds.toFixed(1)} s`.padStart(7);
  if (outcome.kind !== 'caught') return [sabotage.name, time, outcome.kind.toUpperCase()];
  const [first] = outcome.by;
  const others = outcome.by.length > 1 ? ` (and ${outcome.by.length - 1} more)` : '';
  return [sabotage.name, time, `${first ? keyOf(first) : ''}${others}`];
}

function explain({ name, file, effect, caughtBy }: Sabotage, outcome: Outcome): string {
  const problem = outcome.kind === 'problem' ? outcome.problem : 'no test noticed';
  return `${name} (${file}): ${problem}\n  ${effect}\n  expected to fail: ${keyOf(caughtBy)}\n`;
}
