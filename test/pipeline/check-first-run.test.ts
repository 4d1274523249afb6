import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CheckArea } from '../../src/operator/check/types.ts';
import { type CheckWorld, problemsIn, startCheckWorld } from '../support/check-rig.ts';

let world: CheckWorld;
beforeEach(async () => {
  world = await startCheckWorld();
});
afterEach(() => world.close());

type Case = readonly [
  what: string,
  failing: { readonly area: CheckArea; readonly hint: RegExp },
  make: (broken: CheckWorld) => void,
];

const LOGIN = '/services/oauth2/token';
const API = '/services/data/';

/** Salesforce refuses each request to the path, for the reason that its own body names. */
const salesforce = (path: string, status: number, body: object) => (broken: CheckWorld) =>
  broken.sandbox.faults.add({
    vendor: 'salesforce',
    pathIncludes: path,
    action: { kind: 'answer', status, body },
  });
const apiError = (status: number, errorCode: string, message: string) =>
  salesforce(API, status, [{ errorCode, message }]);
type Method = NonNullable<Parameters<CheckWorld['google']['refuse']>[0]['method']>;
const disabled = (method: Method) => (broken: CheckWorld) =>
  broken.google.refuse({ reason: 'accessNotConfigured', times: Number.POSITIVE_INFINITY, method });

/** What docs/failures.md lists and the tables of the vendors do not remove one by one. */
const CASES: readonly Case[] = [
  [
    "Salesforce restricts the machine's address",
    { area: 'salesforce', hint: /login IP ranges/ },
    salesforce(LOGIN, 400, { error: 'invalid_grant', error_description: 'ip restricted' }),
  ],
  [
    'the login is a web page',
    { area: 'salesforce', hint: /salesforce\.loginUrl/ },
    salesforce(LOGIN, 404, {}),
  ],
  [
    'the session is refused after each login',
    { area: 'salesforce', hint: /session and IP settings/ },
    apiError(401, 'INVALID_SESSION_ID', 'Session expired or invalid'),
  ],
  [
    "the app lacks the API's scope",
    { area: 'salesforce', hint: /OAuth scope/ },
    apiError(401, 'INVALID_SESSION_ID', 'This session is not valid for use with the REST API'),
  ],
  [
    'the app is not approved for the user',
    { area: 'salesforce', hint: /Pre-authorize/ },
    apiError(403, 'CLIENT_NOT_ACCESSIBLE_FOR_USER', 'client not accessible for user'),
  ],
  [
    'the password has expired',
    { area: 'salesforce', hint: /Password Never Expires/ },
    apiError(403, 'INVALID_OPERATION_WITH_EXPIRED_PASSWORD', 'The users password has expired'),
  ],
  [
    'the login hours forbid it',
    { area: 'salesforce', hint: /login hours/ },
    apiError(403, 'LOGIN_DURING_RESTRICTED_TIME', 'login during restricted time'),
  ],
  [
    'the org is locked',
    { area: 'salesforce', hint: /not active/ },
    apiError(403, 'ORG_LOCKED', 'org locked'),
  ],
  [
    'the query needs more access',
    { area: 'salesforce', hint: /Query All Files/ },
    apiError(400, 'OPERATION_TOO_LARGE', 'too large'),
  ],
  [
    'the org has no content deliveries',
    { area: 'salesforce', hint: /Content Deliveries and Public Links/ },
    apiError(403, 'FUNCTIONALITY_NOT_ENABLED', 'not enabled'),
  ],
  [
    'the Drive API is not enabled in the project',
    { area: 'google-drive', hint: /Enable the Google Drive API/ },
    (broken) => {
      for (const method of ['changes.getStartPageToken', 'files.list', 'drives.list'] as const) {
        disabled(method)(broken);
      }
    },
  ],
  [
    'the Drive API is not enabled, and no shared drives are read',
    { area: 'google-drive', hint: /Enable the Google Drive API/ },
    (broken) => {
      broken.configure({ sharedDrives: 'none' });
      disabled('changes.getStartPageToken')(broken);
    },
  ],
];

describe('what a first run fails for, the check reports before', () => {
  test.each(CASES)('%s', async (_, { area, hint }, make) => {
    make(world);
    const failed = (await world.check()).filter(({ status }) => status === 'failed');
    expect(failed.map((each) => each.area)).toContain(area);
    expect(failed.map((each) => each.hint).join('\n')).toMatch(hint);
    // The control: this is what a run fails for.
    const { errors } = await world.sync({ push: 'send' });
    expect(errors).not.toEqual([]);
  });
});

test('a schedule that is valid but never due fails', async () => {
  world.tenant = { ...world.tenant, schedule: '0 2 L-30 2 *' };
  expect(problemsIn(await world.check())).toContain('schedule due times failed');
});
