import { stateText } from '../../operator/event-json.ts';
import { type Explanation, explain } from '../../operator/explain.ts';
import { explanationsJson } from '../../operator/explanation-json.ts';
import { LIST_LIMITS } from '../../operator/limits.ts';
import { EXIT, type ExitCode, type Handler } from '../command.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { type CommandSession, withCommandSession } from '../command-session.ts';
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
  if (json) await writeJsonLines(input.io, explanationsJson(explanations, input.io.asTyped));
  else await printExplanations(session, explanations, limit);
  return EXIT.success;
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
