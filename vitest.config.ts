import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** What `npm test` runs on PostgreSQL, too: what decides there differently from SQLite. */
const ON_POSTGRES = [
  'test/{postgres,migrations}/**/*.test.ts',
  'test/unit/{db,outbox,push,runs}-*.test.ts',
  'test/pipeline/{copy-database,forget,retry-and-skip,search-indexing,sync}.test.ts',
];
/** Everything else that reads or writes the database: `npm run test:postgres`. */
const MORE_ON_POSTGRES = ['test/{pipeline,time,faults}/**/*.test.ts'];
/** These are about SQLite's file. */
const ON_SQLITE_ONLY = [
  'test/faults/{backup,bad-database,database-failures,exposed-files,power-cut}.test.ts',
  'test/faults/{replaced-database,restore,unreachable-database}.test.ts',
  'test/unit/db-open.test.ts',
  // A suspended process on PostgreSQL locks only its own tenant.
  'test/faults/suspended-process.test.ts',
];

// Tests start real servers, processes and databases, so there is one worker per core of a small
// machine. The limits are for a test that hangs: a slow machine must not reach them.
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'sqlite',
          include: ['test/**/*.test.ts'],
          exclude: ['test/postgres/**'],
        },
      },
      onPostgres('postgres', { include: ON_POSTGRES, exclude: ON_SQLITE_ONLY }),
      onPostgres('postgres-more', {
        include: MORE_ON_POSTGRES,
        exclude: [...ON_SQLITE_ONLY, ...ON_POSTGRES],
      }),
    ],
    // For `npm run coverage`. It does not count the commands that tests run as processes.
    coverage: {
      include: ['{src,migrations}/**/*.ts'],
      reporter: ['text-summary', 'html'],
      thresholds: { statements: 90, branches: 90, functions: 90, lines: 90 },
    },
  },
});

function onPostgres(
  name: string,
  files: { readonly include: string[]; readonly exclude: string[] },
): TestProjectInlineConfiguration {
  const globalSetup = 'test/support/postgres/global-setup.ts';
  return { extends: true, test: { name, ...files, globalSetup } };
}
