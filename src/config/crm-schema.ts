import { z } from 'zod';
import { CONFIG_LIMITS } from './limits.ts';
import { choice, flag, isDistinct, mapping, nonEmptyList, number } from './schema-fields.ts';

const OBJECT_TYPES = ['Opportunity', 'Account', 'Contact', 'Lead'] as const;

const objectTypes = nonEmptyList(
  z.enum(OBJECT_TYPES, { error: `expected one of ${OBJECT_TYPES.join(', ')}` }),
  {
    expected: `a list of ${OBJECT_TYPES.join(', ')}`,
    description: "The object types that an event's `crmContext` can name.",
  },
).refine(isDistinct, { error: 'expected each object type only once' });

/** `crm`: what an event can name, and what happens to a share without a record. */
export const crmSchema = mapping(
  {
    objectTypes: objectTypes.default([...OBJECT_TYPES]),
    matchAccountByDomain: flag(
      "Fall back to the one Account whose website has the recipient's domain.",
    ).default(false),
    unmatched: choice(
      ['send', 'skip'],
      'What to do with a share that has no Salesforce record when its `holdDays` are over.',
    ).default('send'),
    holdDays: number({
      kind: 'number',
      min: 0,
      max: CONFIG_LIMITS.holdDaysMax,
      description:
        'Days that an unmatched share waits for its Contact or Lead to appear, counted from the ' +
        'time of the share. 0: no wait.',
    }).default(3),
  },
  'How shares are matched to Salesforce records.',
);
