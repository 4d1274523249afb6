// Tries to take the tenant's lease; holding it, commits an event for each word of the parent.

import { formatHolder, thisProcess } from '../../../src/db/holder.ts';
import { acquireLease } from '../../../src/db/leases.ts';
import { openDatabase } from '../../../src/db/open.ts';
import { messageOf } from '../../../src/lib/errors.ts';
import { commitBatch } from '../../../src/outbox/commit.ts';
import { batchOf, newEvent } from '../events.ts';
import { argument, hear, tell } from './speak.ts';

const db = openDatabase({ database: argument(0), access: 'write' });
const now = Number(argument(1));
const lease = { name: 'tenant acme', holder: formatHolder(thisProcess()) };
tell((await acquireLease(db, lease, now)) ? 'held' : 'busy');
for (;;) {
  const eventId = await hear();
  try {
    await commitBatch(db, lease, batchOf([newEvent(eventId)]));
    tell('committed');
  } catch (error) {
    tell(messageOf(error));
  }
}
