import { z } from 'zod';
import { crmSchema } from './crm-schema.ts';
import { googleDriveSchema } from './drive-schema.ts';
import { gongSchema } from './gong-schema.ts';
import { isPublicMailDomain, isSharedSuffix } from './public-mail-domains.ts';
import { salesforceSchema } from './salesforce-schema.ts';
import { domain, list, mapping, notes, text } from './schema-fields.ts';

export const TENANT_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

const timezone = text({
  expected: 'an IANA timezone such as America/New_York',
  description: 'Timezone of `schedule`, of dates on the command line and of the days of a deal.',
  check: isTimezone,
  pattern: '^[A-Za-z]',
});

const schedule = text({
  expected: 'a cron expression of five fields such as "0 2 * * *"',
  description:
    'When `sharetrail start` runs the tenant: five-field cron in `timezone`. Without it the ' +
    'tenant runs on demand only.',
  check: isCron,
  pattern: '^\\S+(\\s+\\S+){4}$',
});

const startTime = 'an ISO-8601 time with its offset such as 2026-11-01T00:00:00Z';

const start = z.iso
  .datetime({ offset: true, error: `expected ${startTime}` })
  .transform((time) => new Date(time).getTime())
  .describe('Shares before it are not reported by sync; `backfill` reports them.')
  .register(notes, { expected: startTime, defaultText: 'the time of the first sync' });

const internalDomains = list(
  domain({
    expected: 'a domain such as acme.com',
    description: 'A domain.',
    refused: (value) => isPublicMailDomain(value) || isSharedSuffix(value),
    refusal: 'this domain is shared by strangers, who would all count as internal',
  }),
  {
    expected: 'a list of at least one domain',
    description:
      "The company's own domains: a share with them is none. Their sub-domains count too; " +
      'domains of public mail providers are refused.',
    itemsMin: 1,
  },
).overwrite((domains) => [...new Set(domains)]);

/** One tenant's file, after its references are resolved. */
export const tenantSchema = mapping({
  tenant: text({
    expected: "the file's name without .yaml: lower-case letters, digits and hyphens",
    description: "The tenant's name; equals the file's name without `.yaml`.",
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
}).describe(
  'One tenant of sharetrail: one Salesforce org, one Google Workspace, one Gong account.',
);

/** `Intl` takes offsets too, which know no summer time. */
function isTimezone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    // A RangeError is how `Intl` says that it does not know the name.
    return false;
  }
}

/** node-cron takes seconds as a sixth field and words such as @daily as well; those are refused. */
async function isCron(expression: string): Promise<boolean> {
  if (expression.split(/\s+/).length !== 5) return false;
  const { validate } = await import('node-cron');
  return validate(expression);
}
