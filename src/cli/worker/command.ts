import { UserError } from '../../lib/errors.ts';
import { isPostgresUrl } from '../../lib/postgres-url.ts';
import type { Handler } from '../command.ts';
import { loadSelection, withCommandSession } from '../command-session.ts';
import { serve } from '../service/serve.ts';

export const worker: Handler = async (input) => {
  const { config } = await loadSelection(input, 'deferred');
  // Before it is opened: an SQLite file must not be created for nothing.
  requirePostgres(config.service.database);
  const given = input.options['atOnce'];
  const atOnce = given === undefined ? {} : { atOnce: Number(given) };
  const { createQueueRunner } = await import('../service/queue-runner.ts');
  return withCommandSession(input, { access: 'write', isService: true }, (session) =>
    serve(session, (tools) => createQueueRunner(tools, { as: 'worker', ...atOnce }), {
      faultyTenants: 'log',
    }),
  );
};

function requirePostgres(database: string): void {
  if (isPostgresUrl(database)) return;
  throw new UserError('`worker` needs a PostgreSQL database: SQLite has no shared queue', {
    hint:
      'On one machine, `sharetrail start` runs all tenants. For more machines, set `database: ' +
      'postgres://…` in sharetrail.yaml.',
  });
}
