import { shellQuoted } from '../../lib/shell-quote.ts';
import { SCHEMA } from './session.ts';

/** The command that copies our schema to a file. PostgreSQL's programs ask for the password. */
export function dumpCommand(database: string, file: string): string {
  const target = `--file=${shellQuoted(file)}`;
  return `pg_dump --format=custom --schema=${SCHEMA} ${target} ${withoutPassword(database)}`;
}

/** The command that replaces our schema by a copy, entirely or not at all. */
export function restoreCommand(database: string, file: string): string {
  const how = '--clean --if-exists --single-transaction';
  return `pg_restore ${how} --dbname=${withoutPassword(database)} ${shellQuoted(file)}`;
}

function withoutPassword(database: string): string {
  const url = new URL(database);
  url.password = '';
  return shellQuoted(url.href);
}
