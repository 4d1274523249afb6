import type { Share } from '../../src/share/share.ts';
import type { Org } from './crm-org.ts';

export interface NaiveMatch {
  /** `Type Id`, in the order of the body */
  readonly names: readonly string[];
  readonly recipients: readonly string[];
  /** the rule that decided on the Opportunity; tests count that every rule occurs */
  readonly rule: string;
}

/**
 * A second implementation of the contract's matching of deliveries, over flat lists. It ignores
 * cost and shares no code with the implementation that it verifies.
 */
export function matchNaively(share: Share, org: Org, timezone: string): NaiveMatch {
  let { type, id } = share.related ?? { id: '' };
  const lead = type === 'Lead' ? org.leads.find((each) => each.id === id) : undefined;
  let orphan: string | undefined;
  if (lead?.converted) {
    const contactExists = org.contacts.some((each) => each.id === lead.convertedContactId);
    orphan = contactExists ? undefined : (lead.email ?? '');
    type = contactExists ? 'Contact' : 'Account (of a Lead)';
    id = (contactExists ? lead.convertedContactId : lead.convertedAccountId) ?? '';
  }
  const names: Record<string, string | undefined> = {};
  let recipient: string | undefined = orphan;
  let choice: 'none' | 'given' | 'by the rules' = 'by the rules';
  if (type === 'Opportunity') {
    const opportunity = org.opportunities.find((each) => each.id === id);
    choice = 'given';
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
  if (names['Account'] === undefined && choice !== 'given') choice = 'none';
  let rule: string = choice;
  if (choice === 'by the rules') {
    const roleHolders = recipient && type === 'Contact' ? [id] : [];
    const chosen = chooseNaively(share, org, { timezone, roleHolders, account: names['Account'] });
    names['Opportunity'] = chosen.id;
    rule = chosen.rule;
  }
  return {
    names: ['Opportunity', 'Account', 'Contact', 'Lead'].flatMap((each) =>
      names[each] === undefined ? [] : [`${each} ${names[each]}`],
    ),
    recipients: recipient ? [recipient] : [],
    rule,
  };
}

interface Criteria {
  readonly timezone: string;
  /** Contacts */
  readonly roleHolders: readonly string[];
  readonly account: string | undefined;
}

/** The Account's Opportunity, and the rule that chose it. */
export function chooseNaively(
  share: Share,
  org: Org,
  criteria: Criteria,
): { id?: string; rule: string } {
  // Sweden writes its dates as YYYY-MM-DD.
  const day = new Date(share.sharedAt).toLocaleDateString('sv-SE', { timeZone: criteria.timezone });
  const open = org.opportunities
    .filter((each) => each.accountId === criteria.account)
    .filter((each) => each.createdAt < share.sharedAt)
    .filter((each) => !each.closed || (each.closeDay ?? '') >= day);
  const mine = org.roles.filter((role) => criteria.roleHolders.includes(role.contactId));
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
