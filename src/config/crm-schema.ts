import { z } from 'zod';
import { CONFIG_LIMITS } from './limits.ts';
import { choice, flag, list, mapping, number } from './schema-fields.ts';
import { isDistinct } from './vendor-fields.ts';

const OBJECT_TYPES = ['Opportunity', 'Account', 'Contact', 'Lead'] as const;

/** `crm`: what an event may name, and what becomes of a share that names nothing. */
export const crmSchema = mapping({
  objectTypes: list(z.enum(OBJECT_TYPES, { error: `expected one of ${OBJECT_TYPES.join(', ')}` }), {
    expected: `a list of ${OBJECT_TYPES.join(', ')}`,
    description: "What an event's crmContext may name.",
    itemsMin: 1,
  })
    .refine(isDistinct, { error: 'expected each object type only once' })
    .default([...OBJECT_TYPES]),
  matchAccountByDomain: flag(
    "Fall back to the one Account whose website has the recipient's domain.",
  ).default(false),
  unmatched: choice(
    ['send', 'skip'],
    'What becomes of a share without a Salesforce record, once it was held long enough.',
  ).default('send'),
  holdDays: number({
    kind: 'number',
    min: 0,
    max: CONFIG_LIMITS.holdDaysMax,
    description:
      'Days that an unmatched share waits, from when it was shared, for its Contact or Lead to ' +
      'appear. 0: it never waits.',
  }).default(3),
}).describe('How shares are tied to Salesforce records.');
