import { z } from 'zod';
import type { Activity, ActivityEvent, Page, User } from './rows.ts';
import { address, flag, pageOf, readerOf, text, time } from './zod-fields.ts';

const addresses = z.array(address).default([]);

const user = z
  .object({
    id: text,
    primaryEmail: address.min(1),
    aliases: addresses,
    nonEditableAliases: addresses,
    name: z.object({ fullName: text.optional() }).optional(),
    suspended: flag,
    archived: flag,
  })
  .transform(
    ({ id, primaryEmail, suspended, archived, ...rest }): User => ({
      id,
      email: primaryEmail,
      aliases: [...new Set([...rest.aliases, ...rest.nonEditableAliases])],
      suspended,
      archived,
      ...(rest.name?.fullName && { name: rest.name.fullName }),
    }),
  );

// Directory and Reports leave an empty list out.
const users = z
  .object({ users: z.array(user).default([]), nextPageToken: text.optional() })
  .transform((given): Page<User> => pageOf(given.users, given.nextPageToken));

const verified = z.boolean().default(true);

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
  .transform((given) => [...new Set(given.domains.flatMap(verifiedNames))]);

interface Domain {
  readonly domainName: string;
  readonly verified: boolean;
  readonly domainAliases: readonly {
    readonly domainAliasName: string;
    readonly verified: boolean;
  }[];
}

/** Anybody can add any domain to a Workspace: only a verified one is the company's. */
function verifiedNames({ domainName, verified: isOwn, domainAliases }: Domain): string[] {
  if (!isOwn) return [];
  const own = domainAliases.filter((alias) => alias.verified);
  return [domainName, ...own.map(({ domainAliasName }) => domainAliasName)];
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
  .transform((given): readonly [string, readonly string[]] => {
    const { name, value, multiValue, boolValue, intValue, multiIntValue } = given;
    const one = value ?? (boolValue === undefined ? intValue : String(boolValue));
    return [name, multiValue ?? multiIntValue ?? (one === undefined ? [] : [one])];
  });

const event = z
  .object({ name: text, type: text.default(''), parameters: z.array(parameter).default([]) })
  .transform(
    ({ name, type, parameters }): ActivityEvent => ({
      name,
      type,
      parameters: Object.fromEntries(parameters),
    }),
  );

const actor = z
  .object({ email: address.optional(), profileId: text.optional(), key: text.optional() })
  .default({})
  .transform(({ email, profileId, key }): Activity['actor'] => ({
    ...(email && { email }),
    ...(profileId && { profileId }),
    ...(key && { key }),
  }));

const activity = z
  .object({
    id: z.object({ time, uniqueQualifier: digits }),
    actor,
    events: z.array(event).default([]),
  })
  .transform(({ id, ...rest }): Activity => ({ ...id, ...rest }));

const activities = z
  .object({ items: z.array(activity).default([]), nextPageToken: text.optional() })
  .transform((given): Page<Activity> => pageOf(given.items, given.nextPageToken));

export const readUsers = readerOf(users);
export const readDomains = readerOf(domains);
export const readActivities = readerOf(activities);
