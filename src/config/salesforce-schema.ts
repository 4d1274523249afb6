import { z } from 'zod';
import { isRsaPrivateKey } from './credential-checks.ts';
import { choice, flag, flows, list, mapping, rootUrl, secret, text } from './schema-fields.ts';
import { clientId, clientSecret } from './vendor-fields.ts';

const USER_ID = /^005[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/;

const jwtBearer = mapping({
  flow: z.literal('jwt-bearer').describe('A certificate signs in for one integration user.'),
  clientId,
  username: text({
    expected: 'a Salesforce username such as integration@acme.com',
    description: 'The integration user that the certificate signs in.',
    check: (value) => value.includes('@'),
  }),
  privateKey: secret({
    expected: 'an RSA private key in PEM with real line breaks and without a passphrase',
    description: "Private key that belongs to the certificate uploaded to the org's app, in PEM.",
    check: isRsaPrivateKey,
  }),
});

const clientCredentials = mapping({
  flow: z.literal('client-credentials').describe("The app signs in as its own 'run as' user."),
  clientId,
  clientSecret,
});

const refreshToken = mapping({
  flow: z.literal('refresh-token').describe('A user once allowed the app; its token is renewed.'),
  clientId,
  clientSecret: clientSecret.exactOptional(),
  refreshToken: secret({
    expected: 'a refresh token',
    description: 'Refresh token that the user granted.',
  }),
});

/** `salesforce`: the org, which is a source of shares and the look-up for every source. */
export const salesforceSchema = mapping({
  loginUrl: rootUrl({
    example: 'https://acme.my.salesforce.com',
    description: "The org's My Domain (Setup, My Domain), or https://login.salesforce.com.",
  }),
  apiVersion: text({
    expected: 'a version in quotes such as "62.0"',
    description: 'Version of the Salesforce REST API, in quotes.',
    check: (value) => /^[1-9]\d{1,2}\.0$/.test(value),
    pattern: '^[1-9][0-9]{1,2}\\.0$',
  }).default('62.0'),
  auth: flows([jwtBearer, clientCredentials, refreshToken], {
    names: ['jwt-bearer', 'client-credentials', 'refresh-token'],
    description: 'How sharetrail signs in.',
  }),
  contentDistributions: flag(
    'Read content deliveries as a source of shares. With false, Salesforce is only the look-up.',
  ).default(true),
  contentUrl: choice(
    ['public-link', 'record'],
    "Which link Gong gets: the delivery's own, or the record's page in Salesforce, " +
      'where public links must not leave the org.',
  ).default('public-link'),
  ignoreCreatedBy: list(
    text({
      expected: 'a Salesforce user Id or username',
      description: 'A user Id (005…) or username.',
      check: (value) => USER_ID.test(value) || value.includes('@'),
    }),
    {
      expected: 'a list of Salesforce user Ids or usernames',
      description: 'Users whose deliveries are made by packages, not by people; not reported.',
      itemsMin: 0,
    },
  ).default([]),
}).describe(
  'The Salesforce org: a source of shares, and where the people of all shares are found.',
);
