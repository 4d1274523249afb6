import type { Delivery } from '../salesforce/delivery.ts';
import type { Org } from '../salesforce/org.ts';
import { type Company, seedCompany } from './company.ts';
import type { NamedObject, ScenarioDelivery, TimeSpan } from './types.ts';
import { timeOf } from './types.ts';

/** One example: a delivery, its description, and its expected outcome. */
export interface Example {
  readonly delivery: Delivery;
  readonly line: string;
  readonly names?: readonly NamedObject[];
  readonly held?: string;
  readonly skipped?: string;
}

export interface FirstDay {
  readonly company: Company;
  /** time of seeding, epoch milliseconds */
  readonly seededAt: number;
  /** the deliveries that the first run finds, oldest first */
  readonly deliveries: readonly ScenarioDelivery[];
  /** related to a custom object: held on the first day, matched on the next */
  readonly held: ScenarioDelivery;
  /** created before the first run but visible only minutes later: the next run finds it */
  readonly late: ScenarioDelivery;
}

const MINUTE_MS = 60_000;
const WORKDAY_MS = 9 * 60 * MINUTE_MS;
/** Older than one minute: a run may leave newer rows to the next run. */
const LAST_BEFORE_MS = 2 * MINUTE_MS;
/** Within the ten minutes by which a commit can be late. */
const LATE_BY_MS = 7 * MINUTE_MS;

/**
 * Seeds the company and the deliveries of one working day, the last one two minutes before now. To
 * report them, a tenant needs a `start` before that day.
 */
export function seedFirstDay(org: Org, clock: { now(): number }): FirstDay {
  const now = clock.now();
  const company = seedCompany(org, now);
  const times = { from: now - WORKDAY_MS, until: now - LAST_BEFORE_MS };
  const examples = firstExamples(company);
  const deliveries = seedExamples(org, examples, times);
  const held = deliveries.find(({ outcome }) => outcome === 'held');
  const [late] = seedExamples(org, [lateExample(company)], times);
  if (!held || !late) throw new TypeError('the scenario needs a held and a late delivery');
  org.showAt(late.deliveryId, times.until + LATE_BY_MS);
  return { company, seededAt: now, deliveries, held, late };
}

/** Creates the deliveries of the examples, spread over the time span. */
export function seedExamples(
  org: Org,
  examples: readonly Example[],
  times: TimeSpan,
): ScenarioDelivery[] {
  return examples.map((example, index) => {
    const at = timeOf(times, { number: index + 1, count: examples.length });
    const { deliveryId } = org.deliver({ ...example.delivery, at });
    const reason = example.held ?? example.skipped;
    return {
      deliveryId,
      title: example.delivery.title,
      line: example.line,
      outcome: example.held ? 'held' : example.skipped ? 'skipped' : 'reported',
      ...(reason === undefined ? {} : { reason }),
      names: example.names ?? [],
    };
  });
}

function lateExample({ users, contacts }: Company): Example {
  return {
    delivery: {
      title: 'Looms: delivery schedule',
      byUserId: users.chiara,
      relatedTo: contacts.pavel,
      extension: 'xlsx',
    },
    line: 'Chiara sends Pavel a schedule; Salesforce commits it minutes after its timestamp.',
    names: ['Opportunity', 'Account', 'Contact'],
  };
}

function firstExamples(company: Company): readonly Example[] {
  return [...customerExamples(company), ...recordExamples(company), ...unreportedExamples(company)];
}

function customerExamples({ users, contacts, leads }: Company): readonly Example[] {
  return [
    {
      delivery: { title: 'Master contract', byUserId: users.ada, relatedTo: contacts.ines },
      line: 'Ada sends the contract to Inês of Brightwater, whose company has one open deal.',
      names: ['Opportunity', 'Account', 'Contact'],
    },
    {
      delivery: {
        title: 'Renewal deck',
        byUserId: users.bilal,
        relatedTo: contacts.jonas,
        extension: 'pptx',
      },
      line: 'Bilal sends a deck to Jonas of Halden, who has a role in one of two open deals.',
      names: ['Opportunity', 'Account', 'Contact'],
    },
    {
      delivery: { title: 'Spare parts list', byUserId: users.dmitri, relatedTo: contacts.keiko },
      line: 'Dmitri sends a list to Keiko of Kestrel, who has no role in the two open deals.',
      names: ['Account', 'Contact'],
    },
    {
      delivery: { title: 'Introduction', byUserId: users.chiara, relatedTo: leads.marta },
      line: 'Chiara introduces the company to Marta, who is still a Lead.',
      names: ['Lead'],
    },
    {
      delivery: { title: 'Looms: offer', byUserId: users.chiara, relatedTo: leads.converted },
      line: 'Chiara sends an offer to a converted Lead, which counts as Contact Pavel.',
      names: ['Opportunity', 'Account', 'Contact'],
    },
    {
      delivery: {
        title: '🚀 Roll-out plan 2027 🎉',
        byUserId: users.finn,
        relatedTo: contacts.liam,
      },
      line: "Finn sends Liam O'Neill of Marigold a plan with emoji in its title.",
      names: ['Opportunity', 'Account', 'Contact'],
    },
    {
      delivery: { title: 'عقد الخدمات — مسودة', byUserId: users.bilal, relatedTo: contacts.noor },
      line: 'Bilal sends Noor of Orion a draft with an Arabic title. The deal is already won.',
      names: ['Account', 'Contact'],
    },
  ];
}

function recordExamples({ users, accounts, opportunities, caseId }: Company): readonly Example[] {
  return [
    {
      delivery: {
        title: 'Yard 4: signed order',
        byUserId: users.ada,
        relatedTo: opportunities.orionYard,
      },
      line: 'Ada attaches the signed order to the deal with Orion, which is named although closed.',
      names: ['Opportunity', 'Account'],
    },
    {
      delivery: {
        title: 'Grid study',
        byUserId: users.dmitri,
        relatedTo: accounts.solveig,
        password: 'volt-27',
      },
      line: 'Dmitri shares a password-protected study with the Solveig account.',
      names: ['Opportunity', 'Account'],
    },
    {
      delivery: { title: 'Meter manual', byUserId: users.esther, relatedTo: caseId },
      line: "Esther adds a manual to Sven's support case, which resolves to its Contact.",
      names: ['Opportunity', 'Account', 'Contact'],
    },
  ];
}

function unreportedExamples({ users, contacts, quoteRoomId }: Company): readonly Example[] {
  return [
    {
      delivery: { title: 'Draft quote', byUserId: users.finn, relatedTo: quoteRoomId },
      line: 'Finn delivers from a custom object. It leads to no known person, so the event waits.',
      held: 'unmatched',
    },
    {
      delivery: { title: 'Team lunch menu', byUserId: users.esther, relatedTo: contacts.gina },
      line: 'Esther sends a menu to Gina, a colleague. No one outside the company is involved.',
      skipped: 'internal-only',
    },
    {
      delivery: {
        title: 'Envelope 88120',
        byUserId: users.package,
        relatedTo: contacts.ines,
      },
      line: 'The e-signature package creates a delivery. No person shared anything.',
      skipped: 'ignored-creator',
    },
    {
      delivery: {
        title: 'Internal price list',
        byUserId: users.ada,
        relatedTo: contacts.rosa,
        fields: { DistributionPublicUrl: null },
      },
      line: 'Ada creates a delivery without a public link, so Rosa cannot open it.',
      skipped: 'no-url',
    },
  ];
}
