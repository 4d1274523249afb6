import { z } from 'zod';
import { omitUndefined } from '../../lib/omit-undefined.ts';
import type { ParsedRows } from '../faulty-row.ts';
import type { Activity, ActivityEvent, Page, User } from './rows.ts';
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

/**
 * Anyone can add any domain to a Workspace: only a verified one belongs to the company. Not parsed
 * row by row: without one of the domains, its people would count as outsiders.
 */
const domains = z
  .object({
    domains: z.array(
      z.object({
        domainName: address,
        verified,
        domainAliases: z.array(z.object({ domainAliasName: address, verified })).default([]),
      }),
    ),
  })
  .transform(({ domains: all }) => {
    const names = all
      .filter((domain) => domain.verified)
      .flatMap(({ domainName, domainAliases }) => [
        domainName,
        ...domainAliases.flatMap((alias) => (alias.verified ? alias.domainAliasName : [])),
      ]);
    return [...new Set(names)];
  });

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
  .transform(({ id, ...rest }): Activity => ({ ...id, ...rest }));

const activityKind: RowKind<Activity> = {
  kind: 'activity',
  schema: () => activity,
  idOf: (row) => {
    const parts = [textAt(row, 'id', 'time'), textAt(row, 'id', 'uniqueQualifier')];
    return parts.filter((part) => part !== undefined).join('/');
  },
};

const activities = z
  .object({ items: rowsOf(activityKind).prefault([]), nextPageToken: text.optional() })
  .transform(({ items, nextPageToken }): Page<Activity> => pageOf(items, nextPageToken));

const customer = z
  .object({
    users: z.array(z.object({ customerId: filledText })).default([]),
    items: z.array(z.object({ id: z.object({ customerId: filledText }).prefault({}) })).default([]),
  })
  .transform((page) => page.users[0]?.customerId ?? page.items[0]?.id.customerId);

export const readUser = readerOf(user);
export const readUsers = readerOf(users);
export const readDomains = readerOf(domains);
export const readActivities = readerOf(activities);

/** Parses an activity that was set aside. */
export function parseActivity(row: unknown): ParsedRows<Activity> {
  return parseRows([row], activityKind);
}
/** From the first page of users, or of activities. */
export const readCustomerId = readerOf(customer);
