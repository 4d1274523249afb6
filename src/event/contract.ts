import { z } from 'zod';
import { EMAIL_SHAPE } from '../share/address.ts';
import { isLink } from '../share/link.ts';
import { formatProblems, requirementOf } from './contract-problems.ts';

/**
 * The body of `PUT /v2/customer-engagement/content/shared`, field by field as on Gong's reference
 * page, with the formats that its prose requires. Gong's published schema is not usable: its data
 * types are one joined string, and it has no formats. This schema is stricter than the page in one
 * way: a present field has a value, so nothing is null, blank or an empty list.
 */

const BLANK = 'must not be blank';
/** "Both case-sensitive and case-insensitive formats are supported": 15 or 18 characters. */
const SALESFORCE_ID = /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/;
/** Gong's ids are 64-bit numbers written as strings. */
const GONG_ID = /^\d{1,20}$/;

const text = z
  .string()
  .refine((value) => /\S/.test(value), BLANK)
  .refine((value) => value.isWellFormed(), 'must not contain half of a surrogate pair');
const email = z.string().regex(EMAIL_SHAPE, 'must be an email address');
const link = z.string().refine(isLink, 'must be a valid http or https URL');
const salesforceId = z.string().regex(SALESFORCE_ID, 'must be a Salesforce id');
const gongId = z.string().regex(GONG_ID, 'must be a Gong id: a string of up to 20 digits');
// The page allows any ISO-8601 time. Elsewhere, Gong requires it without milliseconds.
const time = z.iso.datetime({
  offset: true,
  precision: 0,
  error: (issue) =>
    typeof issue.input === 'string'
      ? 'must be an ISO-8601 time with Z or an offset and without fractions'
      : undefined,
});

const OTHER_SYSTEMS = ['HubSpot', 'MicrosoftDynamic', 'Generic'] as const;
const PARTY_OBJECT_TYPES = [
  'Lead',
  'Contact',
  'Account',
  'Opportunity',
  'User',
  'Lead,Contact',
] as const;
const EVENT_OBJECT_TYPES = [
  'Opportunity',
  'Account',
  'Lead',
  'Contact',
  'User',
  'Opportunity,Account',
] as const;

// "Intended for future use only": an object on the page, but its example is a string.
const fields = z
  .array(
    z.strictObject({
      name: text.optional(),
      value: z
        .union([text, z.number(), z.boolean(), z.record(z.string(), z.unknown())], {
          error: 'must be text, a number, a boolean or an object',
        })
        .optional(),
    }),
  )
  .nonempty();

function contextOf<const Types extends readonly [string, ...string[]]>(objectTypes: Types) {
  const objectType = z.enum(objectTypes);
  const objectsWith = (objectId: z.ZodString | typeof text) =>
    z
      .array(z.strictObject({ objectType, objectId, fields: fields.optional() }))
      .nonempty()
      .optional();
  const ofSalesforce = z.strictObject({
    system: z.literal('Salesforce'),
    objects: objectsWith(salesforceId),
  });
  const ofAnother = z.strictObject({ system: z.enum(OTHER_SYSTEMS), objects: objectsWith(text) });
  const entry = z.discriminatedUnion('system', [ofSalesforce, ofAnother], {
    error: mustBeOneOf('"Salesforce"', ...OTHER_SYSTEMS.map((system) => JSON.stringify(system))),
  });
  return z.array(entry).nonempty();
}

const person = { name: text.optional(), title: text.optional() };
const partyContext = contextOf(PARTY_OBJECT_TYPES);

const recipient = z.strictObject({ email, ...person, context: partyContext.optional() });
const participant = z
  .strictObject({ email: email.optional(), ...person, context: partyContext.optional() })
  .refine(hasFields, 'must not be empty');
const sharer = z
  .strictObject({ id: gongId.optional(), email: email.optional(), name: text.optional() })
  .refine(hasFields, 'must not be empty');

const property = z.discriminatedUnion(
  'dataType',
  [
    z.strictObject({ name: text, value: text, dataType: z.literal('string') }),
    z.strictObject({ name: text, value: z.number(), dataType: z.literal('number') }),
    z.strictObject({ name: text, value: link, dataType: z.literal('url') }),
    z.strictObject({ name: text, value: time, dataType: z.literal('date') }),
  ],
  { error: mustBeOneOf('"number"', '"string"', '"url"', '"date"') },
);

// Compiled: every event is checked, and zod's interpreter allocates 20 kB of garbage per check.
const contentShared = z.compile(
  z.strictObject({
    reportingSystem: text,
    eventTimestamp: time,
    // Optional for Gong, but required here: Gong uses it to recognize a repeated request.
    eventId: text,
    contentId: text,
    contentUrl: link,
    contentTitle: text,
    shareId: text.optional(),
    shareInfoUrl: link.optional(),
    sharingMessageSubject: text.optional(),
    sharingMessageBody: text.optional(),
    sharer: sharer.optional(),
    recipients: z.array(recipient).nonempty().optional(),
    crmContext: contextOf(EVENT_OBJECT_TYPES).optional(),
    contentProperties: z.array(property).nonempty().optional(),
    eventProperties: z.array(property).nonempty().optional(),
    workspaceId: gongId.optional(),
    actionName: text.optional(),
    nonCompanyParticipants: z.array(participant).nonempty().optional(),
    moreInfoUrl: link.optional(),
    trackingId: text.optional(),
    userAgent: text.optional(),
    mobileAppId: text.optional(),
    agentPlatform: text.optional(),
  }),
);

/** One content-shared event, as Gong accepts it. */
export type ContentShared = z.infer<typeof contentShared>;
export type GenericProperty = z.infer<typeof property>;

/**
 * The violations of the contract in `body`, as sentences such as
 * `recipients[0].email: must be given`. They never quote values, which are people's data.
 */
export function problemsOf(body: unknown): string[] {
  // Almost every body is valid, and `validate` does not copy it.
  if (contentShared.validate(body)) return [];
  const result = contentShared.safeParse(body, { error: requirementOf });
  return result.success ? [] : formatProblems(result.error);
}

/** The message for an invalid discriminator of a union. Its members have their own messages. */
function mustBeOneOf(...values: readonly string[]) {
  const requirement = `must be one of ${values.join(', ')}`;
  return (issue: { readonly code?: string | undefined }) =>
    issue.code === 'invalid_union' ? requirement : undefined;
}

function hasFields(value: object): boolean {
  return Object.keys(value).length > 0;
}
