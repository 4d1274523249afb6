import type { Share } from '../../src/share/share.ts';
import type { Org, OrgContact, OrgLead } from './crm-org.ts';
import { chooseNaively } from './naive-match.ts';

export interface NaiveRecipients {
  /** `Type Id`, in the order of the body, recipients in the order of the share */
  readonly names: readonly string[];
  /** `address Id`, or the address alone */
  readonly recipients: readonly string[];
  /** the rules that applied; tests count that every rule occurs */
  readonly rules: readonly string[];
}

interface Found {
  readonly contact?: string;
  readonly lead?: string;
  readonly account?: string | undefined;
  readonly rule: string;
}

/**
 * A second implementation of the contract's matching of Drive shares, over flat lists. It ignores
 * cost and shares no code with the implementation that it verifies.
 */
export function matchRecipientsNaively(
  share: Share,
  org: Org,
  options: { readonly timezone: string; readonly byDomain: boolean },
): NaiveRecipients {
  const given = (share.drive?.grantees ?? []).map(({ email }) => email);
  const emails = unique(given.map((email) => email.toLowerCase()));
  const found = emails.map((email) => findNaively(email, org, options.byDomain));
  const contacts = unique(found.map(({ contact }) => contact));
  const accounts = unique(found.map(({ account }) => account));
  const { timezone } = options;
  const choices = accounts.map((account) =>
    chooseNaively(share, org, { timezone, roleHolders: contacts, account }),
  );
  return {
    names: [
      ...unique(choices.map(({ id }) => id)).map((id) => `Opportunity ${id}`),
      ...accounts.map((id) => `Account ${id}`),
      ...contacts.map((id) => `Contact ${id}`),
      ...unique(found.map(({ lead }) => lead)).map((id) => `Lead ${id}`),
    ],
    recipients: emails.map((email, index) =>
      [
        given.find((each) => each.toLowerCase() === email),
        found[index]?.contact ?? found[index]?.lead ?? '',
      ]
        .join(' ')
        .trim(),
    ),
    rules: [
      ...found.map(({ rule }) => rule),
      ...choices.map(({ rule }) => rule),
      ...(accounts.length > 1 ? ['several Accounts'] : []),
      ...(emails.length < (share.drive?.grantees.length ?? 0) ? ['named twice'] : []),
    ],
  };
}

function findNaively(email: string, org: Org, byDomain: boolean): Found {
  const leads = org.leads.filter((each) => each.email?.toLowerCase() === email);
  const converted = leads.filter((each) => each.converted);
  const contacts = org.contacts.filter(
    (each) =>
      each.email?.toLowerCase() === email ||
      converted.some(({ convertedContactId }) => convertedContactId === each.id),
  );
  const ranked = [...contacts].sort(
    (a, b) => Number(!a.accountId) - Number(!b.accountId) || latest(a, b),
  );
  const [contact, second] = ranked;
  if (contact) {
    const own = contact.email?.toLowerCase() === email ? '' : ' through a Lead';
    const rule = `Contact${own}, ${whyFirst(contact, second)}`;
    return { contact: contact.id, account: contact.accountId, rule };
  }
  const [lead] = leads.filter((each) => !each.converted).sort(latest);
  if (lead) return { lead: lead.id, rule: 'Lead' };
  const account = [...converted].sort(latest).find((each) => each.convertedAccountId);
  if (account) return { account: account.convertedAccountId, rule: 'Account of a Lead' };
  return byDomain ? accountByDomain(email, org) : { rule: 'unknown' };
}

function whyFirst(contact: OrgContact, second: OrgContact | undefined): string {
  if (!second) return 'the only one';
  if (Boolean(contact.accountId) !== Boolean(second.accountId)) return 'with an Account';
  return contact.modifiedAt === second.modifiedAt ? 'lowest Id' : 'latest modified';
}

function latest(a: OrgContact | OrgLead, b: OrgContact | OrgLead): number {
  return (b.modifiedAt ?? 0) - (a.modifiedAt ?? 0) || (a.id < b.id ? -1 : 1);
}

/** In the fake orgs, a company's domain is the last two labels. */
function accountByDomain(email: string, org: Org): Found {
  const company = (host: string) => host.toLowerCase().split('.').slice(-2).join('.');
  const domain = company(email.split('@').at(-1) ?? '');
  const accounts = org.accounts.filter(({ website = '' }) => {
    const host = website.replace(/^https?:\/\//, '').split('/')[0] ?? '';
    return company(host) === domain;
  });
  if (accounts.length > 1) return { rule: 'several with the domain' };
  return accounts[0] ? { account: accounts[0].id, rule: 'by domain' } : { rule: 'unknown' };
}

function unique(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}
