import type { Delivery } from '../salesforce/delivery.ts';
import type { Org } from '../salesforce/org.ts';
import { type Company, seedCompany } from './company.ts';
import type { NamedObject, ScenarioDelivery, TimeSpan } from './types.ts';
import { timeOf } from './types.ts';

/** A scene: what is delivered, and what is told about it. */
export interface Scene {
  readonly delivery: Delivery;
  readonly line: string;
  readonly names?: readonly NamedObject[];
  readonly held?: string;
  readonly skipped?: string;
}

export interface FirstDay {
  readonly world: Company;
  /** epoch milliseconds: when it was seeded */
  readonly seededAt: number;
  /** what the first run finds, in the order of time */
  readonly deliveries: readonly ScenarioDelivery[];
  /** related to a custom object: held at first, and matched on the next day */
  readonly held: ScenarioDelivery;
  /** made before the first run, but visible only some minutes later: the next run finds it */
  readonly late: ScenarioDelivery;
}

const MINUTE_MS = 60_000;
const WORKDAY_MS = 9 * 60 * MINUTE_MS;
/** Later than a run's last minute, which may wait for the next run anyway. */
const LAST_BEFORE_MS = 2 * MINUTE_MS;
/** Well within the ten minutes that a commit may come late. */
const LATE_BY_MS = 7 * MINUTE_MS;

/**
 * The company and the deliveries of one working day, the last one two minutes before `now`. A
 * tenant that is to report them needs a `start` before that day.
 */
export function seedFirstDay(org: Org, clock: { now(): number }): FirstDay {
  const now = clock.now();
  const world = seedCompany(org, now);
  const times = { from: now - WORKDAY_MS, until: now - LAST_BEFORE_MS };
  const scenes = firstScenes(world);
  const deliveries = playScenes(org, scenes, times);
  const held = deliveries.find(({ outcome }) => outcome === 'held');
  const [late] = playScenes(org, [lateScene(world)], times);
  if (!held || !late) throw new TypeError('the story needs a held and a late delivery');
  org.showAt(late.deliveryId, times.until + LATE_BY_MS);
  return { world, seededAt: now, deliveries, held, late };
}

/** Makes the deliveries of the scenes, spread over the times. */
export function playScenes(
  org: Org,
  scenes: readonly Scene[],
  times: TimeSpan,
): ScenarioDelivery[] {
  return scenes.map((scene, index) => {
    const at = timeOf(times, { number: index + 1, count: scenes.length });
    const { deliveryId } = org.deliver({ ...scene.delivery, at });
    const reason = scene.held ?? scene.skipped;
    return {
      deliveryId,
      title: scene.delivery.title,
      line: scene.line,
      outcome: scene.held ? 'held' : scene.skipped ? 'skipped' : 'reported',
      ...(reason === undefined ? {} : { reason }),
      names: scene.names ?? [],
    };
  });
}

function lateScene({ users, contacts }: Company): Scene {
  return {
    delivery: {
      title: 'Looms: delivery schedule',
      byUserId: users.chiara,
      relatedTo: contacts.pavel,
      extension: 'xlsx',
    },
    line: 'Chiara sends Pavel a schedule; Salesforce commits it minutes after its own time stamp.',
    names: ['Opportunity', 'Account', 'Contact'],
  };
}

function firstScenes(world: Company): readonly Scene[] {
  return [...customerScenes(world), ...recordScenes(world), ...unreportedScenes(world)];
}

function customerScenes({ users, contacts, leads }: Company): readonly Scene[] {
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
      line: 'Bilal sends a deck to Jonas of Halden: of two open deals, his contact role decides.',
      names: ['Opportunity', 'Account', 'Contact'],
    },
    {
      delivery: { title: 'Spare parts list', byUserId: users.dmitri, relatedTo: contacts.keiko },
      line: 'Dmitri sends a list to Keiko of Kestrel: two open deals, no role: no deal is named.',
      names: ['Account', 'Contact'],
    },
    {
      delivery: { title: 'Introduction', byUserId: users.chiara, relatedTo: leads.marta },
      line: 'Chiara introduces the company to Marta, who is still a Lead.',
      names: ['Lead'],
    },
    {
      delivery: { title: 'Looms: offer', byUserId: users.chiara, relatedTo: leads.converted },
      line: 'Chiara sends an offer to a Lead that was converted: it counts as Contact Pavel.',
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
      line: 'Bilal sends Noor of Orion a draft with an Arabic title; her deal is won.',
      names: ['Account', 'Contact'],
    },
  ];
}

function recordScenes({ users, accounts, opportunities, caseId }: Company): readonly Scene[] {
  return [
    {
      delivery: {
        title: 'Yard 4: signed order',
        byUserId: users.ada,
        relatedTo: opportunities.orionYard,
      },
      line: 'Ada files the signed order at the won deal with Orion: it counts even closed.',
      names: ['Opportunity', 'Account'],
    },
    {
      delivery: {
        title: 'Grid study',
        byUserId: users.dmitri,
        relatedTo: accounts.solveig,
        password: 'volt-27',
      },
      line: 'Dmitri shares a study, protected by a password, with the whole of Solveig.',
      names: ['Opportunity', 'Account'],
    },
    {
      delivery: { title: 'Meter manual', byUserId: users.esther, relatedTo: caseId },
      line: "Esther answers Sven's support case with a manual: the case stands for its Contact.",
      names: ['Opportunity', 'Account', 'Contact'],
    },
  ];
}

function unreportedScenes({ users, contacts, quoteRoomId }: Company): readonly Scene[] {
  return [
    {
      delivery: { title: 'Draft quote', byUserId: users.finn, relatedTo: quoteRoomId },
      line: 'Finn delivers from a quote room, a custom object: nobody known, so it waits.',
      held: 'unmatched',
    },
    {
      delivery: { title: 'Team lunch menu', byUserId: users.esther, relatedTo: contacts.gina },
      line: 'Esther sends a menu to Gina, a colleague: nobody outside is concerned.',
      skipped: 'internal-only',
    },
    {
      delivery: {
        title: 'Envelope 88120',
        byUserId: users.package,
        relatedTo: contacts.ines,
      },
      line: 'The e-signature package makes a delivery of its own: no person shared anything.',
      skipped: 'ignored-creator',
    },
    {
      delivery: {
        title: 'Internal price list',
        byUserId: users.ada,
        relatedTo: contacts.rosa,
        fields: { DistributionPublicUrl: null },
      },
      line: 'Ada makes a delivery without a public link: there is nothing that Rosa could open.',
      skipped: 'no-url',
    },
  ];
}
