import type { KnipConfig } from 'knip';

/**
 * `knip` checks the whole project. `knip --production` checks the product without its tests: each
 * file is reached from src/main.ts, and each export is used in the product.
 */
export default ({ production = false }): KnipConfig => ({
  project: ['{src,migrations}/**/*.ts!', 'test/**/*.ts'],
  vitest: { entry: ['test/**/*.test.ts', 'test/support/{children,preload}/*.ts'] },
  // A test may import a part of a file's work, and a type may be part of an exported signature.
  ignoreExportsUsedInFile: production || { interface: true, type: true },
  // A program of the system, which gives a test a terminal.
  ignoreBinaries: ['script'],
});
