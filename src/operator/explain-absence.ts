import type { GoogleDriveConfig, TenantConfig } from '../config/types.ts';
import { lastStoredAt } from '../db/cursors.ts';
import { latestRuns } from '../db/runs.ts';
import type { Statement } from '../db/schema.ts';
import { countOf, zonedTimeText } from '../lib/format.ts';
import { unsearchedEvents } from '../outbox/search.ts';
import type { AppContext } from '../runs/app-context.ts';
import { forgottenPeopleOf } from '../runs/forgotten-people.ts';
import { keptStart } from '../runs/start-time.ts';
import { isInsider, mailboxOf } from '../share/address.ts';
import type { Grant } from '../sources/drive/grant.ts';
import { findGrants } from '../sources/drive/grant-store.ts';
import { storedInsiders } from '../sources/drive/stored-insiders.ts';
import { DRIVE_STREAM } from '../sources/drive/stream-names.ts';
import { isSalesforceId } from '../vendors/salesforce/id.ts';
import { LIST_LIMITS } from './limits.ts';
import type { SearchText } from './search-text.ts';
import { quoted } from './sentences.ts';

/**
 * What is known about a text that no share of the tenant contains: recorded access that was not
 * reported, and the reasons for which a share can be missing, without those that the data rules out.
 */
export async function explainAbsence(
  context: AppContext,
  tenant: TenantConfig,
  search: SearchText,
): Promise<string[]> {
  const { text, id, email } = search;
  const { db } = context;
  const facts = { context, tenant, search };
  const start = `No share of ${tenant.tenant} contains ${quoted(text)}.`;
  if (email !== undefined && (await isInternal(facts, email))) {
    return [
      start,
      `${email} is internal (internalDomains): files that colleagues share with each other are not ` +
        'reported.',
    ];
  }
  const people = await forgottenPeopleOf(db, tenant.tenant);
  if (email !== undefined && people.includes(email)) {
    return [
      start,
      `${email} is forgotten (\`sharetrail forget\`): what is shared with this person is not reported.`,
    ];
  }
  const key = id === undefined ? email && { grantee: mailboxOf(email) } : { item: id };
  const grants = key
    ? await findGrants(db, tenant.tenant, { ...key, limit: LIST_LIMITS.grantsShown })
    : [];
  return [
    start,
    ...(await unsearchedSentences(db)),
    ...grants.map((grant) => grantSentence(grant, tenant.timezone)),
    ...(await readingSentences(facts)),
    ...scopeSentences(facts),
  ];
}

async function unsearchedSentences(db: Statement): Promise<string[]> {
  const events = await unsearchedEvents(db);
  if (events === 0) return [];
  return [
    `${countOf(events, 'event')} of a large sync cannot be searched yet, and can contain it. Each run ` +
      'and `sharetrail start` make more of them searchable.',
  ];
}

interface Facts {
  readonly context: AppContext;
  readonly tenant: TenantConfig;
  readonly search: SearchText;
}

async function isInternal({ context, tenant }: Facts, email: string): Promise<boolean> {
  const stored = await storedInsiders(context.db, tenant.tenant);
  const { internalDomains: domains } = tenant;
  return isInsider(email, stored ?? { domains, addresses: new Set() });
}

function grantSentence(grant: Grant, timezone: string): string {
  const at = (time: number) => zonedTimeText(time, timezone);
  const { itemId, grantee, role, grantedAt, seenAt, revokedAt, inherited, eventId } = grant;
  const since = grantedAt === undefined ? `at least since ${at(seenAt)}` : `since ${at(grantedAt)}`;
  const as = role === '' ? '' : ` as ${role}`;
  const access = `${grantee} has access to ${itemId}${as}, ${since}`;
  const end = revokedAt === undefined ? '' : ` until ${at(revokedAt)}`;
  if (eventId !== undefined) return `${access}${end}: the event ${eventId} reports it.`;
  if (inherited) {
    return `${access}${end}, only through its folder or drive: the share of the folder is the share.`;
  }
  return (
    `${access}${end}. It was recorded as a baseline: it existed when sharetrail first read the file, ` +
    'so it is not reported.'
  );
}

/** How far the sources were read, and what went wrong in the last run. */
async function readingSentences({ context, tenant, search }: Facts): Promise<string[]> {
  const { db } = context;
  const at = (time: number) => zonedTimeText(time, tenant.timezone);
  const [last] = await latestRuns(db, { tenant: tenant.tenant, limit: 1 });
  if (last === undefined) {
    return [`No run of ${tenant.tenant} has started yet. Run \`sharetrail sync\`.`];
  }
  const sentences: string[] = [];
  for (const [name, prefix] of readSources(search)) {
    const newest = await lastStoredAt(db, { tenant: tenant.tenant, prefix });
    if (newest === undefined) continue;
    sentences.push(`${name} was last read on ${at(newest)}. The next run reads what is newer.`);
  }
  const start = tenant.start ?? (await keptStart(db, tenant.tenant));
  if (start !== undefined) {
    sentences.push(
      `Only shares since ${at(start)} are reported. For earlier ones, run \`sharetrail backfill --since DATE\`.`,
    );
  }
  const errors = last.report?.errors ?? [];
  for (const { stage, message } of errors.slice(0, LIST_LIMITS.errorsShown)) {
    sentences.push(`The last run reported a problem with ${stage}: ${message}.`);
  }
  return sentences;
}

function readSources({ id }: SearchText): (readonly [name: string, streams: string])[] {
  const sources = [
    ['Salesforce', 'salesforce/'],
    ['Google Drive', DRIVE_STREAM],
  ] as const;
  return sources.filter(
    ([name]) => id === undefined || isSalesforceId(id) === (name === 'Salesforce'),
  );
}

/** What the tenant's configuration leaves out. */
function scopeSentences({ tenant, search }: Facts): string[] {
  const { id } = search;
  const inSalesforce = id === undefined || isSalesforceId(id);
  const inDrive = id === undefined || !isSalesforceId(id);
  return [
    ...(inSalesforce ? salesforceScope(tenant) : []),
    ...(inDrive ? driveScope(tenant.googleDrive) : []),
  ];
}

function salesforceScope({ salesforce }: TenantConfig): string[] {
  if (!salesforce.contentDistributions) {
    return ['Salesforce deliveries are not read: salesforce.contentDistributions is false.'];
  }
  return [
    'Salesforce shows only deliveries of files that the integration user can access. If you gave it ' +
      'more access later, run `sharetrail sync --full`.',
  ];
}

function driveScope(drive: GoogleDriveConfig | undefined): string[] {
  if (drive === undefined) return ['Google Drive is not read: the tenant file has no googleDrive.'];
  const { users, sharedDrives, detect } = drive;
  const sentences: string[] = [];
  if (users !== 'all') {
    sentences.push(`Only the files of ${users.length} listed users are read (googleDrive.users).`);
  }
  if (sharedDrives === 'none')
    sentences.push('Shared drives are not read (googleDrive.sharedDrives).');
  else if (sharedDrives !== 'all') {
    sentences.push(`Only ${sharedDrives.length} listed shared drives are read.`);
  }
  if (!detect.includes('changes')) {
    sentences.push('The change logs are not read (googleDrive.detect).');
  }
  if (!detect.includes('audit-log')) {
    sentences.push('The audit log is not read (googleDrive.detect).');
  }
  sentences.push(
    'Access that a file has only through its folder, and access of colleagues, is not reported.',
  );
  return sentences;
}
