import { rememberSecret } from '../lib/secret.ts';
import { databasePasswords, maskDatabase } from './database-url.ts';
import { interpolate, isReference, type ReferenceSources } from './interpolate.ts';
import { databaseField } from './service-schema.ts';

/** A database that the command line names, with the same rules as the setting `database`. */
export interface DatabaseAddress {
  /** what `openDatabase` expects; contains the password */
  readonly setting: string;
  /** as typed, with `•••` in place of a literal password */
  readonly shown: string;
}

/** Replaces references such as `${NAME}`, and returns the address or what is wrong with it. */
export function readDatabaseAddress(
  typed: string,
  sources: ReferenceSources,
): DatabaseAddress | { readonly problem: string } {
  const { value, problems } = interpolate(typed, sources);
  if (value === undefined) return { problem: problems.join('; ') };
  for (const password of databasePasswords(value)) rememberSecret(password);
  const parsed = databaseField.safeParse(value);
  if (parsed.success) return { setting: parsed.data, shown: shownAddress(typed) };
  return { problem: parsed.error.issues.map(({ message }) => message).join('; ') };
}

function shownAddress(typed: string): string {
  return databasePasswords(typed).every(isReference) ? typed : maskDatabase(typed);
}
