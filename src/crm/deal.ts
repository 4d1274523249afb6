import { dayInTimezone } from './day.ts';
import type { CrmRecords, OpportunityRecord } from './records.ts';
import { labelOf, listOf, timeOf } from './sentences.ts';

export interface DealCriteria {
  readonly accountId: string;
  /** the recipients' Contacts; no other Contact's roles choose a deal */
  readonly recipientContactIds: readonly string[];
  /** epoch milliseconds */
  readonly sharedAt: number;
  /** IANA name: whose calendar the close dates are compared in */
  readonly timezone: string;
}

export interface DealChoice {
  readonly opportunity?: OpportunityRecord;
  readonly reasons: readonly string[];
}

type DealRecords = Pick<CrmRecords, 'opportunitiesOfAccount' | 'rolesOfOpportunity'>;

/** An open opportunity on which a recipient has a contact role. */
interface Candidate {
  readonly opportunity: OpportunityRecord;
  readonly primary: boolean;
}

interface Moment {
  readonly at: number;
  readonly day: string;
}

/**
 * Chooses the Account's one deal that a share belongs to, among those open at its time: where a
 * recipient has a contact role, the primary one first, then the one created last, then the
 * lowest Id; without any such role the only open one, and none where there are several.
 */
export function chooseDeal(records: DealRecords, question: DealCriteria): DealChoice {
  const moment = {
    at: question.sharedAt,
    day: dayInTimezone(question.sharedAt, question.timezone),
  };
  const all = records.opportunitiesOfAccount.get(question.accountId) ?? [];
  const open = all.filter((opportunity) => isOpenAt(opportunity, moment));
  const candidates = candidatesOf(open, records, question);
  const late = all.length === open.length ? [] : saidOfOthers(all, moment);
  const [first, ...others] = candidates;
  if (first) {
    const chosen = others.reduce((best, other) => (ranksBefore(other, best) ? other : best), first);
    return {
      opportunity: chosen.opportunity,
      reasons: [saidOfCandidates(chosen, candidates, open.length), ...late],
    };
  }
  const when = `at the share (${moment.day} in ${question.timezone})`;
  return chooseWithoutRole(open, when, late);
}

/** Open at the time of the share: created before it, and not closed now or closed on that day or later. */
function isOpenAt(opportunity: OpportunityRecord, moment: Moment): boolean {
  if (opportunity.createdAt >= moment.at) return false;
  if (!opportunity.closed) return true;
  return opportunity.closeDay !== undefined && opportunity.closeDay >= moment.day;
}

function candidatesOf(
  open: readonly OpportunityRecord[],
  records: DealRecords,
  question: DealCriteria,
): readonly Candidate[] {
  const candidates: Candidate[] = [];
  const contactIds = new Set(question.recipientContactIds);
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

function chooseWithoutRole(
  open: readonly OpportunityRecord[],
  when: string,
  late: readonly string[],
): DealChoice {
  const [only] = open;
  if (!only) {
    return { reasons: [`No Opportunity of the Account was open ${when}: none is named.`, ...late] };
  }
  if (open.length === 1) {
    return {
      opportunity: only,
      reasons: [
        `The Opportunity ${labelOf(only)} was the Account's only open one ${when}.`,
        ...late,
      ],
    };
  }
  const reason =
    `The Account had ${open.length} Opportunities open ${when}, and no recipient has a contact ` +
    `role on any of them, so none is named: ${listOf(open, labelOf)}.`;
  return { reasons: [reason, ...late] };
}

function saidOfCandidates(
  chosen: Candidate,
  candidates: readonly Candidate[],
  openCount: number,
): string {
  const start = `The Opportunity ${labelOf(chosen.opportunity)} was chosen:`;
  const open = `${openCount === 1 ? 'the one' : `the ${openCount}`} open at the share`;
  if (candidates.length === 1) {
    return `${start} of ${open}, it alone has a contact role of a recipient.`;
  }
  const others = candidates.filter((candidate) => candidate !== chosen);
  return (
    `${start} of ${open}, ${candidates.length} have a contact role of a recipient, and this one ` +
    `${whyChosen(chosen, others)}. Passed over: ${listOf(others, sayCandidate)}.`
  );
}

function whyChosen(chosen: Candidate, others: readonly Candidate[]): string {
  const rivals = others.filter((other) => other.primary === chosen.primary);
  const start = chosen.primary ? 'has a primary one' : 'like the others has no primary one';
  if (rivals.length === 0) return 'alone has a primary one';
  const created = timeOf(chosen.opportunity.createdAt);
  const tied = rivals.some((other) => other.opportunity.createdAt === chosen.opportunity.createdAt);
  return `${start} and was created last (${created})${tied ? ', with the lowest Id' : ''}`;
}

function sayCandidate({ opportunity, primary }: Candidate): string {
  const role = primary ? 'primary' : 'not primary';
  return `${labelOf(opportunity)}, ${role}, created ${timeOf(opportunity.createdAt)}`;
}

/** The Account's other deals, so that whoever misses one sees why it could not be chosen. */
function saidOfOthers(all: readonly OpportunityRecord[], moment: Moment): readonly string[] {
  const others = all.filter((opportunity) => !isOpenAt(opportunity, moment));
  const why = (opportunity: OpportunityRecord) =>
    opportunity.createdAt >= moment.at
      ? `created ${timeOf(opportunity.createdAt)}`
      : `closed, close date ${opportunity.closeDay ?? 'none'}`;
  const say = (opportunity: OpportunityRecord) => `${labelOf(opportunity)}, ${why(opportunity)}`;
  return [`Not open at the share (${timeOf(moment.at)}): ${listOf(others, say)}.`];
}
