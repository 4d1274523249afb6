import type { CliWorld } from './cli-world.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** everybody of the company whose files are generated, and the administrator */
export const USERS = 3;
const FILES = 400;
const FILES_PER_PAGE = 10;
/** grants that stand when the company is first read */
const STANDING = 40;
const PEOPLE = ['ada@globex.example', 'ben@globex.example', 'cy@globex.example'];

/** Lets the world's tenant read a Drive of some size, with pages as small as they are many. */
export function addDrive(world: CliWorld): void {
  const { google, salesforce: org, origins, credentials, clock } = world.sandbox;
  const { adminSubject } = credentials.google;
  const key = '${file:secrets/google-key.json}';
  const auth = { flow: 'service-account', key, adminSubject };
  world.configure({ googleDrive: { auth, endpoint: origins.google } });
  google.set({ pageSizeMax: FILES_PER_PAGE });
  const now = clock.now();
  google.generate({
    users: USERS - 1,
    files: FILES,
    outsideGrants: STANDING,
    filesAt: now - 100 * DAY_MS,
    activities: 0,
    activitiesAt: now,
    activityEveryMs: 1,
  });
  const account = org.add('Account', { Name: 'Globex' });
  for (const email of PEOPLE) {
    org.add('Contact', { AccountId: account, LastName: email, Email: email });
  }
}

/**
 * Gives files to customers, each person in an act of his own; gives `FILE EMAIL` of each. `from`
 * tells files apart that are given at different times; `never`: the audit log does not tell.
 */
export function giveFiles(
  { sandbox: { google, clock } }: CliWorld,
  options: { readonly from: number; readonly count: number; readonly audit: 'told' | 'never' },
): string[] {
  google.setLateAudit(options.audit === 'told' ? 0 : Number.POSITIVE_INFINITY);
  return Array.from({ length: options.count }, (_, index) => {
    const number = options.from + index;
    const id = `1computed${String(number).padStart(9, '0')}sharetrailSandboxFile`;
    const to = PEOPLE[number % PEOPLE.length] ?? '';
    const by = google.state.items.kept(id).owner ?? '';
    google.share(id, { to, by, at: clock.now() - 2 * MINUTE_MS - index });
    return `${id} ${to}`;
  });
}

/** Pages of a first reading of all files; the administrator has none, and is answered one. */
export const PAGES_OF_FILES = FILES / FILES_PER_PAGE + 1;

/** What Gong was told, as `FILE EMAIL`, sorted: one that was sent twice stands there twice. */
export function toldToGong({ sandbox: { gong } }: CliWorld): string[] {
  return gong.events
    .flatMap(({ body }) => {
      const recipients = (body?.['recipients'] ?? []) as { readonly email: string }[];
      return recipients.map(({ email }) => `${body?.['contentId']} ${email}`);
    })
    .sort();
}

/** What is wrong with the grants on record: `given` and what stood before, each once. */
export function grantProblems(world: CliWorld, given: readonly string[]): string[] {
  const rows = world.query<{ grant: string; reported: number }>(
    `select item || ' ' || grantee as "grant", event_id is not null as reported from "grant"`,
  );
  const reported = rows.filter((row) => row.reported === 1).map((row) => row.grant);
  const problems = [...given].sort().join() === reported.sort().join() ? [] : ['grants differ'];
  if (rows.length !== given.length + STANDING) problems.push(`${rows.length} grants on record`);
  return problems;
}
