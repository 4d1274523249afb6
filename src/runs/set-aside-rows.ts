import packageJson from '../../package.json' with { type: 'json' };
import { listSetAside, type SetAsideRow, saveSetAside } from '../db/set-aside.ts';
import { UserError } from '../lib/errors.ts';
import { scrub } from '../lib/secret.ts';
import type { ForgottenPeople } from '../share/forgotten.ts';
import type { SourceName } from '../share/share.ts';
import { KEPT_OF_KIND, type SetAside } from '../sources/set-aside.ts';
import type { FaultyRow } from '../vendors/faulty-row.ts';
import { FaultyRowReport } from './faulty-row-report.ts';
import { SET_ASIDE_LIMITS } from './limits.ts';
import type { ReadBatch, StageReading } from './reading-context.ts';

export interface SetAsideOptions {
  readonly source: SourceName;
  /** which kept rows are tried again */
  readonly retry: 'all' | 'of earlier versions' | 'none';
}

/**
 * Does `work` with a place for the rows that cannot be read. They are written with the next batch,
 * so that the cursor never moves past a row that is not kept, and become one error of the run.
 */
export async function withSetAside<Reading extends StageReading>(
  reading: Reading,
  options: SetAsideOptions,
  work: (reading: Reading, setAside: SetAside) => Promise<void>,
): Promise<void> {
  const { run } = reading;
  const owner = { tenant: run.tenant.tenant, source: options.source };
  const kept = await listSetAside(reading.db, owner);
  const rows = new SetAsideRows(kept, options, {
    now: () => run.context.clock.now(),
    forgotten: run.forgotten,
  });
  const take = async (batch: ReadBatch) => {
    const pending = rows.pending();
    if (pending.length === 0) return reading.take(batch);
    await reading.take({
      ...batch,
      writeInTransaction: async (trx) => {
        await batch.writeInTransaction?.(trx);
        await saveSetAside(trx, owner, pending);
      },
    });
    rows.written(pending);
  };
  try {
    await work({ ...reading, take }, rows);
    if (rows.pending().length > 0) await take(EMPTY);
  } finally {
    const error = rows.report.errorOf(options.source);
    if (error !== undefined) run.counters.addError(error);
  }
}

const EMPTY: ReadBatch = {
  created: [],
  reconsidered: [],
  alreadyHeld: new Set(),
  replaced: [],
  sharesRead: 0,
};

interface SetAsideContext {
  /** epoch milliseconds */
  readonly now: () => number;
  /** a kept row does not name them */
  readonly forgotten: ForgottenPeople;
}

/** This run has not tried the row yet. */
const NOT_TRIED = '';

class SetAsideRows implements SetAside {
  readonly report = new FaultyRowReport();
  readonly retried: readonly SetAsideRow[];
  readonly #context: SetAsideContext;
  /** by row: the version that could not read it */
  readonly #versions: Map<string, string>;
  readonly #pending = new Map<string, SetAsideRow>();

  constructor(kept: readonly SetAsideRow[], { retry }: SetAsideOptions, context: SetAsideContext) {
    const { version } = packageJson;
    this.#context = context;
    this.retried = kept.filter(
      (row) => retry === 'all' || (retry === 'of earlier versions' && row.version !== version),
    );
    this.#versions = new Map(kept.map((row) => [keyOf(row), row.version]));
    for (const row of this.retried) this.#versions.set(keyOf(row), NOT_TRIED);
  }

  add(row: FaultyRow, place: object = {}): void {
    const { version } = packageJson;
    const kept = KEPT_OF_KIND[row.kind] ?? 'nothing';
    const key = keyOf(row);
    // A log is read again and again: a kept row is not reported again by the same version.
    if (kept === 'nothing' || this.#versions.get(key) !== version) this.report.add(row);
    if (kept === 'nothing') return;
    this.#versions.set(key, version);
    if (this.#versions.size > SET_ASIDE_LIMITS.rowsMax) throw tooMany(row);
    const { now, forgotten } = this.#context;
    const { kind, id, problem } = row;
    const text = kept === 'row' ? textOf(forgotten.scrubJson(row.row)) : undefined;
    const at = now();
    this.#pending.set(key, {
      ...{ kind, id, problem, row: text, place: JSON.stringify(place), version, at },
    });
  }

  pending(): readonly SetAsideRow[] {
    return [...this.#pending.values()];
  }

  written(rows: readonly SetAsideRow[]): void {
    for (const row of rows) {
      const key = keyOf(row);
      if (this.#pending.get(key) === row) this.#pending.delete(key);
    }
  }
}

function keyOf({ kind, id }: Pick<SetAsideRow, 'kind' | 'id'>): string {
  return `${kind} ${id}`;
}

function textOf(row: unknown): string | undefined {
  const text = scrub(JSON.stringify(row) ?? '');
  return text.length > SET_ASIDE_LIMITS.rowCharactersMax ? undefined : text;
}

function tooMany({ kind, id, problem }: FaultyRow): UserError {
  return new UserError(
    `more than ${SET_ASIDE_LIMITS.rowsMax} rows cannot be read, for example ${kind} ${id} (${problem})`,
    {
      hint:
        'The vendor has probably changed its format. Nothing is lost: the cursor stays where it is. ' +
        'Install the next version of sharetrail, and report this message.',
    },
  );
}
