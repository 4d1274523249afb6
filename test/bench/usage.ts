/** Preloaded into a measured process: prints its peak memory as a line of JSON when it exits. */
import { writeSync } from 'node:fs';

process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const usage = { peakMegabytes: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
  writeSync(2, `usage ${JSON.stringify(usage)}\n`);
});
