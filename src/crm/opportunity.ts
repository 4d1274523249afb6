import { dayInTimezone } from './day.ts';
import { labelOf, listText, timeText } from './reason-text.ts';
import type { CrmRecords, OpportunityRecord } from './records.ts';

export interface OpportunityCriteria {
  readonly accountId: string;
  /** the recipients' Contacts; the roles of other Contacts do not count */
  readonly recipientContactIds: readonly string[];
  /** epoch milliseconds */
  readonly sharedAt: number;
  /** IANA name: close dates are compared in its calendar */
  readonly timezone: string;
}

export interface OpportunityChoice {
  readonly opportunity?: OpportunityRecord;
  readonly reasons: readonly string[];
}

type OpportunityRecords = Pick<CrmRecords, 'opportunitiesOfAccount' | 'rolesOfOpportunity'>;

/** An open Opportunity on which a recipient has a contact role. */
interface Candidate {
  readonly opportunity: OpportunityRecord;
  readonly primary: boolean;
}

interface ShareTime {
  readonly at: number;
  readonly day: string;
}

/**
 * Chooses the Account's Opportunity that a share belongs to, among those open at its time. Those
 * on which a recipient has a contact role qualify: primary first, then the most recently created,
 * then the lowest Id. Without such a role, the only open Opportunity is used, and none if there
 * are several.
 */
export function chooseOpportunity(
  records: OpportunityRecords,
  criteria: OpportunityCriteria,
): OpportunityChoice {
  const { sharedAt, timezone } = criteria;
  const time = { at: sharedAt, day: dayInTimezone(sharedAt, timezone) };
  const all = records.opportunitiesOfAccount.get(criteria.accountId) ?? [];
  const open = all.filter((each) => isOpenAt(each, time));
  const candidates = candidatesOf(open, records, criteria);
  const notOpen = all.length === open.length ? [] : notOpenReasons(all, time);
  const [first, ...others] = candidates;
  if (first) {
    const chosen = others.reduce((best, other) => (ranksBefore(other, best) ? other : best), first);
    return {
      opportunity: chosen.opportunity,
      reasons: [choiceReason(chosen, candidates, open.length), ...notOpen],
    };
  }
  const choice = chooseWithoutRole(open, `${time.day} in ${timezone}`);
  return { ...choice, reasons: [...choice.reasons, ...notOpen] };
}

/** Open if created before the share and either not closed now or closed on that day or later. */
function isOpenAt(opportunity: OpportunityRecord, time: ShareTime): boolean {
  if (opportunity.createdAt >= time.at) return false;
  if (!opportunity.closed) return true;
  return opportunity.closeDay !== undefined && opportunity.closeDay >= time.day;
}

function candidatesOf(
  open: readonly OpportunityRecord[],
  records: OpportunityRecords,
  criteria: OpportunityCriteria,
): readonly Candidate[] {
  const candidates: Candidate[] = [];
  const contactIds = new Set(criteria.recipientContactIds);
  for (const opportunity of open) {
    const roles = records.rolesOfOpportunity
      .get(opportunity.id)
      ?.filter((role) => contactIds.has(role.contactId));
    if (!roles || roles.length === 0) continue;
    candidates.push({ opportunity, primary: roles.some((role) => role.primary) });
  }
  return candidates;
}

function ranksBefore(one: Candidate, other: Candidate): boolean {
  if (one.primary !== other.primary) return one.primary;
  const [a, b] = [one.opportunity, other.opportunity];
  return a.createdAt === b.createdAt ? a.id < b.id : a.createdAt > b.createdAt;
}

function chooseWithoutRole(open: readonly OpportunityRecord[], day: string): OpportunityChoice {
  const when = `at the time of the share (${day})`;
  const [only] = open;
  if (!only) return { reasons: [`The Account had no Opportunity open ${when}, so none is named.`] };
  if (open.length === 1) {
    const chosen = `The Opportunity ${labelOf(only)} was chosen.`;
    const reason = `${chosen} It was the Account's only Opportunity open ${when}.`;
    return { opportunity: only, reasons: [reason] };
  }
  const reason =
    `The Account had ${open.length} Opportunities open ${when}. No recipient has a contact ` +
    `role on any of them, so none is named: ${listText(open, labelOf)}.`;
  return { reasons: [reason] };
}

function choiceReason(
  chosen: Candidate,
  candidates: readonly Candidate[],
  openCount: number,
): string {
  const start = `The Opportunity ${labelOf(chosen.opportunity)} was chosen.`;
  if (openCount === 1) {
    const only = 'It was the only Opportunity open at the time of the share';
    return `${start} ${only}, and a recipient has a contact role on it.`;
  }
  const open = `Of the ${openCount} Opportunities open at the time of the share`;
  if (candidates.length === 1) {
    return `${start} ${open}, only this one has a contact role of a recipient.`;
  }
  const others = candidates.filter((candidate) => candidate !== chosen);
  return (
    `${start} ${open}, ${candidates.length} have a contact role of a recipient. ` +
    `${rankReason(chosen, others)}. Not chosen: ${listText(others, candidateText)}.`
  );
}

function rankReason(chosen: Candidate, others: readonly Candidate[]): string {
  const rivals = others.filter((other) => other.primary === chosen.primary);
  if (rivals.length === 0) return 'Only this one has a primary role';
  const start = chosen.primary
    ? 'This one has a primary role and'
    : 'None has a primary role, and this one';
  const created = timeText(chosen.opportunity.createdAt);
  const tied = rivals.some((other) => other.opportunity.createdAt === chosen.opportunity.createdAt);
  return `${start} was created last (${created})${tied ? ', with the lowest Id' : ''}`;
}

function candidateText({ opportunity, primary }: Candidate): string {
  const role = primary ? 'primary' : 'not primary';
  return `${labelOf(opportunity)}, ${role}, created ${timeText(opportunity.createdAt)}`;
}

/** The Account's other Opportunities, and why each could not be chosen. */
function notOpenReasons(all: readonly OpportunityRecord[], time: ShareTime): readonly string[] {
  const others = all.filter((opportunity) => !isOpenAt(opportunity, time));
  const why = (opportunity: OpportunityRecord) =>
    opportunity.createdAt >= time.at
      ? `created ${timeText(opportunity.createdAt)}`
      : `closed, close date ${opportunity.closeDay ?? 'none'}`;
  const text = (opportunity: OpportunityRecord) => `${labelOf(opportunity)}, ${why(opportunity)}`;
  return [`Not open at the time of the share (${timeText(time.at)}): ${listText(others, text)}.`];
}
