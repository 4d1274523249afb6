#!/usr/bin/env node
import * as nodeModule from 'node:module';

const NODE_MAJOR_MIN = 24;

if (Number.parseInt(process.versions.node, 10) < NODE_MAJOR_MIN) {
  // An older Node fails somewhere inside, with a stack that says nothing of its age.
  process.stderr.write(
    `sharetrail: needs Node ${NODE_MAJOR_MIN} or later; this is ${process.versions.node}\n`,
  );
  process.exitCode = 2;
} else {
  // Before anything else is loaded: later starts then take compiled code from the cache.
  nodeModule.enableCompileCache();
  const words = process.argv.slice(2);
  const { printHelpOrVersion } = await import('./cli/help-and-version.ts');
  if (!(await printHelpOrVersion(words))) {
    const [{ runProcess }, { definitions }] = await Promise.all([
      import('./cli/run-process.ts'),
      import('./cli/definitions.ts'),
    ]);
    await runProcess(definitions, words);
  }
}
