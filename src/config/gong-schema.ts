import { z } from 'zod';
import { CONFIG_LIMITS } from './limits.ts';
import { flows, mapping, number, rootUrl, secret, text } from './schema-fields.ts';
import { clientId, clientSecret } from './vendor-fields.ts';

const accessKey = mapping({
  flow: z.literal('access-key').describe('A key pair made in Gong by a technical administrator.'),
  accessKey: secret({ expected: 'an access key', description: 'The access key.' }),
  accessKeySecret: secret({
    expected: "the access key's secret",
    description: 'The secret that was shown with the access key.',
  }),
});

const oauth = mapping({
  flow: z.literal('oauth').describe('An app that the Gong customer authorized.'),
  clientId,
  clientSecret,
  refreshToken: secret({
    expected: 'a refresh token',
    description:
      'The first refresh token. Gong takes each once; the next are kept in the database, ' +
      'encrypted with secretKey.',
  }),
});

const workspaceId = text({
  expected: 'the digits of a workspace id in quotes (a number loses digits)',
  description: 'Workspace that the events belong to. In quotes: as a number it loses digits.',
  check: (value) => /^\d{1,20}$/.test(value),
  pattern: '^[0-9]{1,20}$',
});

/** `gong`: where the events go, and how fast. */
export const gongSchema = mapping({
  baseUrl: rootUrl({
    example: 'https://api.gong.io',
    description: "Root of Gong's API; an OAuth customer has its own.",
  }).default('https://api.gong.io'),
  auth: flows([accessKey, oauth], {
    names: ['access-key', 'oauth'],
    description: 'How sharetrail signs in.',
  }),
  reportingSystem: text({
    expected: 'a name',
    description: 'What Gong shows as the system that reported the event.',
  }).default('sharetrail'),
  workspaceId: workspaceId.exactOptional(),
  actionName: text({
    expected: 'a name',
    description: 'What Gong shows as the name of the event.',
  }).default('Content Shared'),
  callsPerSecond: number({
    kind: 'number',
    min: CONFIG_LIMITS.callsPerSecondMin,
    max: CONFIG_LIMITS.callsPerSecondMax,
    description: "Calls in any one second. The default is Gong's limit for the whole company.",
  }).default(3),
  callsPerDay: number({
    kind: 'whole number',
    min: 1,
    max: CONFIG_LIMITS.callsPerDayMax,
    description:
      "Calls in any 24 hours. The default is Gong's limit for the whole company; a lower number " +
      'leaves room for its other integrations.',
  }).default(10_000),
  concurrency: number({
    kind: 'whole number',
    min: 1,
    max: CONFIG_LIMITS.concurrencyMax,
    description: 'Requests of this tenant in flight at once.',
  }).default(4),
}).describe('The Gong account that gets the events.');
