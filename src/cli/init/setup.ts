import { createInterface } from 'node:readline/promises';
import type { z } from 'zod';
import { SETUP_FIELDS } from '../../config/tenant-schema.ts';
import type { CommandInput } from '../command.ts';
import { textOption } from '../command-line/input-options.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { Questions } from './questions.ts';
import {
  GONG_FLOWS,
  type GongFlow,
  SALESFORCE_FLOWS,
  type SalesforceFlow,
  type TenantSetup,
} from './tenant-file.ts';

const SCHEDULE_DEFAULT = '0 2 * * *';
const FLAGS = [
  'domain',
  'loginUrl',
  'salesforceFlow',
  'gongFlow',
  'drive',
  'schedule',
  'timezone',
  'yes',
] as const;

/** From flags, or from answers on a terminal if there are none. Throws UsageError. */
export async function setupOf(input: CommandInput, name: string): Promise<TenantSetup> {
  const terminal = input.io.errIsTerminal ? input.io.input() : undefined;
  const hasFlags = FLAGS.some((flag) => input.options[flag] !== undefined);
  if (hasFlags || terminal?.isTTY !== true) return fromFlags(input, name);
  // Not a terminal interface: it would take Ctrl-C for itself.
  const lines = createInterface({ input: terminal, terminal: false });
  try {
    return await fromAnswers(new Questions(input, lines), name);
  } finally {
    lines.close();
  }
}

async function fromFlags(input: CommandInput, name: string): Promise<TenantSetup> {
  const domains = input.options['domain'];
  const given = Array.isArray(domains) ? domains.map(String) : undefined;
  for (const domain of given ?? [])
    await requireValid('--domain', domain, SETUP_FIELDS.internalDomain);
  const checked = async (flag: 'loginUrl' | 'schedule' | 'timezone', written: string) => {
    const text = textOption(input, flag);
    if (text !== undefined) await requireValid(written, text, SETUP_FIELDS[flag]);
    return text;
  };
  return {
    name,
    internalDomains: given,
    loginUrl: await checked('loginUrl', '--login-url'),
    salesforceFlow: (textOption(input, 'salesforceFlow') ?? 'jwt-bearer') as SalesforceFlow,
    hasDrive: input.options['drive'] === true,
    gongFlow: (textOption(input, 'gongFlow') ?? 'access-key') as GongFlow,
    schedule: await checked('schedule', '--schedule'),
    timezone: (await checked('timezone', '--timezone')) ?? 'UTC',
  };
}

async function requireValid(flag: string, text: string, schema: z.ZodType): Promise<void> {
  const problem = await problemOf(text, schema);
  if (problem !== undefined) throw new UsageError(`${flag} ${text}: ${problem}`);
}

async function problemOf(text: string, schema: z.ZodType): Promise<string | undefined> {
  const { error } = await schema.safeParseAsync(text);
  return error?.issues[0]?.message;
}

async function fromAnswers(ask: Questions, name: string): Promise<TenantSetup> {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const domains = await ask.text('Your own domains, separated by commas, such as acme.com', {
    check: async (answer) => {
      for (const domain of listIn(answer)) {
        const problem = await problemOf(domain, SETUP_FIELDS.internalDomain);
        if (problem !== undefined) return `${domain}: ${problem}`;
      }
      return listIn(answer).length === 0 ? 'expected at least one domain' : undefined;
    },
  });
  const loginUrl = await ask.text(
    'Salesforce: the My Domain, such as https://acme.my.salesforce.com',
    {
      check: (answer) => problemOf(answer, SETUP_FIELDS.loginUrl),
    },
  );
  const salesforceFlow = await ask.choice('Salesforce: how to sign in', SALESFORCE_FLOWS);
  const hasDrive = await ask.choice('Read Google Drive', ['yes', 'no'] as const);
  const schedule = await ask.text('When to run: minute hour day month weekday, or "none"', {
    otherwise: SCHEDULE_DEFAULT,
    check: async (answer) =>
      answer === 'none' ? undefined : problemOf(answer, SETUP_FIELDS.schedule),
  });
  const timezone = await ask.text('Timezone', {
    otherwise: timeZone,
    check: (answer) => problemOf(answer, SETUP_FIELDS.timezone),
  });
  return {
    name,
    internalDomains: listIn(domains),
    loginUrl,
    salesforceFlow,
    hasDrive: hasDrive === 'yes',
    gongFlow: GONG_FLOWS[0],
    schedule: schedule === 'none' ? undefined : schedule,
    timezone,
  };
}

function listIn(answer: string): string[] {
  return answer.split(/[\s,]+/).filter((part) => part !== '');
}
