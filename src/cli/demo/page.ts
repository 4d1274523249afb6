import type { RunReport } from '../../db/run-report.ts';
import type { ContentShared } from '../../event/contract.ts';
import type { StoredEvent } from '../../outbox/event-types.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import type { ScenarioDelivery, ScenarioShare } from '../../sandbox/scenario/index.ts';
import type { SkipReason } from '../../share/policy.ts';
import type { Io } from '../command.ts';
import { timeText } from '../format.ts';
import { type Field, writeFields, writeHeading, writeParagraph } from '../render.ts';
import { runLines } from '../summary.ts';

const ZONE = 'UTC';

/** What each reason means, for somebody who reads it for the first time. */
const REASONS: Readonly<Record<SkipReason, string>> = {
  'before-start': 'it was shared before the day from which this tenant reports',
  'ignored-creator': 'a package made it, not a person (salesforce.ignoreCreatedBy)',
  'internal-only': 'everybody who got it is a colleague (internalDomains)',
  'external-sharer': 'an outsider passed it on, none of our people',
  'link-only': 'it names nobody, only a link',
  'no-address': 'nobody who got it has an email address',
  'no-url': 'Salesforce has no public link for it',
  unmatched: 'no Salesforce record belongs to it',
  operator: 'a person said so',
};

export async function writeIntroduction(
  io: Io,
  story: {
    readonly origins: Sandbox['origins'];
    readonly deliveries: readonly ScenarioDelivery[];
    readonly grants: readonly ScenarioShare[];
  },
): Promise<void> {
  const { origins, deliveries, grants } = story;
  await writeHeading(io, 'sharetrail: what was shared with customers, on the timeline in Gong');
  await writeParagraph(
    io,
    'Salesforce, Google and Gong are made up and run on this machine ' +
      `(${origins.salesforce}, ${origins.google}, ${origins.gong}); everything else is the real ` +
      'thing, down to the signed logins and the pace of three calls a second.',
  );
  await startSection(io, `One working day at Acme: ${deliveries.length} content deliveries`);
  for (const { line } of deliveries) await writeParagraph(io, `- ${line}`);
  await startSection(io, `And in Google Drive: ${grants.length} acts`);
  for (const { line } of grants) await writeParagraph(io, `- ${line}`);
}

export async function writeDay(io: Io, title: string, report: RunReport): Promise<void> {
  await startSection(io, title);
  for (const line of runLines(report)) await writeParagraph(io, line);
  const { salesforce, google, gong } = report.calls;
  await writeParagraph(
    io,
    `It took ${salesforce} calls of Salesforce, ${google} of Google and ${gong} of Gong.`,
  );
}

/** What stands in Gong, by the names that the records have in Salesforce. */
export async function writeTimeline(io: Io, sandbox: Sandbox): Promise<void> {
  const bodies = sandbox.gong.events.map(({ body }) => body as unknown as ContentShared);
  bodies.sort((a, b) => a.eventTimestamp.localeCompare(b.eventTimestamp));
  await startSection(io, `In Gong now: ${bodies.length} events`);
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
  return names.length > 0 ? names.join(', ') : 'its Contact alone';
}

/** What is not in Gong, and why: the question that a missing share raises. */
export async function writeUnreported(io: Io, events: readonly StoredEvent[]): Promise<void> {
  const missing = events.filter(({ state }) => state !== 'delivered' && state !== 'duplicate');
  await startSection(io, `Not in Gong, and why: ${missing.length}`);
  await writeFields(
    io,
    missing.map((event) => [`“${event.share.content.title}”`, whyNot(event)] as const),
  );
}

function whyNot({ state, reason, errors }: StoredEvent): string {
  const known = REASONS[reason as SkipReason];
  if (state === 'held') return `waits for its Salesforce record: ${known}`;
  if (state === 'pending') return 'waits for its turn at Gong';
  return reason === undefined ? `${state}: ${errors.join('; ')}` : `${reason}: ${known}`;
}

export async function writeDemoEnd(io: Io): Promise<void> {
  await startSection(io, 'Your own company, in ten minutes');
  const steps = [
    '1. README.md, "A first real tenant in ten minutes": the logins, and the tenant\u2019s file',
    '2. sharetrail sync --dry-run   shows every event that it would send, and writes nothing',
    '3. sharetrail sync             does it; then: sharetrail status, sharetrail events',
  ];
  for (const step of steps) await writeParagraph(io, step);
  await writeParagraph(
    io,
    'In a checkout, "sharetrail" is "npm run -s sharetrail --". To play with the made-up ' +
      'companies yourself: sharetrail sandbox',
  );
}

async function startSection(io: Io, title: string): Promise<void> {
  await io.out('\n');
  await writeHeading(io, title);
}
