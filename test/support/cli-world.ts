import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { parse, stringify } from 'yaml';
import {
  SANDBOX_TENANT,
  writeSandboxConfiguration,
} from '../../src/sandbox/configuration-folder.ts';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { type Barrier, BarrierClock } from './barrier-clock.ts';
import { type Command, type CommandEnd, type CommandOptions, startCommand } from './command.ts';
import { newDatabase, providedServer } from './database.ts';
import { queryPostgres } from './postgres/query.ts';
import type { PostgresServer } from './postgres/server.ts';

/** Most tests do not need pacing. */
const UNLIMITED = {
  callsPerSecond: Number.POSITIVE_INFINITY,
  callsPerDay: Number.POSITIVE_INFINITY,
};
const FAST = { callsPerSecond: 1_000, callsPerDay: 1_000_000 };
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

export const TENANT = SANDBOX_TENANT;

type Settings = Readonly<Record<string, unknown>>;

/**
 * The command line as an operator uses it: real processes, a configuration folder and a database
 * file. The fake vendors run in the test's process, where the test can inspect them.
 */
export interface CliWorld extends AsyncDisposable {
  readonly sandbox: Sandbox;
  /** configuration, secrets and database; the working directory of every command */
  readonly folder: string;
  readonly isOnSqlite: boolean;
  /** on SQLite */
  readonly databaseFile: string;
  /** the `database` setting */
  readonly database: string;
  /** Runs `sharetrail WORDS --config …` to its end. */
  run(words: string, options?: CommandOptions): Promise<CommandEnd>;
  start(words: string, options?: CommandOptions): Command;
  /** Merges settings into the tenant's file, one level deep. */
  configure(settings: Readonly<Record<string, Settings | string>>): void;
  /** Adds `count` deliveries to one Contact, hours apart and after the previous ones; returns Ids. */
  deliver(count: number): string[];
  /** Requests that match the rule wait until the barrier opens. */
  barrier(rule: Omit<FaultRule, 'action'>): Barrier;
  /** Waits for all commands to end, and returns all their output. */
  output(): Promise<string>;
  /** Queries or changes the database as another process would. */
  query<Row>(sql: string, ...parameters: readonly unknown[]): Row[];
}

interface CliWorldOptions {
  /** The tenant reads Drive, too. */
  readonly googleDrive?: true;
  /** Uses SQLite in both projects. */
  readonly onSqlite?: true;
  /** default: the server of the project, if it has one */
  readonly server?: PostgresServer;
}

