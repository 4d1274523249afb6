import { CRM_OBJECT_TYPES, type CrmObjectType, type Match } from '../crm/match.ts';
import { whyNoOpportunity } from '../crm/why-no-opportunity.ts';
import type { StoredEvent } from '../outbox/outbox-event.ts';
import { at, type ExplainedEvent } from './explained-event.ts';
import { quoted } from './sentences.ts';

/**
 * The outcome of one event in one or two sentences: whether it was reported, and where it appears.
 * `explainEvent` has the details.
 */
export function summarizeEvent(explained: ExplainedEvent): string {
  const { event } = explained;
  if (event.erasedAt !== undefined) return outcomeText(explained);
  return [outcomeText(explained), ...placeText(event)].join(' ');
}

function outcomeText(explained: ExplainedEvent): string {
  const { event, attempts } = explained;
  const last = at(attempts.at(-1)?.at ?? event.updatedAt, explained);
  switch (event.state) {
    case 'delivered':
      return `Reported to Gong on ${last}.`;
    case 'duplicate':
      return `Reported to Gong: on ${last}, Gong already had it.`;
    case 'rejected':
      return event.attempts === 0
        ? 'Not reported: Gong would reject it.'
        : `Not reported: Gong rejected it on ${last}.`;
    case 'pending':
      return 'Not reported yet: it waits to be sent to Gong.';
    case 'held':
      return event.notBefore === undefined
        ? 'Not reported yet: it is held.'
        : `Not reported yet: it is held until ${at(event.notBefore, explained)}.`;
    case 'skipped':
      return `Not reported: it was skipped${event.reason === undefined ? '' : ` (${event.reason})`}.`;
  }
}

/** `On Account “Acme”, not on an Opportunity, because …` */
function placeText({ match, state }: StoredEvent): string[] {
  if (match === undefined) return [];
  if (!match.matched) return state === 'delivered' ? ['On no Salesforce record.'] : [];
  const [first, second] = CRM_OBJECT_TYPES.flatMap((type) => nameOf(match, type) ?? []);
  if (first === undefined) return [];
  if (has(match, 'Opportunity')) {
    return [`On ${first}${has(match, 'Account') && second !== undefined ? ` of ${second}` : ''}.`];
  }
  const why = whyNoOpportunity(match.reasons);
  return [`On ${first}${why === undefined ? '' : `, not on an Opportunity, because ${why}`}.`];
}

function has({ objects }: Match, type: CrmObjectType): boolean {
  return objects.some((each) => each.type === type);
}

function nameOf({ objects }: Match, type: CrmObjectType): string | undefined {
  const object = objects.find((each) => each.type === type);
  if (object === undefined) return undefined;
  const { id, name } = object;
  return name === undefined ? `${type} ${id}` : `${type} ${quoted(name)}`;
}
