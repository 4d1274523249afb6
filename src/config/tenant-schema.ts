import { z } from 'zod';
import { firstMoment } from '../lib/local-time.ts';
import { isPublicSuffix } from '../lib/public-suffix.ts';
import { crmSchema } from './crm-schema.ts';
import { cronProblem } from './cron-problem.ts';
import { googleDriveSchema } from './drive-schema.ts';
import { gongSchema } from './gong-schema.ts';
import { isPublicMailDomain } from './public-mail-domains.ts';
import { salesforceSchema } from './salesforce-schema.ts';
import { domain, mapping, nonEmptyList, text } from './schema-fields.ts';

export const TENANT_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

const timezone = text({
  expected: 'an IANA timezone such as America/New_York',
  description:
    'Timezone of `schedule`, of dates in `start` and on the command line, and of the days of a deal.',
  check: isTimezone,
  pattern: '^[A-Za-z]',
});

const schedule = text({
  expected: 'a cron expression of five fields such as "0 2 * * *"',
  description:
    'When `sharetrail start` runs the tenant: five-field cron in `timezone`. Without it, the ' +
    'tenant runs on demand only.',
  check: isCron,
  pattern: '^\\S+(\\s+\\S+){4}$',
}).refine((expression) => cronProblem(expression) === undefined, {
  error: ({ input }) => cronProblem(String(input)),
});

const start = text({
  expected:
    'a date such as 2026-11-01, or an ISO-8601 time with its offset such as 2026-11-01T00:00:00Z',
  description:
    '`sync` does not report earlier shares; `backfill` does. A date is its midnight in `timezone`.',
  defaultText: 'the time of the first sync',
  check: (value) => isDate(value) || isTime(value),
  pattern: '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2}))?$',
});

const ownDomain = "as internal; write the company's own domain, such as acme.com";
const internalDomain = domain('A domain.')
  .refine((value) => !isPublicMailDomain(value), {
    error: `anyone can get an address at this mail provider, and would count ${ownDomain}`,
    abort: true,
  })
  .refine((value) => !isPublicSuffix(value), {
    error: `anyone can register a domain under this public suffix, and would count ${ownDomain}`,
  });

const internalDomains = nonEmptyList(internalDomain, {
  expected: 'a list of at least one domain',
  description:
    "The company's own domains. Subdomains count too. A share only with these domains is not " +
    'reported. Public mail providers (gmail.com) and public suffixes (co.uk, github.io) are ' +
    'rejected.',
}).overwrite((domains) => [...new Set(domains)]);

const fileSchema = mapping(
  {
    tenant: text({
      expected: "the file's name without .yaml: lower-case letters, digits and hyphens",
      description: "The tenant's name. It must equal the file's name without `.yaml`.",
      check: (value) => TENANT_NAME.test(value),
      pattern: TENANT_NAME.source,
    }),
    timezone: timezone.default('UTC'),
    schedule: schedule.exactOptional(),
    start: start.exactOptional(),
    internalDomains,
    salesforce: salesforceSchema,
    googleDrive: googleDriveSchema.exactOptional(),
    crm: crmSchema.prefault({}),
    gong: gongSchema,
  },
  'One tenant of sharetrail: one Salesforce org, one Google Workspace, one Gong account.',
);

/** One tenant's file, after its references are resolved. `start` becomes epoch milliseconds. */
export const tenantSchema = fileSchema.transform((file) => {
  const { start: from, timezone: zone } = file;
  // The other keys, with `start` at its place among them.
  const others: Omit<typeof file, 'start'> = file;
  return { ...others, ...(from !== undefined && { start: startMoment(from, zone) }) };
});

/** The keys that every tenant's setup decides, to check an answer on its own. */
export const SETUP_FIELDS = {
  internalDomain,
  loginUrl: salesforceSchema.shape.loginUrl,
  schedule,
  timezone,
} as const;

/** `Intl` accepts offsets too, which have no daylight saving time. */
function isTimezone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    // `Intl` throws a RangeError for an unknown name.
    return false;
  }
}

/** node-cron also accepts a sixth field for seconds and words such as @daily; both are rejected. */
async function isCron(expression: string): Promise<boolean> {
  if (expression.split(/\s+/).length !== 5) return false;
  const { validate } = await import('node-cron');
  return validate(expression);
}

function isDate(value: string): boolean {
  return z.iso.date().safeParse(value).success;
}

function isTime(value: string): boolean {
  return z.iso.datetime({ offset: true }).safeParse(value).success;
}

/** Epoch milliseconds, not before 1970. A date is its first moment, as WHEN on the command line. */
function startMoment(value: string, zone: string): number {
  const moment = Date.parse(value);
  return Math.max(0, isDate(value) ? firstMoment(zone, moment) : moment);
}