export async function startCliWorld(options: CliWorldOptions = {}): Promise<CliWorld> {
  const { googleDrive, onSqlite, server = providedServer() } = options;
  const clock = new BarrierClock();
  const sandbox = await createSandbox({ clock, gong: { limits: UNLIMITED } });
  const folder = mkdtempSync(join(tmpdir(), 'sharetrail-cli-'));
  const start = clock.now() - DAY_MS;
  const tenant = { start, timezone: 'UTC', ...(googleDrive && { googleDrive }) };
  await writeSandboxConfiguration(folder, sandbox, tenant);
  const databaseFile = join(folder, 'sharetrail.db');
  const isOnSqlite = server === undefined || onSqlite === true;
  const { database, drop } = await newDatabase(folder, isOnSqlite ? undefined : server);
  writeFileSync(join(folder, 'sharetrail.yaml'), stringify({ database }));
  const commands: Command[] = [];
  let delivered = start;
  const begin = (words: string, how: CommandOptions = {}) => {
    const all = [...words.split(' '), '--config', folder];
    const command = startCommand(all, { cwd: folder, ...how });
    commands.push(command);
    return command;
  };
  const configure: CliWorld['configure'] = (settings) => {
    const file = join(folder, 'tenants', `${TENANT}.yaml`);
    writeFileSync(file, stringify(mergeSettings(parse(readFileSync(file, 'utf8')), settings)));
  };
  configure({ gong: FAST });
  return {
    sandbox,
    folder,
    isOnSqlite,
    databaseFile,
    database,
    run: (words, how) => begin(words, how).ended(),
    start: begin,
    configure,
    deliver: (count) => {
      const since = delivered;
      delivered += (clock.now() - since) / 2;
      return deliver(sandbox, { count, since });
    },
    barrier: (rule) => clock.add(sandbox.faults, rule),
    output: async () => {
      const ends = await Promise.all(commands.map((command) => command.ended()));
      return ends.map(({ stdout, stderr }) => stdout + stderr).join('');
    },
    query: (sql, ...parameters) =>
      isOnSqlite ? query(databaseFile, sql, parameters) : queryPostgres(database, sql, parameters),
    [Symbol.asyncDispose]: async () => {
      for (const command of commands) command.kill('SIGKILL');
      await Promise.all(commands.map((command) => command.ended()));
      await sandbox.stop();
      await drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Writes a file of the configuration folder, such as `tenants/other.yaml`. */
export function writeConfigFile(world: CliWorld, path: string, text: string): void {
  mkdirSync(join(world.folder, path, '..'), { recursive: true });
  writeFileSync(join(world.folder, path), text);
}

function mergeSettings(
  file: Record<string, Settings | string>,
  settings: Readonly<Record<string, Settings | string>>,
): object {
  const merged = { ...file };
  for (const [key, value] of Object.entries(settings)) {
    const below = merged[key];
    const both = typeof below === 'object' && typeof value === 'object';
    merged[key] = both ? { ...below, ...value } : value;
  }
  return merged;
}

/** Deliveries from `since` on; the last one is halfway between `since` and now. */
function deliver(
  { salesforce: org, clock }: Sandbox,
  { count, since }: { readonly count: number; readonly since: number },
): string[] {
  const account = org.add('Account', { Name: 'Globex' });
  const email = 'ada@globex.example';
  const contact = org.add('Contact', { AccountId: account, LastName: 'Byron', Email: email });
  // Far apart, so that the overlap of two reads does not find the shares of a lost page again.
  const stepMs = (clock.now() - since) / 2 / count;
  return Array.from({ length: count }, (_, number) => {
    const at = Math.floor(since + (number + 1) * stepMs);
    return org.deliver({ title: `Proposal ${number}`, relatedTo: contact, at }).deliveryId;
  });
}

function query<Row>(file: string, sql: string, parameters: readonly unknown[]): Row[] {
  const sqlite = new Sqlite(file, { fileMustExist: true });
  try {
    const statement = sqlite.prepare(sql);
    if (statement.reader) return statement.all(...parameters) as Row[];
    statement.run(...parameters);
    return [];
  } finally {
    sqlite.close();
  }
}

/** The names of the tables; none if no command has created the database yet. */
export function tablesIn(world: CliWorld): string[] {
  if (world.isOnSqlite && !existsSync(world.databaseFile)) return [];
  const tables = world.isOnSqlite
    ? "select name from sqlite_schema where type = 'table'"
    : "select tablename as name from pg_tables where schemaname = 'sharetrail'";
  return world.query<{ name: string }>(tables).map(({ name }) => name);
}

/** What is wrong with the database itself, as sentences. */
export function damageIn(world: CliWorld): string[] {
  if (!world.isOnSqlite) {
    const orphans = world.query(`
      select event_id from attempt where not exists (
        select from event where (event.tenant, event.event_id) = (attempt.tenant, attempt.event_id)
      )
    `);
    return orphans.map((row) => `foreign key: ${JSON.stringify(row)}`);
  }
  const [integrity] = world.query<{ integrity_check: string }>('pragma integrity_check');
  const broken = world.query('pragma foreign_key_check');
  return [
    ...(integrity?.integrity_check === 'ok' ? [] : [`integrity: ${integrity?.integrity_check}`]),
    ...broken.map((row) => `foreign key: ${JSON.stringify(row)}`),
  ];
}

/** Removes the database and everything in it. */
export function removeDatabase(world: CliWorld): void {
  if (!world.isOnSqlite) world.query('drop schema sharetrail cascade');
  else
    for (const end of ['', '-wal', '-shm']) rmSync(`${world.databaseFile}${end}`, { force: true });
}
