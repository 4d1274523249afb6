import type { KnipConfig } from 'knip';

/**
 * `knip` checks the whole project. `knip --production` checks the product without its tests: each
 * file is reached from src/main.ts, and each export is used in the product.
 */
export default ({ production = false }): KnipConfig => ({
  project: ['{src,migrations}/**/*.ts!', 'test/**/*.ts'],
  // Benchmarks that print their own lines (docs/benchmarks.md), and a process that one of them starts.
  entry: production
    ? []
    : ['test/bench/{backfill,drive,help,matching,page,rows,scheduler,search,tenants}.ts'],
  vitest: { entry: ['test/**/*.test.ts', 'test/support/{children,preload}/*.ts'] },
  // A test may import a part of a file's work, and a type may be part of an exported signature.
  ignoreExportsUsedInFile: production || { interface: true, type: true },
  // Programs of the system: one gives a test a terminal, the other is a shell that is completed for.
  ignoreBinaries: ['script', 'fish'],
});
