import type { Org } from '../salesforce/org.ts';
import type { Company } from './company.ts';
import { type Example, type FirstDay, seedExamples } from './first-day.ts';
import type { ScenarioDelivery } from './types.ts';

const DAY_MS = 86_400_000;
const LAST_BEFORE_MS = 2 * 60_000;

export interface NextDayOptions {
  readonly clock: { now(): number };
  readonly first: FirstDay;
  /**
   * time of the last run on the first day, epoch milliseconds; the new deliveries are created
   * between then and two minutes before now, so that the next run finds all of them
   */
  readonly since: number;
}

/**
 * Seeds the next day: six new deliveries, and a related Contact for the held delivery. Returns the
 * new ones, the held one, and the first day's late one, in this order.
 */
export function seedNextDay(org: Org, options: NextDayOptions): readonly ScenarioDelivery[] {
  const { first, since } = options;
  const until = options.clock.now() - LAST_BEFORE_MS;
  const times = { from: Math.min(since, until), until };
  org.add('Opportunity', {
    CreatedDate: times.from,
    AccountId: first.company.accounts.quill,
    Name: 'Quill: archive',
    StageName: 'Qualification',
  });
  const created = seedExamples(org, nextExamples(first.company, times.until), times);
  org.update(first.held.deliveryId, {
    RelatedRecordId: first.company.contacts.sven,
    SystemModstamp: times.until,
    LastModifiedDate: times.until,
  });
  return [...created, nowMatched(first.held), first.late];
}

function nowMatched(held: ScenarioDelivery): ScenarioDelivery {
  return {
    deliveryId: held.deliveryId,
    title: held.title,
    line: "Finn relates yesterday's held delivery to Sven of Solveig, so now it has a recipient.",
    outcome: 'reported',
    names: ['Opportunity', 'Account', 'Contact'],
  };
}

function nextExamples({ users, contacts, accounts }: Company, now: number): readonly Example[] {
  return [
    {
      delivery: {
        title: 'Archive: proposal',
        byUserId: users.chiara,
        relatedTo: contacts.rosa,
        extension: 'docx',
      },
      line: 'Chiara sends a proposal to Rosa of Quill, whose deal was opened just before.',
      names: ['Opportunity', 'Account', 'Contact'],
    },
    {
      delivery: {
        title: 'Master contract, countersigned',
        byUserId: users.ada,
        relatedTo: contacts.ines,
        expiresAt: now + 30 * DAY_MS,
      },
      line: 'Ada sends Inês the countersigned contract, with a link that expires in thirty days.',
      names: ['Opportunity', 'Account', 'Contact'],
    },
    {
      delivery: { title: 'Workshop notes', byUserId: users.dmitri, relatedTo: contacts.hugo },
      line: 'Dmitri sends notes to Hugo, a freelancer without an Account.',
      names: ['Contact'],
    },
    {
      delivery: { title: 'Allergen sheet', byUserId: users.esther, relatedTo: contacts.olga },
      line: 'Esther delivers to Olga of Marigold. Without an email, Olga is not a recipient.',
      names: ['Opportunity', 'Account', 'Contact'],
    },
    {
      delivery: { title: 'Price book 2027', byUserId: users.finn, relatedTo: accounts.kestrel },
      line: 'Finn shares a price book with Kestrel. Two deals are open; only the Account is named.',
      names: ['Account'],
    },
    {
      delivery: { title: 'Reseller flyer', byUserId: users.partner, relatedTo: contacts.liam },
      line: 'Paula of a reseller delivers through the partner portal. Paula is an outsider.',
      skipped: 'external-sharer',
    },
  ];
}
