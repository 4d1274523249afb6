import { defineConfig } from 'vitest/config';

// Tests start real servers, processes and SQLite files, so there is one worker per core of a small
// machine. The limits are for a test that hangs: a slow machine must not reach them.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    // For `npm run coverage`. It does not count the commands that tests run as processes.
    coverage: {
      include: ['{src,migrations}/**/*.ts'],
      reporter: ['text-summary', 'html'],
      thresholds: { statements: 90, branches: 90, functions: 90, lines: 90 },
    },
  },
});
