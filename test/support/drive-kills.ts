import type { CliWorld } from './cli-world.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** the users whose files are generated, and the administrator */
export const USERS = 3;
const FILES = 400;
const FILES_PER_PAGE = 10;
/** grants before the first reading */
const BASELINE_GRANTS = 40;
const PEOPLE = ['ada@globex.example', 'ben@globex.example', 'cy@globex.example'];

/** Adds a Drive to the world's tenant, with several hundred files in many small pages. */
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
    outsideGrants: BASELINE_GRANTS,
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
 * Shares files with customers, each in a share action of its own. Returns `FILE EMAIL` for each.
 * `from` is the number of the first file; `missing`: the audit log does not contain the shares.
 */
export function shareFiles(
  { sandbox: { google, clock } }: CliWorld,
  options: { readonly from: number; readonly count: number; readonly audit: 'logged' | 'missing' },
): string[] {
  google.setLateAudit(options.audit === 'logged' ? 0 : Number.POSITIVE_INFINITY);
  return Array.from({ length: options.count }, (_, index) => {
    const number = options.from + index;
    const id = `1computed${String(number).padStart(9, '0')}sharetrailSandboxFile`;
    const to = PEOPLE[number % PEOPLE.length] ?? '';
    const by = google.state.items.kept(id).owner ?? '';
    google.share(id, { to, by, at: clock.now() - 2 * MINUTE_MS - index });
    return `${id} ${to}`;
  });
}

/** Pages of a first reading of all files; the administrator, who has none, adds an empty one. */
export const PAGES_OF_FILES = FILES / FILES_PER_PAGE + 1;

/** The shares in Gong as `FILE EMAIL`, sorted; a share that was sent twice appears twice. */
export function sharesInGong({ sandbox: { gong } }: CliWorld): string[] {
  return gong.events
    .flatMap(({ body }) => {
      const recipients = (body?.['recipients'] ?? []) as { readonly email: string }[];
      return recipients.map(({ email }) => `${body?.['contentId']} ${email}`);
    })
    .sort();
}

/** What is wrong with the grants on record, which must be `shared` and the baseline, each once. */
export function grantProblems(world: CliWorld, shared: readonly string[]): string[] {
  const rows = world.query<{ grant: string; reported: number }>(
    `select item || ' ' || grantee as "grant", case when event_id is null then 0 else 1 end as reported from "grant"`,
  );
  const reported = rows.filter((row) => row.reported === 1).map((row) => row.grant);
  const problems = [...shared].sort().join() === reported.sort().join() ? [] : ['grants differ'];
  if (rows.length !== shared.length + BASELINE_GRANTS)
    problems.push(`${rows.length} grants on record`);
  return problems;
}
