import { compareNaturally } from '../../lib/natural-order.ts';

/** What a check is about, in the order in which people fix things. */
export const CHECK_AREAS = [
  'configuration',
  'database',
  'salesforce',
  'google-drive',
  'gong',
  'schedule',
  'alerts',
] as const;

export type CheckArea = (typeof CHECK_AREAS)[number];

/** `skipped`: an earlier failure makes the check pointless. */
export type CheckStatus = 'ok' | 'warning' | 'failed' | 'skipped';

/** What a check found out. */
export interface Finding {
  readonly status: CheckStatus;
  readonly message: string;
  /** what to do */
  readonly hint?: string | undefined;
}

export interface Check extends Finding {
  /** undefined: about the installation */
  readonly tenant: string | undefined;
  readonly area: CheckArea;
  readonly name: string;
}

export function ok(message: string): Finding {
  return { status: 'ok', message };
}

export function warning(message: string, hint: string): Finding {
  return { status: 'warning', message, hint };
}

export function failed(message: string, hint: string): Finding {
  return { status: 'failed', message, hint };
}

/** By area, then the installation before its tenants; otherwise in the order of checking. */
export function sortChecks(checks: readonly Check[]): readonly Check[] {
  const place = ({ area }: Check) => CHECK_AREAS.indexOf(area);
  return checks.toSorted(
    (one, other) =>
      place(one) - place(other) || compareNaturally(one.tenant ?? '', other.tenant ?? ''),
  );
}
