import { admin_directory_v1 } from 'googleapis/build/src/apis/admin/directory_v1.js';
import { admin_reports_v1 } from 'googleapis/build/src/apis/admin/reports_v1.js';
import { auth } from 'googleapis/build/src/apis/drive/index.js';
import { drive_v3 } from 'googleapis/build/src/apis/drive/v3.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GoogleSandbox } from '../support/google-sandbox.ts';

const BUYER = 'buyer@globex.example';
const FILE = 'id,name,webViewLink,owners(emailAddress),permissions(id,type,role,emailAddress)';

let sandbox: GoogleSandbox;
let ada: string;

beforeEach(async () => {
  sandbox = await GoogleSandbox.start();
  ada = sandbox.google.addUser('ada@acme.example');
});

afterEach(() => sandbox.stop());

/** Google's own clients, directed at the sandbox. */
async function clientsOf(user: string) {
  const client = new auth.OAuth2();
  client.setCredentials({ access_token: await sandbox.tokenOf(user) });
  const options = { auth: client, rootUrl: sandbox.origin, retry: false };
  return {
    drive: new drive_v3.Drive(options),
    reports: new admin_reports_v1.Admin(options),
    directory: new admin_directory_v1.Admin(options),
  };
}

test("Google's client lists all files, then follows the change log", async () => {
  const { google } = sandbox;
  const files = ['a', 'b', 'c'].map((name) => google.createFile({ name, owner: ada }));
  google.share(files[0] ?? '', { to: BUYER, by: ada });
  const { drive } = await clientsOf(ada);
  const start = await drive.changes.getStartPageToken();
  const swept: drive_v3.Schema$File[] = [];
  let pageToken: string | undefined;
  do {
    const { data } = await drive.files.list({
      q: "'me' in owners and trashed = false",
      pageSize: 2,
      fields: `nextPageToken,files(${FILE})`,
      ...(pageToken && { pageToken }),
    });
    swept.push(...(data.files ?? []));
    pageToken = data.nextPageToken ?? undefined;
  } while (pageToken);
  expect(swept.map(({ id }) => id)).toEqual(files);
  expect(swept[0]?.permissions?.map(({ emailAddress }) => emailAddress)).toEqual([ada, BUYER]);
  google.revoke(files[0] ?? '', { to: BUYER, by: ada });
  const { data } = await drive.changes.list({
    pageToken: start.data.startPageToken ?? '',
    fields: `newStartPageToken,nextPageToken,changes(fileId,removed,time,file(${FILE}))`,
  });
  expect(data.changes).toMatchObject([{ fileId: files[0], removed: false }]);
  expect(data.changes?.[0]?.file?.permissions).toHaveLength(1);
  expect(data.newStartPageToken).toBeTruthy();
});

test("Google's client reads a shared drive as a member and lists drives as admin", async () => {
  const { google } = sandbox;
  const driveId = google.addSharedDrive({ name: 'Deals', members: { [ada]: 'organizer' } });
  const fileId = google.createFile({ name: 'Plan', drive: driveId });
  google.share(fileId, { to: BUYER, by: ada });
  const admin = await clientsOf(google.admin);
  const drives = await admin.drive.drives.list({ useDomainAdminAccess: true, pageSize: 100 });
  expect(drives.data.drives).toMatchObject([{ id: driveId, name: 'Deals' }]);
  const { drive } = await clientsOf(ada);
  const { data } = await drive.files.list({
    corpora: 'drive',
    driveId,
    includeItemsFromAllDrives: true,
    supportsAllDrives: true,
    fields: 'files(id,hasAugmentedPermissions,permissionIds)',
  });
  expect(data.files).toMatchObject([{ id: fileId, hasAugmentedPermissions: true }]);
  const permissions = await drive.permissions.list({
    fileId,
    supportsAllDrives: true,
    fields: 'permissions(emailAddress,permissionDetails(inherited))',
  });
  expect(permissions.data.permissions).toEqual([
    { emailAddress: BUYER, permissionDetails: [{ inherited: false }] },
    { emailAddress: ada, permissionDetails: [{ inherited: true }] },
  ]);
  const about = await drive.about.get({ fields: 'user(emailAddress)' });
  expect(about.data).toEqual({ user: { emailAddress: ada } });
});

test("Google's client reads the audit log and the directory", async () => {
  const { google } = sandbox;
  const fileId = google.createFile({ name: 'Offer', owner: ada });
  google.share(fileId, { to: BUYER, by: ada });
  const { reports, directory } = await clientsOf(google.admin);
  const activities = await reports.activities.list({
    userKey: 'all',
    applicationName: 'drive',
    eventName: 'change_user_access',
    startTime: new Date(sandbox.clock.now() - 86_400_000).toISOString(),
  });
  expect(activities.data.items?.map(({ actor }) => actor?.email)).toEqual([ada, ada]);
  const users = await directory.users.list({ customer: 'my_customer', maxResults: 500 });
  expect(users.data.users?.map(({ primaryEmail }) => primaryEmail)).toEqual([google.admin, ada]);
  const domains = await directory.domains.list({ customer: 'my_customer' });
  expect(domains.data.domains?.map(({ domainName }) => domainName)).toEqual(['acme.example']);
});

test("Google's client finds the error reason in the response", async () => {
  const { drive } = await clientsOf(ada);
  sandbox.google.refuse({ reason: 'userRateLimitExceeded', times: 1 });
  await expect(drive.files.list()).rejects.toMatchObject({
    status: 403,
    response: { data: { error: { errors: [{ reason: 'userRateLimitExceeded' }] } } },
  });
  await expect(drive.changes.list({ pageToken: 'x' })).rejects.toMatchObject({
    status: 400,
    response: { data: { error: { errors: [{ reason: 'invalid', location: 'pageToken' }] } } },
  });
});
