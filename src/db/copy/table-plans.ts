import type { Tables } from '../schema.ts';

export type TableName = keyof Tables;

/**
 * `copied`: row by row. `counted`: by triggers of `event` in both databases, then compared. `rebuilt`:
 * the search index, from the events. `omitted`: leases and workers are running processes.
 */
type TablePlan =
  | { readonly treatment: 'copied' | 'counted'; readonly key: readonly string[] }
  | { readonly treatment: 'rebuilt' | 'omitted' };

/**
 * In the order of copying: an attempt refers to its event. A table that is missing does not
 * compile.
 */
const PLANS: Readonly<Record<TableName, TablePlan>> = {
  run: copied('run_id'),
  cursor: copied('tenant', 'stream'),
  secret: copied('tenant', 'name'),
  call: copied('account', 'at'),
  call_total: copied('account'),
  pause: copied('account'),
  grant: copied('tenant', 'item', 'grantee', 'generation'),
  activity: copied('tenant', 'lane', 'key'),
  known_items: copied('tenant', 'owner', 'since', 'number'),
  overdue: copied('tenant'),
  backfill: copied('tenant', 'source', 'window'),
  set_aside: copied('tenant', 'source', 'kind', 'id'),
  binding: copied('tenant', 'vendor'),
  drive_address: copied('tenant', 'address', 'user_id', 'since'),
  forgotten: copied('tenant', 'person'),
  forgotten_key: copied('id'),
  event: copied('tenant', 'event_id'),
  attempt: copied('tenant', 'event_id', 'number'),
  event_count: {
    treatment: 'counted',
    key: ['tenant', 'state', 'source', 'priority', 'reason'],
  },
  search_queue: { treatment: 'rebuilt' },
  search_document: { treatment: 'rebuilt' },
  lease: { treatment: 'omitted' },
  worker: { treatment: 'omitted' },
};

function copied(...key: string[]): TablePlan {
  return { treatment: 'copied', key };
}

/** A table whose rows are compared. */
export interface ComparedTable {
  readonly name: TableName;
  /** the columns of its primary key, in order */
  readonly key: readonly string[];
  readonly treatment: 'copied' | 'counted';
}

export const ALL_TABLES = Object.keys(PLANS) as readonly TableName[];

/** Their rows belong to running processes, and do not count as content. */
export const CONTENT_TABLES = ALL_TABLES.filter((name) => PLANS[name].treatment !== 'omitted');

/** In the order of copying. */
export const COMPARED_TABLES: readonly ComparedTable[] = ALL_TABLES.flatMap((name) => {
  const plan = PLANS[name];
  return 'key' in plan ? { name, ...plan } : [];
});

export const COPIED_TABLES = COMPARED_TABLES.filter(({ treatment }) => treatment === 'copied');
