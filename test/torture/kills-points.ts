import type { KillPoint } from '../support/preload/kill-at.ts';

/** A kind of moment at which a process is killed, before or after a statement. */
export interface PointGroup {
  /** of the printed table */
  readonly fault: string;
  /** regular expressions for the text of a statement */
  readonly statements: readonly string[];
  /** only after this statement was executed */
  readonly since?: string;
  /** statements of the group in one run, about: a random number of them passes first */
  readonly passing: number;
  /** the same with Drive; default: equal */
  readonly passingWithDrive?: number;
}

export const MIGRATION: PointGroup = {
  fault: 'SIGKILL at a step of the migrations',
  statements: ['^create', '^alter', 'insert into "kysely_migration"', '^drop', '^commit'],
  passing: 12,
};

export const POINTS: readonly PointGroup[] = [
  { fault: 'SIGKILL at a commit', statements: ['^commit'], passing: 20, passingWithDrive: 50 },
  {
    fault: 'SIGKILL at a write of a share',
    statements: ['insert into "event"', 'insert into "grant"', '"activity"', 'search_queue'],
    passing: 2,
  },
  {
    fault: 'SIGKILL at a cursor',
    statements: ['insert into "cursor"', 'insert into "backfill"', 'update "backfill"'],
    passing: 1,
    passingWithDrive: 10,
  },
  {
    fault: 'SIGKILL at a send',
    statements: ['insert into "call"', '^commit', 'update "call"'],
    since: 'insert into "call"',
    passing: 8,
  },
  {
    fault: 'SIGKILL at a settlement',
    statements: ['insert into "attempt"', 'update "event"', '^commit'],
    since: 'insert into "call"',
    passing: 5,
  },
  {
    fault: 'SIGKILL at a lease',
    statements: ['insert into "lease"', 'delete from "lease"', 'update "lease"'],
    passing: 1,
  },
  {
    fault: 'SIGKILL at the record of a run',
    statements: ['insert into "run"', 'update "run"', 'insert into "binding"'],
    passing: 1,
  },
];

export function pointIn(
  group: PointGroup,
  torture: { readonly random: () => number; readonly hasDrive: boolean },
): KillPoint {
  const { random, hasDrive } = torture;
  const { statements, since, passing, passingWithDrive = passing } = group;
  const at = statements[Math.floor(random() * statements.length)] ?? '';
  const when = random() < 0.5 ? 'before' : 'after';
  // Squared, because many runs have fewer statements: a point that is not reached kills nothing.
  const skip = Math.floor(random() ** 2 * (hasDrive ? passingWithDrive : passing));
  return { at, when, skip, ...(since !== undefined && { since }) };
}
