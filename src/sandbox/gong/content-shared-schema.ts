import type { SchemaObject } from 'ajv';
import type { TextFormatName } from './text-formats.ts';

/**
 * Which objects can be named. Today's reference page allows more than an older edition, which only
 * allows Account and Opportunity in `crmContext`, and Contact and Lead in a person's `context`.
 */
export type SchemaEdition = 'today' | 'older';

const SYSTEMS = ['Salesforce', 'HubSpot', 'MicrosoftDynamic', 'Generic'];
const DATA_TYPES = ['number', 'string', 'url', 'date'];

// The reference page lists "Lead,Contact" and "Opportunity,Account" as one value each.
const OBJECT_TYPES: Record<SchemaEdition, { readonly person: string[]; readonly event: string[] }> =
  {
    today: {
      person: ['Lead', 'Contact', 'Account', 'Opportunity', 'User', 'Lead,Contact'],
      event: ['Opportunity', 'Account', 'Lead', 'Contact', 'User', 'Opportunity,Account'],
    },
    older: { person: ['Contact', 'Lead'], event: ['Account', 'Opportunity'] },
  };

/**
 * JSON Schema of the body of PUT /v2/customer-engagement/content/shared, written from the text of
 * Gong's page "Report event of a content share". Gong's published schema cannot validate: it joins
 * enums into one string and gives `value` different types in different places. This schema may be
 * stricter than Gong: it allows no unknown fields at any depth, no nulls, and nothing empty.
 */
export function contentSharedSchema(edition: SchemaEdition = 'today'): SchemaObject {
  const types = OBJECT_TYPES[edition];
  const person = personSchema(types.person);
  return record({
    required: ['reportingSystem', 'eventTimestamp', 'contentId', 'contentUrl', 'contentTitle'],
    properties: {
      reportingSystem: string('text'),
      eventTimestamp: string('timestamp'),
      eventId: string('text'),
      contentId: string('text'),
      contentUrl: string('web-url'),
      contentTitle: string('text'),
      shareId: string('text'),
      shareInfoUrl: string('web-url'),
      sharingMessageSubject: string('text'),
      sharingMessageBody: string('text'),
      sharer: record({
        properties: {
          id: string('gong-id'),
          email: string('email-address'),
          name: string('text'),
        },
      }),
      // "array of objects with name + email of recipients. Email is required."
      recipients: list({ ...person, required: ['email'] }),
      crmContext: list(contextSchema(types.event)),
      contentProperties: list(propertySchema()),
      eventProperties: list(propertySchema()),
      workspaceId: string('gong-id'),
      actionName: string('text'),
      nonCompanyParticipants: list(person),
      moreInfoUrl: string('web-url'),
      trackingId: string('text'),
      userAgent: string('text'),
      mobileAppId: string('text'),
      agentPlatform: string('text'),
    },
  });
}

/** Actor */
function personSchema(objectTypes: readonly string[]): SchemaObject {
  return record({
    properties: {
      email: string('email-address'),
      name: string('text'),
      title: string('text'),
      context: list(contextSchema(objectTypes)),
    },
  });
}

/** PartyUploadContext and CallUploadContext, which differ only in their object types */
function contextSchema(objectTypes: readonly string[]): SchemaObject {
  const named = record({
    required: ['objectType', 'objectId'],
    properties: {
      objectType: { type: 'string', enum: objectTypes },
      objectId: string('text'),
      fields: list(
        record({
          properties: {
            name: string('text'),
            value: { type: ['string', 'number', 'boolean', 'object'] },
          },
        }),
      ),
    },
  });
  const salesforceIds = {
    items: { type: 'object', properties: { objectId: string('salesforce-id') } },
  };
  return record({
    required: ['system'],
    properties: { system: { type: 'string', enum: SYSTEMS }, objects: list(named) },
    allOf: [when('system', 'Salesforce', { objects: { type: 'array', ...salesforceIds } })],
  });
}

/** Generic Property: "Value format should match dataType", and a number is a JSON number. */
function propertySchema(): SchemaObject {
  return record({
    required: ['name', 'value', 'dataType'],
    properties: {
      name: string('text'),
      value: { type: ['string', 'number'] },
      dataType: { type: 'string', enum: DATA_TYPES },
    },
    allOf: [
      when('dataType', 'number', { value: { type: 'number' } }),
      when('dataType', 'string', { value: string('text') }),
      when('dataType', 'url', { value: string('web-url') }),
      when('dataType', 'date', { value: string('timestamp') }),
    ],
  });
}

/** Uses a negated `if` with `else`, because an object with a `then` key looks like a promise. */
function when(key: string, value: string, properties: SchemaObject): SchemaObject {
  return {
    if: { type: 'object', properties: { [key]: { not: { const: value } } } },
    else: { type: 'object', properties },
  };
}

function string(format: TextFormatName): SchemaObject {
  return { type: 'string', format };
}

function list(items: SchemaObject): SchemaObject {
  return { type: 'array', minItems: 1, items };
}

function record(parts: SchemaObject): SchemaObject {
  return { type: 'object', additionalProperties: false, minProperties: 1, ...parts };
}
