import type { TenantConfig } from '../../config/types.ts';
import type { BoundVendor } from '../../db/bindings.ts';
import { countOf, timeText } from '../../lib/format.ts';
import type { RebindReport } from '../../operator/rebind.ts';
import type { Rebinding, RebindPlan } from '../../operator/rebind-plan.ts';

const ACCOUNTS: Readonly<Record<BoundVendor, string>> = {
  salesforce: 'Salesforce org',
  'google-drive': 'Google customer',
  gong: 'Gong account',
};
const GONG_EFFECT =
  'Pending events go to the new account. What the old one received is not sent again.';

/** What the command is about to do. `readFrom`: epoch milliseconds; undefined: the tenant's start */
export function planLines({ tenant, changes }: RebindPlan, readFrom: number | undefined): string[] {
  const { timezone } = tenant;
  const from = readFrom === undefined ? 'its start' : `${timeText(readFrom, timezone)} ${timezone}`;
  return [
    `${tenant.tenant}:`,
    ...changes.map((change) => `  ${changeText(change)} ${effectText(change, from)}`),
  ];
}

export function reportLines({ tenant }: TenantConfig, report: RebindReport): string[] {
  const { changes, rematched } = report;
  return [
    ...changes.map((change) => `${tenant}: ${changeText(change)}`),
    ...(rematched === 0 ? [] : [`${countOf(rematched, 'pending Drive event')} matched again.`]),
    'The next sync reads and sends for these accounts.',
  ];
}

function changeText({ vendor, from, to }: Rebinding): string {
  const ids = from === undefined || to === undefined ? '' : ` from ${from} to ${to}`;
  return `The ${ACCOUNTS[vendor]} changes${ids}.`;
}

function effectText({ vendor, skipped }: Rebinding, from: string): string {
  if (vendor === 'gong') return GONG_EFFECT;
  const events = countOf(skipped, 'unsent event');
  return `${vendor} is read again from ${from}. The old account's events are skipped: ${events}.`;
}
