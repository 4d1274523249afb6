import { type RawBuilder, sql } from 'kysely';

/** Texts in lower case, one of which a column contains if it can mention a person's address. */
export type Mentions = readonly string[];

/** A condition that selects too much rather than too little: the caller decides what it finds. */
export function mentionsAny(columns: readonly string[], texts: Mentions): RawBuilder<boolean> {
  const conditions = columns.flatMap((column) =>
    texts.map((text) => sql`lower(${sql.ref(column)}) like ${patternOf(text)} escape '\\'`),
  );
  return sql<boolean>`(${sql.join(conditions, sql` or `)})`;
}

function patternOf(text: string): string {
  return `%${text.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
}
