import type { Share } from '../../src/share/share.ts';
import type { Org } from './crm-org.ts';

export interface NaiveMatch {
  /** `Type Id`, in the order of the body */
  readonly names: readonly string[];
  readonly recipients: readonly string[];
  /** which rule gave or refused the deal: for counting that all of them were met */
  readonly rule: string;
}

/**
 * The outside contract's matching of deliveries, a second time: over flat lists, without an eye
 * on cost, and without a line of the code that it judges.
 */
export function matchNaively(share: Share, org: Org, timezone: string): NaiveMatch {
  let { type, id } = share.related ?? { id: '' };
  const lead = type === 'Lead' ? org.leads.find((each) => each.id === id) : undefined;
  let orphan: string | undefined;
  if (lead?.converted) {
    const contactIsThere = org.contacts.some((each) => each.id === lead.convertedContactId);
    orphan = contactIsThere ? undefined : (lead.email ?? '');
    type = contactIsThere ? 'Contact' : 'Account (of a Lead)';
    id = (contactIsThere ? lead.convertedContactId : lead.convertedAccountId) ?? '';
  }
  const names: Record<string, string | undefined> = {};
  let recipient: string | undefined = orphan;
  let deal: 'none' | 'given' | 'by the rules' = 'by the rules';
  if (type === 'Opportunity') {
    const opportunity = org.opportunities.find((each) => each.id === id);
    deal = 'given';
    names['Opportunity'] = opportunity?.id;
    names['Account'] = opportunity?.accountId;
  } else if (type === 'Account') {
    names['Account'] = org.accounts.find((each) => each.id === id)?.id;
  } else if (type === 'Account (of a Lead)') {
    names['Account'] = id || undefined;
  } else if (type === 'Contact') {
    const contact = org.contacts.find((each) => each.id === id);
    names['Contact'] = contact?.id;
    names['Account'] = contact?.accountId;
    recipient = contact?.email;
  } else if (type === 'Lead') {
    names['Lead'] = lead?.id;
    recipient = lead?.email;
  } else if (type === 'Case') {
    const found = org.cases.find((each) => each.id === id);
    const contact = org.contacts.find((each) => each.id === found?.contactId);
    names['Account'] = found?.accountId ?? contact?.accountId;
    names['Contact'] = found?.contactId;
  }
  if (names['Account'] === undefined && deal !== 'given') deal = 'none';
  let rule: string = deal;
  if (deal === 'by the rules') {
    const roleHolders = recipient && type === 'Contact' ? [id] : [];
    const choice = chooseNaively(share, org, { timezone, roleHolders, account: names['Account'] });
    names['Opportunity'] = choice.id;
    rule = choice.rule;
  }
  return {
    names: ['Opportunity', 'Account', 'Contact', 'Lead'].flatMap((each) =>
      names[each] === undefined ? [] : [`${each} ${names[each]}`],
    ),
    recipients: recipient ? [recipient] : [],
    rule,
  };
}

interface Asked {
  readonly timezone: string;
  /** Contacts */
  readonly roleHolders: readonly string[];
  readonly account: string | undefined;
}

/** The Account's deal, and by which rule. */
export function chooseNaively(share: Share, org: Org, asked: Asked): { id?: string; rule: string } {
  // Sweden writes its dates as YYYY-MM-DD.
  const day = new Date(share.sharedAt).toLocaleDateString('sv-SE', { timeZone: asked.timezone });
  const open = org.opportunities
    .filter((each) => each.accountId === asked.account)
    .filter((each) => each.createdAt < share.sharedAt)
    .filter((each) => !each.closed || (each.closeDay ?? '') >= day);
  const mine = org.roles.filter((role) => asked.roleHolders.includes(role.contactId));
  const ranked = open
    .filter((each) => mine.some((role) => role.opportunityId === each.id))
    .map((each) => ({
      id: each.id,
      primary: mine.some((role) => role.opportunityId === each.id && role.primary) ? 0 : 1,
      createdAt: each.createdAt,
    }))
    .sort((a, b) => a.primary - b.primary || b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
  const [first, second] = ranked;
  if (first && !second) return { id: first.id, rule: 'only role' };
  if (first && second) {
    if (first.primary !== second.primary) return { id: first.id, rule: 'primary' };
    const tie = first.createdAt === second.createdAt;
    return { id: first.id, rule: tie ? 'lowest Id' : 'created last' };
  }
  const [only] = open;
  if (only && open.length === 1) return { id: only.id, rule: 'only open one' };
  return { rule: only ? 'several open' : 'none open' };
}
