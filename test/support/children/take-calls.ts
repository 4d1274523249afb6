// Takes calls of one Gong account as fast as its pacer allows, and reports how many it got.
import { openDatabase } from '../../../src/db/open.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createPacer } from '../../../src/push/pacer.ts';
import { argument, nextLine, sendLine } from './parent.ts';

const [calls, callsPerSecond] = [Number(argument(1)), Number(argument(2))];
const db = openDatabase({ database: argument(0), access: 'write' });
const pacer = createPacer({ db, account: 'account', clock: systemClock });
const { signal } = new AbortController();
sendLine('ready');
await nextLine();
const settings = { callsPerSecond, callsPerDay: 1_000_000 };
const permits = await Promise.all(
  Array.from({ length: calls }, () => pacer.acquire(settings, signal)),
);
sendLine(`${permits.filter(({ kind }) => kind === 'granted').length}`);
process.exit(0);
