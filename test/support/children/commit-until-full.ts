// Commits batches of ten events with a cursor until the disk is full, then reports how it ended.
import { formatHolder, thisProcess } from '../../../src/db/holder.ts';
import { acquireLease } from '../../../src/db/leases.ts';
import { migrate } from '../../../src/db/migrate.ts';
import { openDatabase } from '../../../src/db/open.ts';
import { UserError } from '../../../src/lib/errors.ts';
import { commitBatch } from '../../../src/outbox/commit.ts';
import { batchOf, eventSeries } from '../events.ts';
import { argument, sendLine } from './parent.ts';

// The system sends this signal at a file size limit; with a handler, the write fails instead.
process.on('SIGXFSZ', () => {});
const db = openDatabase({ database: argument(0), access: 'write' });
await migrate(db);
const lease = { name: 'tenant acme', holder: formatHolder(thisProcess()) };
await acquireLease(db, lease, 0);
const batchesMax = Number(argument(1));
try {
  for (let batch = 1; batch <= batchesMax; batch += 1) {
    const created = eventSeries(10, `batch-${batch}`);
    const cursor = { stream: 'salesforce', position: `${batch}` };
    await commitBatch(db, lease, batchOf(created, { cursor }));
  }
  sendLine(JSON.stringify({ kind: 'done' }));
} catch (error) {
  const { name, message, hint } = error as UserError;
  sendLine(
    JSON.stringify({ kind: error instanceof UserError ? 'UserError' : 'bug', name, message, hint }),
  );
}
process.exit(0);
