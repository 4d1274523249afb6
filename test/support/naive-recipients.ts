import type { Share } from '../../src/share/share.ts';
import type { Org, OrgContact, OrgLead } from './crm-org.ts';
import { chooseNaively } from './naive-match.ts';

export interface NaiveRecipients {
  /** `Type Id`, in the order of the body, recipients in the order of the share */
  readonly names: readonly string[];
  /** `address Id`, or the address alone */
  readonly recipients: readonly string[];
  /** the rules that were met: for counting that all of them were */
  readonly rules: readonly string[];
}

interface Found {
  readonly contact?: string;
  readonly lead?: string;
  readonly account?: string | undefined;
  readonly rule: string;
}

/**
 * The outside contract's matching of Drive shares, a second time: over flat lists, without an eye
 * on cost, and without a line of the code that it judges.
 */
export function matchRecipientsNaively(
  share: Share,
  org: Org,
  options: { readonly timezone: string; readonly byDomain: boolean },
): NaiveRecipients {
  const emails = unique((share.drive?.grantees ?? []).map(({ email }) => email.toLowerCase()));
  const found = emails.map((email) => whoIs(email, org, options.byDomain));
  const contacts = unique(found.map(({ contact }) => contact));
  const accounts = unique(found.map(({ account }) => account));
  const { timezone } = options;
  const deals = accounts.map((account) =>
    chooseNaively(share, org, { timezone, roleHolders: contacts, account }),
  );
  return {
    names: [
      ...unique(deals.map(({ id }) => id)).map((id) => `Opportunity ${id}`),
      ...accounts.map((id) => `Account ${id}`),
      ...contacts.map((id) => `Contact ${id}`),
      ...unique(found.map(({ lead }) => lead)).map((id) => `Lead ${id}`),
    ],
    recipients: emails.map((email, index) =>
      [email, found[index]?.contact ?? found[index]?.lead ?? ''].join(' ').trim(),
    ),
    rules: [
      ...found.map(({ rule }) => rule),
      ...deals.map(({ rule }) => rule),
      ...(accounts.length > 1 ? ['several Accounts'] : []),
      ...(emails.length < (share.drive?.grantees.length ?? 0) ? ['named twice'] : []),
    ],
  };
}

function whoIs(email: string, org: Org, byDomain: boolean): Found {
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
  return byDomain ? ofDomain(email, org) : { rule: 'nobody' };
}

function whyFirst(contact: OrgContact, second: OrgContact | undefined): string {
  if (!second) return 'the only one';
  if (Boolean(contact.accountId) !== Boolean(second.accountId)) return 'with an Account';
  return contact.modifiedAt === second.modifiedAt ? 'lowest Id' : 'latest modified';
}

function latest(a: OrgContact | OrgLead, b: OrgContact | OrgLead): number {
  return (b.modifiedAt ?? 0) - (a.modifiedAt ?? 0) || (a.id < b.id ? -1 : 1);
}

/** In the made-up orgs a company's domain is the last two labels. */
function ofDomain(email: string, org: Org): Found {
  const company = (host: string) => host.toLowerCase().split('.').slice(-2).join('.');
  const domain = company(email.split('@').at(-1) ?? '');
  const accounts = org.accounts.filter(({ website = '' }) => {
    const host = website.replace(/^https?:\/\//, '').split('/')[0] ?? '';
    return company(host) === domain;
  });
  if (accounts.length > 1) return { rule: 'several of the domain' };
  return accounts[0] ? { account: accounts[0].id, rule: 'of the domain' } : { rule: 'nobody' };
}

function unique(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}
