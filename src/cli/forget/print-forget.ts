import type { TenantConfig } from '../../config/types.ts';
import { countOf, listOf, namesText, numberText } from '../../lib/format.ts';
import type { PersonCounts } from '../../operator/forget.ts';
import { isInternalAddress } from '../../share/address.ts';

/** What names the person, before anything is erased. */
export function foundText(
  email: string,
  found: readonly (readonly [string, PersonCounts])[],
): string {
  const lines = found.map(([tenant, counts]) => `  ${tenant}: ${countsText(counts)}`);
  return [
    `These name ${email}:`,
    ...lines,
    'The person is erased from them. This cannot be undone.',
  ].join('\n');
}

export function countsText({ events, grants, activities }: PersonCounts): string {
  return [
    countOf(events, 'event'),
    countOf(grants, 'grant'),
    `${numberText(activities)} audit log ${activities === 1 ? 'entry' : 'entries'}`,
  ].join(', ');
}

/** The files next to the database that this command does not change. */
export function keptFilesLine(files: readonly string[]): string {
  return `Files that \`sharetrail restore\` left can still contain the address. Delete ${listOf(files)}.`;
}

/** What the command cannot erase. */
export function remainingLines(email: string, tenants: readonly TenantConfig[]): string[] {
  const employers = tenants.filter(({ internalDomains }) =>
    isInternalAddress(email, internalDomains),
  );
  return [
    `What was shared with ${email} is not reported again.`,
    'Gong keeps what it has received. To erase it there, call Gong’s API: ' +
      `POST /v2/data-privacy/erase-data-for-email-address?emailAddress=${encodeURIComponent(email)}`,
    'Backups and logs made earlier still contain the address. Delete them; after a restore, run this ' +
      'command again before the next sync.',
    ...(employers.length === 0
      ? []
      : [
          `The address is internal to ${namesText(employers.map(({ tenant }) => tenant))}. While the ` +
            'person is a user there, the next run records the address again.',
        ]),
  ];
}
