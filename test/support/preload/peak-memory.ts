/** Loaded before the program: prints its peak memory in megabytes when it exits. */
import { writeSync } from 'node:fs';

process.on('exit', () => {
  writeSync(2, `peak megabytes: ${Math.round(process.resourceUsage().maxRSS / 1024)}\n`);
});
