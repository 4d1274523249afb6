import { listOf, timeText } from '../../lib/format.ts';
import type { NewEvent } from '../../outbox/outbox-event.ts';
import { PLAN_LIMITS } from './limits.ts';

/** What a dry run says of one share: when, what happens to it and why, what, from whom, to whom. */
export function planLine(event: NewEvent, timezone: string): string {
  const { share } = event;
  const at = timeText(share.sharedAt, timezone);
  const title = `“${share.content.title}” from ${sharerText(event)} to ${recipientsText(event)}`;
  return `${at}  ${outcomeText(event, timezone)}  ${title}${recordsText(event)}`;
}

function outcomeText({ state, reason, notBefore, errors }: NewEvent, timezone: string): string {
  switch (state) {
    case 'held': {
      const until = notBefore === undefined ? '' : ` until ${timeText(notBefore, timezone)}`;
      return `hold${until} (${reason ?? 'unknown'})`;
    }
    case 'skipped':
      return `skip (${reason ?? 'unknown'})`;
    case 'rejected':
      return `reject (${errors?.join('; ') ?? 'unknown'})`;
    default:
      return 'send';
  }
}

function sharerText({ share: { sharer } }: NewEvent): string {
  const { name, email } = sharer ?? {};
  return personText({ name, email }) ?? 'an unknown sharer';
}

function recipientsText({ match, share }: NewEvent): string {
  const people = match?.recipients ?? share.drive?.grantees ?? [];
  const texts = people.flatMap((person) => personText(person) ?? []);
  if (texts.length === 0) return 'no named recipient';
  const more = texts.length - PLAN_LIMITS.recipientsNamedMax;
  if (more <= 0) return listOf(texts);
  return `${listOf(texts.slice(0, PLAN_LIMITS.recipientsNamedMax))} and ${more} more`;
}

/** `Ada Byron <ada@globex.example>` */
function personText(person: {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
}): string | undefined {
  const { name, email } = person;
  return name && email ? `${name} <${email}>` : name || email;
}

/** `, on Opportunity “Renewal” (006…), Account “Globex” (001…)`: as the body names them. */
function recordsText({ match, body }: NewEvent): string {
  const sent = body?.crmContext?.flatMap((context) => context.objects ?? []);
  const objects =
    sent?.map(({ objectType, objectId }) => ({ type: objectType, id: objectId })) ??
    match?.objects ??
    [];
  if (objects.length === 0) return '';
  const texts = objects.map(({ type, id }) => {
    const name = match?.objects.find((object) => object.id === id)?.name;
    return name === undefined ? `${type} ${id}` : `${type} “${name}” (${id})`;
  });
  return `, on ${listOf(texts)}`;
}
