// Tries to take the tenant's lease, then commits an event for each line from the parent.
import { formatHolder, thisProcess } from '../../../src/db/holder.ts';
import { acquireLease } from '../../../src/db/leases.ts';
import { openDatabase } from '../../../src/db/open.ts';
import { messageOf } from '../../../src/lib/errors.ts';
import { commitBatch } from '../../../src/outbox/commit.ts';
import { batchOf, newEvent } from '../events.ts';
import { argument, nextLine, sendLine } from './parent.ts';

const db = openDatabase({ database: argument(0), access: 'write' });
const now = Number(argument(1));
const lease = { name: 'tenant acme', holder: formatHolder(thisProcess()) };
sendLine((await acquireLease(db, lease, now)) ? 'held' : 'busy');
for (;;) {
  const eventId = await nextLine();
  try {
    await commitBatch(db, lease, batchOf([newEvent(eventId)]));
    sendLine('committed');
  } catch (error) {
    sendLine(messageOf(error));
  }
}
