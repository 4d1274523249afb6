import { z } from 'zod';
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
  description: 'Timezone of `schedule`, of dates on the command line, and of the days of a deal.',
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

const START_TIME = 'an ISO-8601 time with its offset such as 2026-11-01T00:00:00Z';

const start = z.iso
  .datetime({ offset: true, error: `expected ${START_TIME}` })
  .transform((time) => new Date(time).getTime())
  .meta({
    expected: START_TIME,
    description: '`sync` does not report earlier shares; `backfill` does.',
    defaultText: 'the time of the first sync',
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

/** One tenant's file, after its references are resolved. */
export const tenantSchema = mapping(
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
