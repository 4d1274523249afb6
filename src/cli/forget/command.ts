import { filesOfRestore } from '../../db/restore-files.ts';
import {
  countPerson,
  forgetPerson,
  isTenantBusy,
  type PersonCounts,
  removeTraces,
  tenantsToSearch,
} from '../../operator/forget.ts';
import { indexForSearch } from '../../service/index-for-search.ts';
import { addressOf } from '../../share/address.ts';
import { EXIT, type ExitCode, type Handler } from '../command.ts';
import { tenantNames } from '../command-line/input-options.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { type CommandSession, withCommandSession } from '../command-session.ts';
import { requireConfirmation } from '../terminal/confirm.ts';
import { writeError, writeJson, writeParagraph } from '../terminal/write.ts';
import { countsText, foundText, keptFilesLine, remainingLines } from './print-forget.ts';

export const forget: Handler = (input) => {
  const email = emailOf(input.arguments[0] ?? '');
  return withCommandSession(input, { access: 'write', secrets: 'deferred' }, (session) =>
    run(session, email),
  );
};

async function run(session: CommandSession, email: string): Promise<ExitCode> {
  const { context, input } = session;
  const free: string[] = [];
  const busy: string[] = [];
  for (const tenant of await requestedTenants(session)) {
    ((await isTenantBusy(context, tenant)) ? busy : free).push(tenant);
  }
  if (free.length > 0) await confirm(session, free, email);
  const erased = new Map<string, PersonCounts>();
  for (const tenant of free) {
    const counts = await forgetPerson(context, { tenant, email, signal: input.signal });
    if (counts === undefined) busy.push(tenant);
    else erased.set(tenant, counts);
  }
  if (erased.size > 0) {
    const { signal } = input;
    await indexForSearch(context, { forMs: Number.POSITIVE_INFINITY, signal });
    await removeTraces(context);
  }
  await print(session, erased, email);
  for (const tenant of busy) {
    writeError(
      input.io,
      `${tenant} is locked by a run; nothing is erased there. Run the command again later.`,
    );
  }
  return busy.length > 0 ? EXIT.busy : EXIT.success;
}

/** Without `--tenant`, also those that are no longer configured: the address must not be anywhere. */
async function requestedTenants({ context, tenants, input }: CommandSession): Promise<string[]> {
  const names = tenants.map(({ tenant }) => tenant);
  return tenantNames(input).length > 0 ? names : tenantsToSearch(context, names);
}

async function confirm(
  { context, input }: CommandSession,
  tenants: readonly string[],
  email: string,
): Promise<void> {
  const found: [string, PersonCounts][] = [];
  for (const tenant of tenants) found.push([tenant, await countPerson(context, tenant, email)]);
  await requireConfirmation(input, { text: foundText(email, found), withoutTerminal: 'refuse' });
}

async function print(
  { input, json, tenants, context }: CommandSession,
  erased: ReadonlyMap<string, PersonCounts>,
  email: string,
): Promise<void> {
  const { io } = input;
  const kept = filesOfRestore(context.config.service.database);
  if (json) {
    await writeJson(io, { forgotten: Object.fromEntries(erased) });
    if (erased.size > 0 && kept.length > 0) writeError(io, keptFilesLine(kept));
    return;
  }
  for (const [tenant, counts] of erased) {
    await writeParagraph(io, `${tenant}: erased ${countsText(counts)}.`);
  }
  if (erased.size === 0) return;
  for (const line of remainingLines(email, tenants)) await writeParagraph(io, line);
  if (kept.length > 0) await writeParagraph(io, keptFilesLine(kept));
}

function emailOf(text: string): string {
  const email = addressOf(text)?.toLowerCase();
  if (email !== undefined) return email;
  throw new UsageError(`"${text}" is not an email address`, {
    hint: 'Write the address of one person: `sharetrail forget ada@globex.example`.',
  });
}
