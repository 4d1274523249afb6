import { html } from 'hono/html';
import { numberText } from '../../lib/format.ts';
import { compareNaturally } from '../../lib/natural-order.ts';
import type { GongStatus, TenantStatus } from '../../operator/status.ts';
import type { Html } from './layout.ts';
import { type Moment, timeHtml } from './parts.ts';

interface Account {
  readonly tenants: readonly string[];
  readonly gong: GongStatus;
  readonly timezone: string;
}

/** The calls of the last 24 hours, once per Gong account, the fullest first. */
export function callsMeters(statuses: readonly TenantStatus[], moment: Moment): Html {
  const groups = Map.groupBy(
    statuses.filter(({ gong }) => gong.account !== undefined),
    ({ gong }) => `${gong.account} ${gong.callsPerDay}`,
  );
  const accounts = [...groups.values()].flatMap((members): Account[] => {
    const [first] = members;
    if (first === undefined) return [];
    const tenants = members.map(({ tenant }) => tenant).toSorted(compareNaturally);
    return [{ tenants, gong: first.gong, timezone: first.timezone }];
  });
  const sorted = accounts.toSorted((one, other) => partUsed(other.gong) - partUsed(one.gong));
  return html`<ul class="meters">${sorted.map((account) => meter(account, moment))}</ul>`;
}

function partUsed({ callsUsed = 0, callsPerDay }: GongStatus): number {
  return Math.min(1, callsUsed / callsPerDay);
}

function meter({ tenants, gong, timezone }: Account, { now }: Moment): Html {
  const { callsUsed = 0, callsPerDay, pausedUntil } = gong;
  const [first = '', ...others] = tenants;
  const name = others.length === 0 ? first : `${first} and ${others.length} more`;
  const width = Math.round(partUsed(gong) * 1_000) / 10;
  return html`<li><div class="meter-head"><span>${name}</span><span class="num">${numberText(callsUsed)} <span class="muted">of ${numberText(callsPerDay)}</span></span></div>
<svg class="meter" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="meter-back" width="100" height="4"/><rect class="${width >= 90 ? 'meter-full' : 'meter-used'}" width="${width}" height="4"/></svg>
${pausedUntil === undefined ? '' : html`<p class="hint">Gong asked for a pause; it ends ${timeHtml(pausedUntil, { now, timezone })}.</p>`}</li>`;
}
