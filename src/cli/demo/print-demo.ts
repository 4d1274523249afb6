import type { RunReport } from '../../db/run-report.ts';
import type { ContentShared } from '../../event/contract.ts';
import { timeText } from '../../lib/format.ts';
import type { StoredEvent } from '../../outbox/outbox-event.ts';
import { GONG_CALL_LIMITS } from '../../sandbox/gong/rate-limit.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import type { ScenarioDelivery, ScenarioShare } from '../../sandbox/scenario/index.ts';
import type { SkipReason } from '../../share/policy.ts';
import { runLines } from '../runs/run-summary.ts';
import type { Io } from '../terminal/io.ts';
import { type Field, writeFields } from '../terminal/table.ts';
import { writeHeading, writeParagraph } from '../terminal/write.ts';

const ZONE = 'UTC';
const PER_SECOND = GONG_CALL_LIMITS.callsPerSecond;

/** What each reason means, for a first-time reader. */
const REASONS: Readonly<Record<SkipReason, string>> = {
  rebound: 'the tenant belongs to another account now',
  forgotten: 'its people asked to be forgotten (`sharetrail forget`)',
  'before-start': 'it was shared before the start date of the tenant',
  'ignored-creator': 'a package made it, not a person (salesforce.ignoreCreatedBy)',
  'internal-only': 'all its recipients are colleagues (internalDomains)',
  'external-sharer': 'an outsider shared it, not one of our people',
  'link-only': 'it names no person, only a link',
  'service-account': 'it names no person, only accounts of programs',
  'no-address': 'none of its recipients has an email address',
  'no-url': 'Salesforce has no public link for it',
  unmatched: 'no Salesforce record belongs to it',
  operator: 'an operator skipped it',
};

export async function writeIntroduction(
  io: Io,
  scenario: {
    readonly origins: Sandbox['origins'];
    readonly deliveries: readonly ScenarioDelivery[];
    readonly grants: readonly ScenarioShare[];
  },
): Promise<void> {
  const { origins, deliveries, grants } = scenario;
  await writeHeading(io, 'sharetrail reports what was shared with customers to Gong');
  await writeParagraph(
    io,
    'Salesforce, Google and Gong are simulated on this machine ' +
      `(${origins.salesforce}, ${origins.google}, ${origins.gong}). Everything else is the real ` +
      `product, including signed logins and a limit of ${PER_SECOND} Gong calls per second.`,
  );
  await startSection(io, `One working day at Acme: ${deliveries.length} content deliveries`);
  for (const { line } of deliveries) await writeParagraph(io, `- ${line}`);
  await startSection(io, `The same day in Google Drive: ${grants.length} actions`);
  for (const { line } of grants) await writeParagraph(io, `- ${line}`);
}

export async function writeRun(io: Io, title: string, report: RunReport): Promise<void> {
  await startSection(io, title);
  for (const line of runLines(report)) await writeParagraph(io, line);
  const { salesforce, google, gong } = report.calls;
  await writeParagraph(
    io,
    `It made ${salesforce} Salesforce calls, ${google} Google calls and ${gong} Gong calls.`,
  );
}

/** The events in Gong, with the names of their Salesforce records. */
export async function writeTimeline(io: Io, sandbox: Sandbox): Promise<void> {
  const bodies = sandbox.gong.events.map(({ body }) => body as unknown as ContentShared);
  bodies.sort((a, b) => a.eventTimestamp.localeCompare(b.eventTimestamp));
  await startSection(io, `Now in Gong: ${bodies.length} events`);
  await writeFields(
    io,
    bodies.flatMap((body) => timelineFields(body, sandbox)),
  );
}

function timelineFields(body: ContentShared, sandbox: Sandbox): Field[] {
  const at = timeText(Date.parse(body.eventTimestamp), ZONE).slice(0, -':00'.length);
  const people = body.recipients?.map(({ email, name }) => name ?? email).join(', ');
  const act = `${body.sharer?.name ?? body.sharer?.email} shared “${body.contentTitle}”`;
  return [
    [at, `${act}${people ? ` with ${people}` : ''}`],
    ['', `on ${recordNames(body, sandbox)}`],
  ];
}

function recordNames(body: ContentShared, sandbox: Sandbox): string {
  const objects = body.crmContext?.flatMap((context) => context.objects ?? []) ?? [];
  const names = objects
    .filter(({ objectType }) => objectType !== 'Contact')
    .map(({ objectType, objectId }) => {
      const { Name: name } = sandbox.salesforce.read(objectId);
      return `${objectType} ${String(name)}`;
    });
  return names.length > 0 ? names.join(', ') : 'the Contact only';
}

/** The events that are not in Gong, and why. */
export async function writeNotReported(io: Io, events: readonly StoredEvent[]): Promise<void> {
  const missing = events.filter(({ state }) => state !== 'delivered' && state !== 'duplicate');
  await startSection(io, `Not in Gong: ${missing.length}`);
  await writeFields(
    io,
    missing.map((event) => [`“${event.share.content.title}”`, whyNot(event)] as const),
  );
}

function whyNot({ state, reason, errors }: StoredEvent): string {
  const known = REASONS[reason as SkipReason];
  if (state === 'held') return `held until its Salesforce record appears: ${known}`;
  if (state === 'pending') return 'waits to be sent to Gong';
  return reason === undefined ? `${state}: ${errors.join('; ')}` : `${reason}: ${known}`;
}

export async function writeDemoEnd(io: Io): Promise<void> {
  await startSection(io, 'Your own company in ten minutes');
  const steps = [
    '1. Follow README.md, "A first real tenant in ten minutes": `sharetrail init NAME` writes the files.',
    '2. Run `sharetrail check` until nothing fails: it says what to do about what is missing.',
    '3. Run `sharetrail sync --dry-run`: it shows what would happen to each share, and writes nothing.',
    '4. Run `sharetrail sync`. Then run `sharetrail status` and `sharetrail events`.',
  ];
  for (const step of steps) await writeParagraph(io, step);
  await writeParagraph(io, 'To try the simulated companies yourself, run `sharetrail sandbox`.');
}

async function startSection(io: Io, title: string): Promise<void> {
  await io.out('\n');
  await writeHeading(io, title);
}
