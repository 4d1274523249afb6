/**
 * Sends calls to Gong as a run does: four at once, each with a permit of the pacer. The clock of its
 * machine is off by some minutes. Prints how many were refused (429).
 */
const [database, origin, calls, aheadMs, callsPerSecond] = process.argv.slice(2);
const realNow = Date.now;
Date.now = () => realNow() + Number(aheadMs);

// Only now, so that nothing has read the time before.
const { openDatabase } = await import('../../../src/db/open.ts');
const { systemClock } = await import('../../../src/lib/clock.ts');
const { createPacer } = await import('../../../src/push/pacer.ts');
const { minimalEvent, putEvent } = await import('../gong-sandbox.ts');
const { nextLine, sendLine } = await import('./parent.ts');

const SENDERS = 4;
const db = openDatabase({ database: database ?? '', access: 'write' });
const pacer = createPacer({ db, account: 'account', clock: systemClock });
const settings = { callsPerSecond: Number(callsPerSecond), callsPerDay: 1_000_000 };
const { signal } = new AbortController();
let left = Number(calls);
let refused = 0;

async function send(): Promise<void> {
  while (left > 0) {
    left -= 1;
    const permit = await pacer.acquire(settings, signal);
    if (permit.kind === 'denied') throw new Error(permit.reason);
    permit.sent();
    const { status } = await putEvent(origin ?? '', minimalEvent());
    if (status === 429) refused += 1;
    void permit.release();
  }
}

sendLine('ready');
await nextLine();
await Promise.all(Array.from({ length: SENDERS }, send));
sendLine(`${refused}`);
process.exit(0);
