import { z } from 'zod';

/** Epoch milliseconds, kept as a person reads them. */
const time = z.iso.datetime().transform((text) => Date.parse(text));

/**
 * - `baseline`: the stream is read for the first time
 * - `compare`: what the log did not tell is found by comparing
 * - `domains`: grantees whose domain is internal no longer are noted
 */
const sweep = z.strictObject({
  kind: z.enum(['baseline', 'compare', 'domains']),
  startedAt: time,
  /** where the list of files goes on */
  page: z.string().optional(),
  /** the change of internal domains that the sweep takes account of */
  domainsAt: time.optional(),
});

const stream = z.strictObject({
  /** from where the change log is read, once the sweep is done */
  token: z.string(),
  sweep: sweep.optional(),
  /** a page of the log from `token` on that comes next */
  page: z.string().optional(),
  /** as whom a shared drive is read */
  as: z.string().optional(),
  /** the change of internal domains up to which grantees are noted */
  domainsAt: time.optional(),
});

/** How far one user's or drive's change log is read. */
export type StreamPosition = z.output<typeof stream>;
export type Sweep = NonNullable<StreamPosition['sweep']>;

const audit = z.strictObject({
  /** everything up to here is read, as far as it was visible then */
  until: time.optional(),
  /** a window that was left half-way, and the page that comes next */
  window: z.strictObject({ from: time, until: time, page: z.string() }).optional(),
});

/** How far one kind of entry of the audit log is read. */
export type AuditPosition = z.output<typeof audit>;

const domains = z.strictObject({
  domains: z.array(z.string()),
  /** what was internal once, and until when */
  former: z.array(z.strictObject({ domain: z.string(), until: time })),
});

/** The domains that counted as internal, and those that did before. */
export type DomainsPosition = z.output<typeof domains>;

/** Each throws on anything that this source did not write. */
export const readStreamPosition = (text: string): StreamPosition => stream.parse(JSON.parse(text));
export const readAuditPosition = (text: string): AuditPosition => audit.parse(JSON.parse(text));
export const readDomainsPosition = (text: string): DomainsPosition =>
  domains.parse(JSON.parse(text));

/** `keys` hold times. */
export function writePosition(position: StreamPosition | AuditPosition | DomainsPosition): string {
  return JSON.stringify(position, (key, value: unknown) =>
    typeof value === 'number' && TIMES.has(key) ? new Date(value).toISOString() : value,
  );
}

const TIMES: ReadonlySet<string> = new Set(['startedAt', 'domainsAt', 'until', 'from']);
