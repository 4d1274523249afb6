import { createRandom } from '../../src/sandbox/seeded-random.ts';
import { MalformedQuery } from '../../src/vendors/salesforce/errors.ts';
import type { TorturePart, TortureRow } from './part.ts';
import { shortenTimeouts } from './short-timeouts.ts';
import {
  differences,
  isFor,
  planFor,
  recoveryMsOf,
  type Undisturbed,
  undisturbed,
  type WireRequest,
} from './wire-cases.ts';
import { endlessRow } from './wire-endless.ts';
import type { WireFault } from './wire-fault.ts';
import { faults } from './wire-faults.ts';
import { memoryRows } from './wire-memory.ts';
import { type CaseResult, STAGES, type Stage, WireWorld } from './wire-world.ts';

/** Most cases wait for timers and sockets. */
const WORLDS = { short: 4, long: 6 };
const FILE_ID = /\w+sandboxFile\w+/;
/** of the simulated company */
const PAGES_OF_ANY_LIST_MAX = 12;
const SHORT_CASES = 36;
const CASES_PER_LINE = 100;
const SHARES_OF_REQUESTS = [0.01, 0.03, 0.1, 0.3];
const RANDOM_RUNS = { short: 1, long: 25 };

interface Case {
  /** undefined: several */
  readonly fault?: WireFault;
  /** of the request that it hits, whatever the file */
  readonly kind: string;
  /** the row that it counts for */
  readonly row: string;
  /** what reproduces it */
  readonly name: string;
  readonly plan: (onStrike: () => void) => ReturnType<typeof planFor>;
}

interface Choice {
  readonly long: boolean;
  readonly seed: number;
  readonly only: string;
}

interface Counts {
  tried: number;
  lost: number;
  doubled: number;
  worstRecoveryMs: number;
  readonly failures: string[];
}

/**
 * Faults between sharetrail and its vendors: each at every single request of three small runs, one at
 * a time, then at random. Afterward, Gong must have exactly the events of a run without faults.
 */
export const wire: TorturePart = async ({ seed, long, only = '', report }) => {
  using _timeouts = shortenTimeouts(long ? 'long' : 'short');
  const rows = new Map<string, Counts>();
  const count = WORLDS[long ? 'long' : 'short'];
  const worlds = await Promise.all(Array.from({ length: count }, () => WireWorld.start()));
  try {
    for (const stage of STAGES) {
      await Promise.all(worlds.map((world) => world.enter(stage)));
      // One after another: on a busy machine, each has time-outs to keep.
      const plain: Undisturbed[] = [];
      for (const world of worlds) plain.push(await undisturbed(world, stage));
      const [first] = plain;
      if (first === undefined) throw new Error('no world');
      const cases = [
        ...singleCases(first, { long, seed, only }),
        ...randomCases(stage, { long, seed, only }),
      ];
      report(`${stage}: ${first.requests.length} requests, ${cases.length} cases`);
      const queue = cases.toReversed();
      let done = 0;
      await Promise.all(
        worlds.map(async (world, index) => {
          const expected = plain[index] ?? first;
          for (let next = queue.pop(); next; next = queue.pop()) {
            for (const failure of await tryCase(world, stage, next, { expected, rows }))
              report(failure);
            done += 1;
            if (done % CASES_PER_LINE === 0) report(`${stage}: ${done} of ${cases.length}`);
          }
        }),
      );
    }
  } finally {
    await Promise.all(worlds.map((world) => world[Symbol.asyncDispose]()));
  }
  const singles = [...rows].map(([fault, counts]): TortureRow => ({ fault, ...counts }));
  return [
    ...singles,
    ...(long || only !== ''
      ? [...(await memoryRows(only)), ...(await endlessRow(only, report))]
      : []),
  ];
};

