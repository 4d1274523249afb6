import { type Explanation, explain } from '../../operator/explain.ts';
import { LIST_LIMITS } from '../../operator/limits.ts';
import { EXIT, type ExitCode, type Handler } from '../command.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { type CommandSession, withCommandSession } from '../command-session.ts';
import { stateText } from '../events/json-record.ts';
import { writeHeading, writeJsonLines, writeParagraph } from '../terminal/write.ts';

export const explainText: Handler = (input) =>
  withCommandSession(input, { access: 'read', secrets: 'deferred' }, showExplanations);

async function showExplanations(session: CommandSession): Promise<ExitCode> {
  const { context, tenants, input, json } = session;
  const text = input.arguments.join(' ').trim();
  if (text === '' || text.length > LIST_LIMITS.searchCharactersMax) {
    throw new UsageError(
      `TEXT must have 1 to ${LIST_LIMITS.searchCharactersMax} characters, but has ${text.length}`,
    );
  }
  const limit = Number(input.options['limit'] ?? LIST_LIMITS.explainedDefault);
  const explanations = await explain(context, tenants, { text, limit });
  if (json) await writeJsonLines(input.io, recordsOf(explanations));
  else await printExplanations(session, explanations, limit);
  return EXIT.success;
}

/** The keys are part of the external contract: one object per share, or one if none was found. */
function recordsOf(explanations: readonly Explanation[]): object[] {
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
          sentences,
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
      sentences: explanations.flatMap(({ sentences }) => sentences),
    },
  ];
}

async function printExplanations(
  { tenants, input }: CommandSession,
  explanations: readonly Explanation[],
  limit: number,
): Promise<void> {
  const { io } = input;
  for (const [index, { event, tenant, sentences }] of explanations.entries()) {
    if (index > 0) await io.out('\n');
    if (event !== undefined) {
      const owner = tenants.length > 1 ? `${tenant}: ` : '';
      await writeHeading(io, `${owner}${event.share.content.title || event.eventId}`);
      await writeParagraph(io, `${stateText(event)}, event ${event.eventId}`);
    }
    for (const sentence of sentences) await writeParagraph(io, sentence);
  }
  if (explanations.length === limit && explanations.some(({ event }) => event !== undefined)) {
    await writeParagraph(io, `These are the newest ${limit}. For more, use --limit.`);
  }
}
