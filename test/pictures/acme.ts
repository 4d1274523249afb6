import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { type Company, seedCompany } from '../../src/sandbox/scenario/company.ts';
import { type Example, seedExamples } from '../../src/sandbox/scenario/first-day.ts';
import { seedDriveDay } from '../../src/sandbox/scenario/index.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** A working day at Acme that ends now: what its salespeople share in Salesforce and in Drive. */
export function seedAcme({ salesforce, google, clock }: Sandbox): void {
  const now = clock.now();
  const company = seedCompany(salesforce, now);
  const times = { from: now - 8 * HOUR_MS, until: now - 5 * MINUTE_MS };
  seedExamples(salesforce, examplesOf(company), times);
  seedDriveDay(google, clock);
}

/** The pictures have no fonts for emoji, which the demo's titles contain. */
function examplesOf({ users, contacts, leads, quoteRoomId }: Company): readonly Example[] {
  return [
    delivery('Master contract', users.ada, contacts.ines),
    delivery('Renewal deck', users.bilal, contacts.jonas),
    delivery('Spare parts list', users.dmitri, contacts.keiko),
    delivery('Looms: offer', users.chiara, leads.converted),
    delivery('Draft quote', users.finn, quoteRoomId),
    delivery('Roll-out plan 2027', users.finn, contacts.liam),
    delivery('Introduction', users.chiara, leads.marta),
    delivery('Team lunch menu', users.esther, contacts.gina),
  ];
}

function delivery(title: string, byUserId: string, relatedTo: string): Example {
  return { delivery: { title, byUserId, relatedTo }, line: title };
}
