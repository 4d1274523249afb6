/** Preloaded into a measured process: tells its peak memory at the end, as a line of JSON. */
import { writeSync } from 'node:fs';

process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const usage = { peakMegabytes: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
  writeSync(2, `usage ${JSON.stringify(usage)}\n`);
});
