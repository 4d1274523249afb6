import { sql } from 'kysely';
import { type Mentions, mentionsAny } from './mentions.ts';
import type { Statement, Tables } from './schema.ts';

/** Columns with texts that can mention anyone: errors, rows of vendors, positions. */
const TEXTS = [
  { table: 'run', keys: ['run_id'], columns: ['report'] },
  {
    table: 'set_aside',
    keys: ['tenant', 'source', 'kind', 'id'],
    columns: ['problem', 'row', 'place'],
  },
  { table: 'cursor', keys: ['tenant', 'stream'], columns: ['position'] },
  { table: 'attempt', keys: ['tenant', 'event_id', 'number'], columns: ['errors'] },
] as const satisfies readonly TextColumns[];

interface TextColumns {
  readonly table: keyof Tables;
  readonly keys: readonly string[];
  readonly columns: readonly string[];
}

/** Replaces each of the tenant's texts that mention someone by what `scrub` makes of it. */
export async function scrubTexts(
  trx: Statement,
  of: { readonly tenant: string; readonly mentions: Mentions },
  scrub: (text: string) => string,
): Promise<void> {
  for (const texts of TEXTS) await scrubTable(trx, texts, { ...of, scrub });
}

async function scrubTable(
  trx: Statement,
  { table, keys, columns }: TextColumns,
  of: {
    readonly tenant: string;
    readonly mentions: Mentions;
    readonly scrub: (text: string) => string;
  },
): Promise<void> {
  const { rows } = await sql<Record<string, string | number | null>>`
    select ${refs([...keys, ...columns])} from ${sql.table(table)}
    where tenant = ${of.tenant} and ${mentionsAny(columns, of.mentions)}
  `.execute(trx);
  for (const row of rows) {
    for (const column of columns) {
      const text = row[column];
      if (typeof text !== 'string') continue;
      const scrubbed = of.scrub(text);
      if (scrubbed === text) continue;
      await sql`
        update ${sql.table(table)} set ${sql.ref(column)} = ${scrubbed}
        where ${sql.join(
          keys.map((key) => sql`${sql.ref(key)} = ${row[key]}`),
          sql` and `,
        )}
      `.execute(trx);
    }
  }
}

function refs(names: readonly string[]) {
  return sql.join(names.map((name) => sql.ref(name)));
}
