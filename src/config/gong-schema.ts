import { CONFIG_LIMITS } from './limits.ts';
import {
  authFlows,
  clientId,
  clientSecret,
  flow,
  mapping,
  number,
  rootUrl,
  secret,
  text,
} from './schema-fields.ts';

const accessKey = mapping({
  flow: flow('access-key', 'An access key that a technical administrator created in Gong.'),
  accessKey: secret({ expected: 'an access key', description: 'The access key.' }),
  accessKeySecret: secret({
    expected: "the access key's secret",
    description: 'The secret that Gong showed with the access key.',
  }),
});

const oauth = mapping({
  flow: flow('oauth', 'An app that the Gong customer authorized.'),
  clientId,
  clientSecret,
  refreshToken: secret({
    expected: 'a refresh token',
    description:
      'The first refresh token. Gong accepts each token once; sharetrail stores the next ones in ' +
      'the database, encrypted with `secretKey`.',
  }),
});

const workspaceId = text({
  expected: 'the digits of a workspace ID in quotes (a number loses digits)',
  description: 'Workspace that the events belong to. Use quotes: as a number, it loses digits.',
  check: (value) => /^\d{1,20}$/.test(value),
  pattern: '^[0-9]{1,20}$',
});

/** `gong`: where events are sent, and how fast. */
export const gongSchema = mapping(
  {
    baseUrl: rootUrl({
      example: 'https://api.gong.io',
      description: "Root URL of Gong's API. An OAuth customer has its own.",
    }).default('https://api.gong.io'),
    auth: authFlows(accessKey, oauth),
    reportingSystem: text({
      expected: 'a name',
      description: 'The name that Gong shows as the reporting system.',
    }).default('sharetrail'),
    workspaceId: workspaceId.exactOptional(),
    actionName: text({
      expected: 'a name',
      description: 'The name that Gong shows for the event.',
    }).default('Content Shared'),
    callsPerSecond: number({
      kind: 'number',
      min: CONFIG_LIMITS.callsPerSecondMin,
      max: CONFIG_LIMITS.callsPerSecondMax,
      description: "Calls in any one second. The default is Gong's limit for the entire company.",
    }).default(3),
    callsPerDay: number({
      kind: 'whole number',
      min: 1,
      max: CONFIG_LIMITS.callsPerDayMax,
      description:
        "Calls in any 24 hours. The default is Gong's limit for the entire company. Lower it to " +
        'leave room for other integrations.',
    }).default(10_000),
    concurrency: number({
      kind: 'whole number',
      min: 1,
      max: CONFIG_LIMITS.concurrencyMax,
      description: 'Requests of this tenant in flight at once.',
    }).default(4),
  },
  'The Gong account that receives the events.',
);
