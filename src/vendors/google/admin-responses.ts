import { z } from 'zod';
import { omitUndefined } from '../../lib/omit-undefined.ts';
import type { ParsedRows } from '../faulty-row.ts';
import { missingParameter } from './access-events.ts';
import { GOOGLE_LIMITS } from './limits.ts';
import type { Activity, ActivityEvent, Domains, Page, User } from './rows.ts';
import {
  address,
  filledAddress,
  filledText,
  flag,
  pageOf,
  parseRows,
  type RowKind,
  readerOf,
  rowsOf,
  text,
  textAt,
  time,
} from './zod-fields.ts';

const addresses = z.array(address).default([]);

const user = z
  .object({
    id: text,
    primaryEmail: address.min(1),
    aliases: addresses,
    nonEditableAliases: addresses,
    name: z.object({ fullName: filledText }).optional(),
    suspended: flag,
    archived: flag,
    creationTime: time.optional().catch(undefined),
  })
  .transform(({ id, primaryEmail, aliases, nonEditableAliases, name, ...fields }) =>
    omitUndefined<User>({
      id,
      email: primaryEmail,
      aliases: [...new Set([...aliases, ...nonEditableAliases])],
      suspended: fields.suspended,
      archived: fields.archived,
      name: name?.fullName,
      createdTime: fields.creationTime,
    }),
  );

const userKind: RowKind<User> = {
  kind: 'user',
  schema: () => user,
  idOf: (row) => textAt(row, 'id') ?? textAt(row, 'primaryEmail'),
};

// Directory and Reports omit an empty list.
const users = z
  .object({ users: rowsOf(userKind).prefault([]), nextPageToken: text.optional() })
  .transform(({ users: rows, nextPageToken }): Page<User> => pageOf(rows, nextPageToken));

const verified = z.boolean().default(true);

/** Anyone can add any domain to a Workspace: only a verified one belongs to the company. */
const domain = z
  .object({
    domainName: address.min(1),
    verified,
    domainAliases: z.array(z.object({ domainAliasName: address.min(1), verified })).default([]),
  })
  .transform((fields) =>
    fields.verified
      ? [
          fields.domainName,
          ...fields.domainAliases.flatMap((each) => (each.verified ? each.domainAliasName : [])),
        ]
      : [],
  );

const domainKind: RowKind<string[]> = {
  kind: 'domain',
  schema: () => domain,
  idOf: (row) => textAt(row, 'domainName'),
};

const domains = z
  .object({ domains: rowsOf(domainKind) })
  .transform(({ domains: { rows, faulty } }): Domains => {
    const names = faulty.map(({ row }) => namesIn(row));
    return {
      rows: [...new Set([...rows, ...names].flat())],
      faulty,
      areAllNamed: names.every((ofRow) => ofRow.length > 0),
    };
  });

const named = z.object({ domainName: address.min(1) }).transform((row) => row.domainName);
const namedAlias = z
  .object({ domainAliasName: address.min(1) })
  .transform((row) => row.domainAliasName);
const withAliases = z
  .object({ domainAliases: z.array(z.unknown()) })
  .transform((row) => row.domainAliases);

/** What can be read of a faulty row: in doubt, a domain's people are no outsiders. */
function namesIn(row: unknown): string[] {
  const aliases = withAliases.safeParse(row).data ?? [];
  return [
    named.safeParse(row).data ?? [],
    ...aliases.map((alias) => namedAlias.safeParse(alias).data ?? []),
  ].flat();
}

const digits = z.union([z.string(), z.int()]).transform(String);

const parameter = z
  .object({
    name: text,
    value: text.optional(),
    multiValue: z.array(text).optional(),
    boolValue: z.boolean().optional(),
    intValue: digits.optional(),
    multiIntValue: z.array(digits).optional(),
  })
  .transform((fields): readonly [string, readonly string[]] => {
    const { name, value, multiValue, boolValue, intValue, multiIntValue } = fields;
    const single = value ?? (boolValue === undefined ? intValue : String(boolValue));
    return [name, multiValue ?? multiIntValue ?? (single === undefined ? [] : [single])];
  });

const event = z
  .object({ name: text, type: text.default(''), parameters: z.array(parameter).default([]) })
  .transform(
    ({ parameters, ...rest }): ActivityEvent => ({
      ...rest,
      parameters: Object.fromEntries(parameters),
    }),
  );

const actor = z
  .object({ email: filledAddress, profileId: filledText, key: filledText })
  .prefault({})
  .transform((fields) => omitUndefined<Activity['actor']>(fields));

const activity = z
  .object({
    id: z.object({ time, uniqueQualifier: digits }),
    actor,
    events: z.array(event).default([]),
  })
  .check(({ value, issues }) => {
    const missing = missingParameter(value);
    if (missing === undefined) return;
    const message = `have no ${missing}`;
    issues.push({ code: 'custom', path: ['events'], message, input: value });
  })
  .transform(({ id, ...rest }): Activity => ({ ...id, ...rest }));

const activityKind: RowKind<Activity> = {
  kind: 'activity',
  schema: () => activity,
  idOf: (row) => {
    const parts = [textAt(row, 'id', 'time'), textAt(row, 'id', 'uniqueQualifier')];
    return parts.filter((part) => part !== undefined).join('/');
  },
};

/**
 * An activity whose time is not from `earliest` to `latest` (epoch milliseconds) is faulty: it would
 * wait for a reading that never comes. One that is merely outside of the queried time is not:
 * its reader compares its time.
 */
function activityKindOf(earliest: number, latest: number): RowKind<Activity> {
  const schema = activity.refine(({ time: at }) => at >= earliest && at <= latest, {
    path: ['id', 'time'],
    message: 'is not a time that the audit log can have',
  });
  return { ...activityKind, schema: () => schema };
}

const activities = z.object({
  items: z.array(z.unknown()).default([]),
  nextPageToken: text.optional(),
});

const customer = z
  .object({
    users: z.array(z.object({ customerId: filledText })).default([]),
    items: z.array(z.object({ id: z.object({ customerId: filledText }).prefault({}) })).default([]),
  })
  .transform((page) => page.users[0]?.customerId ?? page.items[0]?.id.customerId);

/** A user who was requested by an address, as a list of one. */
export const readRequestedUser = readerOf(
  z.looseObject({}).transform((row) => parseRows([row], userKind)),
);
export const readUsers = readerOf(users);
export const readDomains = readerOf(domains);
const readRawActivities = readerOf(activities);

/** `now`: Google's time in epoch milliseconds. */
export function readActivities(body: unknown, now: number): Page<Activity> {
  const { items, nextPageToken } = readRawActivities(body);
  const kind = activityKindOf(now - GOOGLE_LIMITS.activityAgeMsMax, latestAt(now));
  return pageOf(parseRows(items, kind), nextPageToken);
}

/**
 * Parses an activity that was set aside, however long ago. `now`: Google's time in epoch
 * milliseconds.
 */
export function parseActivity(row: unknown, now: number): ParsedRows<Activity> {
  return parseRows([row], activityKindOf(Number.NEGATIVE_INFINITY, latestAt(now)));
}

function latestAt(now: number): number {
  return now + GOOGLE_LIMITS.activityAheadMsMax;
}

/** From the first page of users, or of activities. */
export const readCustomerId = readerOf(customer);
