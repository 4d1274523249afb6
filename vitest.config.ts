import { defineConfig } from 'vitest/config';

/** What the tests of the database, and of everything that writes to it, have in common. */
const ON_BOTH = [
  'test/{pipeline,time,migrations,faults,postgres}/**/*.test.ts',
  'test/unit/{db,outbox,push,runs}-*.test.ts',
];
/** These are about SQLite's file. */
const ON_SQLITE_ONLY = [
  'test/faults/{backup,bad-database,database-failures,exposed-files,replaced-database,restore}.test.ts',
  'test/faults/unreachable-database.test.ts',
  'test/unit/db-open.test.ts',
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
      {
        extends: true,
        test: {
          name: 'postgres',
          include: ON_BOTH,
          exclude: ON_SQLITE_ONLY,
          globalSetup: 'test/support/postgres/global-setup.ts',
        },
      },
    ],
    // For `npm run coverage`. It does not count the commands that tests run as processes.
    coverage: {
      include: ['{src,migrations}/**/*.ts'],
      reporter: ['text-summary', 'html'],
      thresholds: { statements: 90, branches: 90, functions: 90, lines: 90 },
    },
  },
});
