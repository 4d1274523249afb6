import type { TenantConfig } from '../../config/types.ts';
import type { BoundVendor } from '../../db/bindings.ts';
import { rebind } from '../../operator/rebind.ts';
import { planRebind, type RebindPlan } from '../../operator/rebind-plan.ts';
import { type CommandInput, EXIT, type ExitCode, type Handler } from '../command.ts';
import { tenantNames, textOption } from '../command-line/input-options.ts';
import { parseWhen } from '../command-line/parse-date-or-time.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { type CommandSession, withCommandSession } from '../command-session.ts';
import { requireConfirmation } from '../terminal/confirm.ts';
import { writeError, writeJson, writeParagraph } from '../terminal/write.ts';
import { planLines, reportLines } from './print-rebind.ts';

export const rebindTenant: Handler = (input) => {
  const selected = forTenant(input);
  return withCommandSession(selected, { access: 'write' }, (session) => run(session));
};

async function run(session: CommandSession): Promise<ExitCode> {
  const { context, input, json } = session;
  const { io, signal } = input;
  const tenant = onlyTenant(session);
  const readFrom = readFromOf(input, tenant, context.clock.now());
  const vendor = textOption(input, 'source') as BoundVendor | undefined;
  const plan = await planRebind(context, tenant, { vendor, signal });
  if (plan.changes.length === 0) return nothingToDo(session, plan);
  await requireConfirmation(input, {
    text: planLines(plan, readFrom).join('\n'),
    withoutTerminal: 'continue',
  });
  const report = await rebind(context, plan, { readFrom, signal });
  if (report === undefined) return locked(session, tenant);
  if (json) await writeJson(io, jsonOf(plan, readFrom, report));
  else for (const line of reportLines(tenant, report)) await writeParagraph(io, line);
  return EXIT.success;
}

async function nothingToDo({ input, json }: CommandSession, plan: RebindPlan): Promise<ExitCode> {
  if (json) await writeJson(input.io, jsonOf(plan, undefined, { changes: [], rematched: 0 }));
  else {
    await writeParagraph(
      input.io,
      `Nothing to do: ${plan.tenant.tenant} belongs to the accounts that its configuration leads to.`,
    );
  }
  return EXIT.success;
}

function locked({ input }: CommandSession, { tenant }: TenantConfig): ExitCode {
  writeError(input.io, `${tenant} is locked by another run; nothing changed. Try again later.`);
  return EXIT.busy;
}

function jsonOf(
  { tenant }: RebindPlan,
  readFrom: number | undefined,
  {
    changes,
    rematched,
  }: Pick<NonNullable<Awaited<ReturnType<typeof rebind>>>, 'changes' | 'rematched'>,
) {
  return {
    tenant: tenant.tenant,
    rebound: changes.map(({ vendor, from = null, to = null, skipped }) => ({
      source: vendor,
      from,
      to,
      skipped,
    })),
    rematched,
    since: readFrom === undefined ? null : new Date(readFrom).toISOString(),
  };
}

/** The argument selects the tenant; --tenant may repeat it. */
function forTenant(input: CommandInput): CommandInput {
  const [name = ''] = input.arguments;
  if (tenantNames(input).some((other) => other !== name)) {
    throw new UsageError('"rebind" takes one tenant', {
      hint: 'Name it once: `sharetrail rebind TENANT`.',
    });
  }
  return { ...input, options: { ...input.options, tenant: [name] } };
}

function onlyTenant({ tenants }: CommandSession): TenantConfig {
  const [tenant] = tenants;
  if (tenant === undefined) throw new Error('no tenant was selected');
  return tenant;
}

function readFromOf(
  input: CommandInput,
  { timezone }: TenantConfig,
  now: number,
): number | undefined {
  const since = textOption(input, 'since');
  if (since === undefined) return undefined;
  const readFrom = parseWhen(since, timezone);
  if (readFrom <= now) return readFrom;
  throw new UsageError('--since is in the future', {
    hint: 'Shares of the new accounts count from --since on. Give a time in the past, or omit it.',
  });
}
