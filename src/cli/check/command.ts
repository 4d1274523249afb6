import { check } from '../../operator/check/check.ts';
import type { Check } from '../../operator/check/types.ts';
import { nextDue } from '../../scheduler/due-times.ts';
import { type CommandInput, EXIT, type ExitCode, type Handler, worstExit } from '../command.ts';
import { faultyExits, loadSelection } from '../command-session.ts';
import { writeJson } from '../terminal/write.ts';
import { printChecks } from './print-checks.ts';

export const checkAll: Handler = async (input) => {
  const { config, tenants, faulty, names, clock, log } = await loadSelection(input, 'resolved');
  const { io, signal } = input;
  io.footer(`checking ${tenants.length === 1 ? tenants[0]?.tenant : `${tenants.length} tenants`}`);
  const checks = await check({ config, tenants, faulty, clock, log, nextDue, signal });
  io.footer('');
  await print(input, checks);
  return worstExit([exitOf(checks), ...faultyExits(faulty, names)]);
};

async function print(input: CommandInput, checks: readonly Check[]): Promise<void> {
  if (input.options['json'] !== true) return printChecks(input.io, checks);
  await writeJson(input.io, { checks: checks.map((each) => recordOf(each, input)) });
}

/** The keys are part of the external contract. */
function recordOf({ tenant, area, name, status, message, hint }: Check, { io }: CommandInput) {
  const remedy = hint === undefined ? null : io.asTyped(hint);
  return { tenant: tenant ?? null, area, name, status, message: io.asTyped(message), hint: remedy };
}

function exitOf(checks: readonly Check[]): ExitCode {
  return checks.some(({ status }) => status === 'failed') ? EXIT.needsAttention : EXIT.success;
}
