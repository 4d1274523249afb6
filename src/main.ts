#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Before anything else is loaded: later starts then take compiled code from the cache.
enableCompileCache();
const [{ runProcess }, { definitions }] = await Promise.all([
  import('./cli/process.ts'),
  import('./cli/definitions.ts'),
]);
await runProcess(definitions);
