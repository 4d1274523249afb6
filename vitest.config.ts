import { defineConfig } from 'vitest/config';

// Tests start real servers, processes and SQLite files: two workers fit the two cores they are
// measured on, and a test that hangs is told apart from a slow one by a generous limit.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
