import { isRsaPrivateKey } from './credential-checks.ts';
import {
  authFlows,
  choice,
  clientId,
  clientSecret,
  flag,
  flow,
  list,
  mapping,
  refreshToken,
  rootUrl,
  secret,
  text,
} from './schema-fields.ts';

const USER_ID = /^005[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/;

const jwtBearer = mapping({
  flow: flow('jwt-bearer', 'A certificate signs in one integration user.'),
  clientId,
  username: text({
    expected: 'a Salesforce username such as integration@acme.com',
    description: 'The integration user that the certificate signs in.',
    check: (value) => value.includes('@'),
  }),
  privateKey: secret({
    expected: 'an RSA private key in PEM with real line breaks and without a passphrase',
    description: "PEM private key of the certificate that is uploaded to the org's app.",
    check: isRsaPrivateKey,
  }),
});

const clientCredentials = mapping({
  flow: flow('client-credentials', "The app signs in as its own 'run as' user."),
  clientId,
  clientSecret,
});

const savedLogin = mapping({
  flow: flow('refresh-token', 'A user allowed the app once; their refresh token signs in.'),
  clientId,
  clientSecret: clientSecret.exactOptional(),
  refreshToken,
});

/** `salesforce`: the org. It is a source of shares, and the lookup for every source. */
export const salesforceSchema = mapping(
  {
    loginUrl: rootUrl({
      example: 'https://acme.my.salesforce.com',
      description:
        "The org's My Domain (in Setup, search for My Domain), or https://login.salesforce.com.",
    }),
    apiVersion: text({
      expected: 'a version in quotes such as "62.0"',
      description: 'Version of the Salesforce REST API, in quotes.',
      check: (value) => /^[1-9]\d{1,2}\.0$/.test(value),
      pattern: '^[1-9][0-9]{1,2}\\.0$',
    }).default('62.0'),
    auth: authFlows(jwtBearer, clientCredentials, savedLogin),
    contentDistributions: flag(
      'Read content deliveries as a source of shares. If false, Salesforce is only the lookup.',
    ).default(true),
    contentUrl: choice(
      ['public-link', 'record'],
      "The link to send to Gong. `public-link`: the delivery's own. `record`: the record's page " +
        'in Salesforce, if public links must not leave the org.',
    ).default('public-link'),
    ignoreCreatedBy: list(
      text({
        expected: 'a Salesforce user ID or username',
        description: 'A user ID (005…) or username.',
        check: (value) => USER_ID.test(value) || value.includes('@'),
      }),
      {
        expected: 'a list of Salesforce user IDs or usernames',
        description:
          'Users whose deliveries are made by packages, not by people. sharetrail does not report ' +
          'them.',
      },
    ).default([]),
  },
  'The Salesforce org: a source of shares, and the lookup for the people of all shares.',
);
