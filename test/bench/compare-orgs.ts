import { type Measured, measureRun, print, withOrg } from './measure.ts';

/** Measures a command that queues all deliveries, in a small org and in a large one. */
export async function compareOrgs(words: readonly string[]): Promise<void> {
  const [small = '100000', large = '1000000'] = process.argv.slice(2);
  const results: Measured[] = [];
  for (const deliveries of [Number(small), Number(large)]) {
    const contacts = Math.ceil(deliveries / 10);
    const measured = await withOrg({ deliveries, contacts, limits: 'limits' }, (folder) =>
      measureRun(folder, words),
    );
    printMeasured(deliveries, measured);
    results.push(measured);
  }
  const [first, second] = results;
  if (first && second) {
    const ratio = second.peakMegabytes / first.peakMegabytes;
    print(`peak memory, large over small: ${ratio.toFixed(3)}`);
  }
}

function printMeasured(deliveries: number, measured: Measured): void {
  const { report, seconds, peakMegabytes, cpuSeconds } = measured;
  if (report.queued !== deliveries) throw new Error(`queued ${report.queued} of ${deliveries}`);
  print(
    `${deliveries.toLocaleString('en-US')} deliveries: ${seconds.toFixed(1)} s, ` +
      `${Math.round(deliveries / seconds).toLocaleString('en-US')} a second, ` +
      `peak ${peakMegabytes.toFixed(0)} MB, ${cpuSeconds.toFixed(1)} s of processor time, ` +
      `${report.calls.salesforce} Salesforce calls`,
  );
}
