import { statusOf, type TenantStatus } from '../../operator/status.ts';
import { EXIT, type ExitCode, type Handler } from '../command.ts';
import { type CommandSession, withCommandSession } from '../command-session.ts';
import { writeJson } from '../terminal/write.ts';
import { statusJson } from './json-record.ts';
import { printStatus } from './print-status.ts';

export const status: Handler = (input) =>
  withCommandSession(input, { access: 'read', secrets: 'deferred' }, showStatus);

async function showStatus(session: CommandSession): Promise<ExitCode> {
  const { context, tenants, json, input } = session;
  const all: TenantStatus[] = [];
  for (const [index, tenant] of tenants.entries()) {
    const found = await statusOf(context, tenant);
    all.push(found);
    if (json) continue;
    if (index > 0) await input.io.out('\n');
    await printStatus(input.io, found, tenant);
  }
  if (json) await writeJson(input.io, { tenants: all.map(statusJson) });
  return EXIT.success;
}
