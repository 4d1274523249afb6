import type { Sabotage } from './preload/sabotage.ts';

/** The cursor moves before the events of its page are committed. */
export const CURSOR_BEFORE_PAGE: Sabotage = {
  file: 'outbox/commit.ts',
  find: 'const { tenant, now } = batch;',
  put: `const { tenant, now } = batch;
          if (batch.cursor) await writeCursor(db, { tenant, updatedAt: now, ...batch.cursor });`,
};

/** An event's ID differs from process to process. */
export const UNSTABLE_EVENT_ID: Sabotage = {
  file: 'sources/salesforce/build-share.ts',
  find: "eventIdOf('salesforce', row.Id,",
  put: "eventIdOf('salesforce', `${row.Id}${process.pid}`,",
};
