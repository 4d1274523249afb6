import { CHECK_LIMITS } from './limits.ts';
import { type Finding, warning } from './types.ts';

/** Undefined if this machine's clock is close to the vendor's. Epoch milliseconds. */
export function clockWarning(vendor: number, own: number): Finding | undefined {
  const differenceMs = own - vendor;
  if (Math.abs(differenceMs) <= CHECK_LIMITS.clockDifferenceMsMax) return undefined;
  const seconds = Math.abs(Math.round(differenceMs / 1_000));
  const way = differenceMs > 0 ? 'ahead of' : 'behind';
  return warning(
    `this machine's clock is ${seconds} s ${way} the vendor's`,
    'Set the clock, and let NTP keep it right: logins and the start of a first run depend on it.',
  );
}
