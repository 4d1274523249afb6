import { z } from 'zod';

/** Epoch milliseconds, stored as ISO-8601 text. */
const time = z.iso.datetime().transform((text) => Date.parse(text));

/**
 * A sweep lists all files of a user or shared drive:
 * - `baseline`: at the first reading
 * - `compare`: to find what the change log did not report
 * - `domains`: to record grantees whose domain is no longer internal
 */
const sweep = z.strictObject({
  kind: z.enum(['baseline', 'compare', 'domains']),
  startedAt: time,
  /** the next page of the file list */
  page: z.string().optional(),
  /** the change of internal domains that the sweep covers */
  domainsAt: time.optional(),
  /** each of its pages recorded the items that it lists; sweeps of earlier versions did not */
  recordsItems: z.boolean().optional(),
});

const changeLog = z.strictObject({
  /** where reading the change log starts after the sweep */
  token: z.string(),
  sweep: sweep.optional(),
  /** the next page of the change log, if reading from `token` was interrupted */
  page: z.string().optional(),
  /** the account that read the shared drive */
  as: z.string().optional(),
  /** the latest change of internal domains for which grantees are recorded */
  domainsAt: time.optional(),
  /** start of the latest sweep that recorded all items; see known-items.ts */
  itemsSince: time.optional(),
});

/** How far the change log of one user or shared drive is read. */
export type ChangeLogPosition = z.output<typeof changeLog>;
export type Sweep = NonNullable<ChangeLogPosition['sweep']>;

const audit = z.strictObject({
  /** entries up to here are read, as far as they were visible at that time */
  until: time.optional(),
  /** an interrupted window and its next page */
  window: z.strictObject({ from: time, until: time, page: z.string() }).optional(),
});

/** How far one kind of audit log entry is read. */
export type AuditPosition = z.output<typeof audit>;

const domains = z.strictObject({
  domains: z.array(z.string()),
  /** domains that are no longer internal, and until when they were */
  former: z.array(z.strictObject({ domain: z.string(), until: time })),
});

/** The internal domains, current and former. */
export type DomainsPosition = z.output<typeof domains>;

const scope = z.strictObject({
  /** start of the last sync that read the change logs */
  readAt: time,
  /** change logs that were in scope by then but not read yet, and since when they are in scope */
  unread: z.array(z.strictObject({ stream: z.string(), since: time })),
});

/** Which change logs are in scope since when, as far as their first reading is not complete. */
export type ScopePosition = z.output<typeof scope>;

const unreadDrives = z.strictObject({
  /** shared drives that no account can be found for, and since when */
  drives: z.array(z.strictObject({ id: z.string(), name: z.string(), since: time })),
});

export type UnreadDrivesPosition = z.output<typeof unreadDrives>;

/** Each parser throws on a position that this source did not write. */
export const parseChangeLogPosition = (text: string): ChangeLogPosition =>
  changeLog.parse(JSON.parse(text));
export const parseAuditPosition = (text: string): AuditPosition => audit.parse(JSON.parse(text));
export const parseDomainsPosition = (text: string): DomainsPosition =>
  domains.parse(JSON.parse(text));
export const parseUnreadDrivesPosition = (text: string): UnreadDrivesPosition =>
  unreadDrives.parse(JSON.parse(text));

export const parseScopePosition = (text: string): ScopePosition => scope.parse(JSON.parse(text));

export function formatPosition(
  position:
    | ChangeLogPosition
    | AuditPosition
    | DomainsPosition
    | ScopePosition
    | UnreadDrivesPosition,
): string {
  return JSON.stringify(position, (key, value: unknown) =>
    typeof value === 'number' && TIME_KEYS.has(key) ? new Date(value).toISOString() : value,
  );
}

const TIME_KEYS: ReadonlySet<string> = new Set([
  'startedAt',
  'domainsAt',
  'until',
  'from',
  'itemsSince',
  'readAt',
  'since',
]);
