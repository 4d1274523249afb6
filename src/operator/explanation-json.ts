import type { AsTyped } from '../lib/as-typed.ts';
import type { Explanation } from './explain.ts';

/**
 * The keys are part of the external contract: one object per share, or one if none was found. The
 * sentences name commands as the reader must type them.
 */
export function explanationsJson(explanations: readonly Explanation[], asTyped: AsTyped): object[] {
  const found = explanations.flatMap(({ event, sentences }) =>
    event === undefined
      ? []
      : {
          tenant: event.tenant,
          eventId: event.eventId,
          source: event.source,
          state: event.state,
          reason: event.reason ?? null,
          sharedAt: new Date(event.sharedAt).toISOString(),
          content: {
            id: event.share.content.id,
            title: event.share.content.title,
            url: event.share.content.url ?? null,
          },
          sentences: sentences.map(asTyped),
        },
  );
  if (found.length > 0) return found;
  const [only, ...others] = explanations;
  return [
    {
      tenant: others.length === 0 ? (only?.tenant ?? null) : null,
      eventId: null,
      source: null,
      state: null,
      reason: null,
      sharedAt: null,
      content: null,
      sentences: explanations.flatMap(({ sentences }) => sentences.map(asTyped)),
    },
  ];
}
