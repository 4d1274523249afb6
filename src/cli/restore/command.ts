import { resolve } from 'node:path';
import { loadProcessService } from '../../config/load-process-config.ts';
import { sqliteFile } from '../../db/open.ts';
import { restoreCommand } from '../../db/postgres/dump-commands.ts';
import { type Restored, restore as restoreDatabase } from '../../db/restore.ts';
import { systemClock } from '../../lib/clock.ts';
import { UserError } from '../../lib/errors.ts';
import { bytesText } from '../../lib/format.ts';
import { isPostgresUrl } from '../../lib/postgres-url.ts';
import { EXIT, type Handler } from '../command.ts';
import { textOption } from '../command-line/input-options.ts';
import type { Io } from '../terminal/io.ts';
import { startProgress } from '../terminal/progress-line.ts';
import { writeJson, writeParagraph } from '../terminal/write.ts';

/** Needs no tenant and no secret: the configuration can be incomplete after a loss. */
export const restore: Handler = async (input) => {
  const { io, signal } = input;
  const service = await loadProcessService(textOption(input, 'config'));
  const source = resolve(input.arguments[0] ?? '');
  const database = resolve(fileOf(service.database, source));
  using progress = startProgress({ io, clock: systemClock });
  const onProgress = (pages: { readonly done: number; readonly total: number }) =>
    progress.update({ label: 'pages copied', ...pages });
  const { now } = systemClock;
  const restored = await restoreDatabase({ source, database, onProgress, signal, now });
  progress.end();
  const { bytes, kept } = restored;
  if (input.options['json'] === true)
    await writeJson(io, { file: source, bytes, database, kept, schema: restored.schema });
  else await print(io, { source, database, restored });
  return EXIT.success;
};

async function print(
  io: Io,
  paths: { readonly source: string; readonly database: string; readonly restored: Restored },
): Promise<void> {
  const { source, database, restored } = paths;
  const { bytes, kept, schema } = restored;
  await writeParagraph(io, `Restored ${bytesText(bytes)} from ${source} to ${database}.`);
  if (kept.length > 0)
    await writeParagraph(
      io,
      `The previous database was kept as ${kept.join(', ')}. Delete it once you no longer need it: ` +
        '`sharetrail forget` erases no one from it.',
    );
  if (schema === 'earlier')
    await writeParagraph(io, 'An earlier version made this backup. The next sync upgrades it.');
  await writeParagraph(
    io,
    'People whom `sharetrail forget` erased after the backup are in the database again: repeat it ' +
      'for each of them before the next sync.',
  );
  await writeParagraph(
    io,
    'The next sync reads everything after the backup again and sends it with the same IDs.',
  );
}

function fileOf(database: string, source: string): string {
  if (!isPostgresUrl(database)) return sqliteFile(database);
  throw new UserError('restore replaces SQLite databases, but this one is PostgreSQL', {
    hint: `Stop every sharetrail process. Then run: ${restoreCommand(database, source)}`,
  });
}
