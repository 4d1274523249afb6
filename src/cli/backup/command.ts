import { resolve } from 'node:path';
import { loadProcessService } from '../../config/load-process-config.ts';
import { backUp } from '../../db/backup.ts';
import { sqliteFile } from '../../db/open.ts';
import { dumpCommand } from '../../db/postgres/dump-commands.ts';
import { systemClock } from '../../lib/clock.ts';
import { UserError } from '../../lib/errors.ts';
import { bytesText } from '../../lib/format.ts';
import { isPostgresUrl } from '../../lib/postgres-url.ts';
import { shellQuoted } from '../../lib/shell-quote.ts';
import { EXIT, type Handler } from '../command.ts';
import { textOption } from '../command-line/input-options.ts';
import { startProgress } from '../terminal/progress-line.ts';
import { writeJson, writeParagraph } from '../terminal/write.ts';

/** Does not open the database as a run does: before an upgrade, it still has the old schema. */
export const backup: Handler = async (input) => {
  const { io, signal } = input;
  const service = await loadProcessService(textOption(input, 'config'));
  const target = resolve(input.arguments[0] ?? '');
  const source = resolve(fileOf(service.database, target));
  using progress = startProgress({ io, clock: systemClock });
  const onProgress = (pages: { readonly done: number; readonly total: number }) =>
    progress.update({ label: 'pages copied', ...pages });
  const bytes = await backUp({ source, target, onProgress, signal });
  progress.end();
  if (input.options['json'] === true) {
    await writeJson(io, { file: target, bytes, database: source });
    return EXIT.success;
  }
  await writeParagraph(io, `Copied ${bytesText(bytes)} to ${target}.`);
  await writeParagraph(
    io,
    `To put it in place of ${source}, stop sharetrail and run ` +
      `\`sharetrail restore ${shellQuoted(target)}\`.`,
  );
  return EXIT.success;
};

function fileOf(database: string, target: string): string {
  if (!isPostgresUrl(database)) return sqliteFile(database);
  throw new UserError('backup copies SQLite databases, but this one is PostgreSQL', {
    hint: `It can be copied while everything keeps running. Run: ${dumpCommand(database, target)}`,
  });
}
