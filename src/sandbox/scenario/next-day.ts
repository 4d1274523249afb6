import type { Org } from '../salesforce/org.ts';
import type { Company } from './company.ts';
import { type FirstDay, playScenes, type Scene } from './first-day.ts';
import type { ScenarioDelivery } from './types.ts';

const DAY_MS = 86_400_000;
const LAST_BEFORE_MS = 2 * 60_000;

export interface NextDayOptions {
  readonly clock: { now(): number };
  readonly first: FirstDay;
  /**
   * epoch milliseconds: the last run, if it was on the first day; the new deliveries lie between it
   * and two minutes before now, so that the next run finds them all
   */
  readonly since: number;
}

/**
 * The day after: six new deliveries, a related Contact for the held one, and the one of the first
 * day that was committed late. Gives them all in this order.
 */
export function seedNextDay(org: Org, options: NextDayOptions): readonly ScenarioDelivery[] {
  const { first, since } = options;
  const until = options.clock.now() - LAST_BEFORE_MS;
  const times = { from: Math.min(since, until), until };
  org.add('Opportunity', {
    CreatedDate: times.from,
    AccountId: first.world.accounts.quill,
    Name: 'Quill: archive',
    StageName: 'Qualification',
  });
  const made = playScenes(org, nextScenes(first.world, times.until), times);
  org.update(first.held.deliveryId, {
    RelatedRecordId: first.world.contacts.sven,
    SystemModstamp: times.until,
    LastModifiedDate: times.until,
  });
  return [...made, matchedAtLast(first.held), first.late];
}

function matchedAtLast(held: ScenarioDelivery): ScenarioDelivery {
  return {
    deliveryId: held.deliveryId,
    title: held.title,
    line: "Finn relates yesterday's held delivery to Sven of Solveig: now it has its people.",
    outcome: 'reported',
    names: ['Opportunity', 'Account', 'Contact'],
  };
}

function nextScenes({ users, contacts, accounts }: Company, now: number): readonly Scene[] {
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
      line: 'Ada sends Inês the countersigned contract, under a link that runs out in thirty days.',
      names: ['Opportunity', 'Account', 'Contact'],
    },
    {
      delivery: { title: 'Workshop notes', byUserId: users.dmitri, relatedTo: contacts.hugo },
      line: 'Dmitri sends notes to Hugo, a freelancer who belongs to no Account.',
      names: ['Contact'],
    },
    {
      delivery: { title: 'Allergen sheet', byUserId: users.esther, relatedTo: contacts.olga },
      line: 'Esther delivers for Olga of Marigold, who has no email: named, no recipient.',
      names: ['Opportunity', 'Account', 'Contact'],
    },
    {
      delivery: { title: 'Price book 2027', byUserId: users.finn, relatedTo: accounts.kestrel },
      line: 'Finn shares a price book with Kestrel: two open deals, so only the Account is named.',
      names: ['Account'],
    },
    {
      delivery: { title: 'Reseller flyer', byUserId: users.partner, relatedTo: contacts.liam },
      line: 'Paula of a reseller delivers through the partner portal: an outsider passed it on.',
      skipped: 'external-sharer',
    },
  ];
}
