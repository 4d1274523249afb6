import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { QUEUE_TABLES_VERSION } from '../../src/db/queue-access.ts';

test('`check` compares the tables of the queue with the version that pg-boss needs', () => {
  const file = new URL('../../node_modules/pg-boss/package.json', import.meta.url);
  const { pgboss } = JSON.parse(readFileSync(file, 'utf8'));
  expect(QUEUE_TABLES_VERSION).toBe(pgboss.schema);
});