async function tryCase(
  world: WireWorld,
  stage: Stage,
  { row, name, plan, fault }: Case,
  { expected, rows }: { readonly expected: Undisturbed; readonly rows: Map<string, Counts> },
): Promise<string[]> {
  const counts = rows.get(row) ?? emptyCounts();
  rows.set(row, counts);
  const trapped = world.wire.trapped.length;
  let strikes = 0;
  const result = await world.case(stage, {
    plan: plan(() => {
      strikes += 1;
    }),
  });
  const { lost, doubled: others } = differences(result, expected.accepted);
  const doubled = fault?.inventsRows ? [] : others;
  counts.tried += strikes;
  counts.lost += lost.length;
  counts.doubled += doubled.length;
  counts.worstRecoveryMs = Math.max(counts.worstRecoveryMs, recoveryMsOf(result, expected));
  const problems = [
    ...(lost.length > 0 ? [`lost ${lost}`] : []),
    ...(doubled.length > 0 ? [`doubled ${doubled}`] : []),
    ...world.wire.trapped.slice(trapped).map((request) => `the trap received ${request}`),
    ...problemsOf(result),
    ...(isUnnamed(result, fault, strikes) ? ['no error says that the list does not end'] : []),
  ];
  const failures = problems.map((problem) => `${name}: ${problem}`);
  counts.failures.push(...failures);
  return failures;
}

/**
 * A vendor that does not understand a request ends the run, since that is our bug; nothing else
 * does.
 */
function problemsOf({ report, thrown }: CaseResult): string[] {
  const isMalformed = thrown instanceof Error && thrown.cause instanceof MalformedQuery;
  if (thrown !== undefined && !isMalformed) return [`the run threw ${thrown}`];
  return (report?.errors ?? [])
    .filter(({ message, hint }) => message === '' || hint === '')
    .map((error) => `an error says nothing: ${JSON.stringify(error)}`);
}

/** True if a list had no end, and the run does not say so. */
function isUnnamed({ report }: CaseResult, fault: WireFault | undefined, strikes: number): boolean {
  if (fault?.named === undefined || strikes <= PAGES_OF_ANY_LIST_MAX) return false;
  return report?.errors.every(({ message }) => !fault.named?.test(message)) ?? false;
}

function emptyCounts(): Counts {
  return { tried: 0, lost: 0, doubled: 0, worstRecoveryMs: 0, failures: [] };
}

/** Every fault at every request; in the short form, a sample. */
function singleCases({ requests }: Undisturbed, { long, seed, only }: Choice): Case[] {
  const all = faults
    .flatMap((fault) =>
      requests.filter((at) => isFor(fault, at)).map((at) => singleCase(fault, at)),
    )
    .filter(({ name }) => name.includes(only));
  if (long) return firstOfEachKindFirst(all);
  const random = createRandom(seed);
  const sample = all.map((each) => ({ each, order: random() }));
  sample.sort((one, other) => one.order - other.order);
  return sample.slice(0, SHORT_CASES / STAGES.length).map(({ each }) => each);
}

/** Requests for several files are alike: each fault first hits one of them. */
function firstOfEachKindFirst(cases: readonly Case[]): Case[] {
  const seen = new Map<string, number>();
  const ranked = cases.map((each) => {
    const key = `${each.row} ${each.kind}`;
    const rank = seen.get(key) ?? 0;
    seen.set(key, rank + 1);
    return { each, rank };
  });
  return ranked.toSorted((one, other) => one.rank - other.rank).map(({ each }) => each);
}

function singleCase(fault: WireFault, at: WireRequest): Case {
  return {
    fault,
    kind: at.label.replace(FILE_ID, 'FILE'),
    row: fault.name,
    name: `${fault.name} at request ${at.occurrence} of "${at.label}" in the ${at.stage}`,
    plan: (onStrike) => planFor(fault, at, onStrike),
  };
}

/** Any fault, at a share of all requests of a run. */
function randomCases(stage: Stage, { long, seed, only }: Choice): Case[] {
  const repetitions = RANDOM_RUNS[long ? 'long' : 'short'];
  const all = SHARES_OF_REQUESTS.flatMap((share) =>
    Array.from({ length: repetitions }, (_, run): Case => {
      const row = `any fault at ${share * 100} % of the requests`;
      return {
        kind: 'any',
        row,
        name: `${row} of the ${stage}, seed ${seed + run}`,
        plan: (onStrike) => {
          const random = createRandom(seed + run);
          return ({ vendor }) => {
            if (random() >= share) return undefined;
            const usable = faults.filter(({ vendors }) => vendors?.includes(vendor) ?? true);
            onStrike();
            return usable[Math.floor(random() * usable.length)]?.strike;
          };
        },
      };
    }),
  );
  return all.filter(({ name }) => name.includes(only));
}
