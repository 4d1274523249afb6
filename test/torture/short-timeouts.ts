import { GONG_LIMITS } from '../../src/vendors/gong/limits.ts';
import { GOOGLE_LIMITS } from '../../src/vendors/google/limits.ts';
import { HTTP_LIMITS } from '../../src/vendors/http/limits.ts';
import { SALESFORCE_LIMITS } from '../../src/vendors/salesforce/limits.ts';

/** Long enough for a simulated vendor on a busy machine; the long form has several at once. */
const RESPONSE_MS_MAX = { short: 1_500, long: 4_000 };
/** More than the simulated company has, and than an endless list needs to repeat itself. */
const PAGES_MAX = 220;

/**
 * The vendors' time-outs in this process, which are real time, and long lists, until the result is
 * disposed.
 */
export function shortenTimeouts(form: 'short' | 'long'): Disposable {
  const responseMsMax = RESPONSE_MS_MAX[form];
  const limits = [
    [GONG_LIMITS, { responseMsMax, tokenResponseMsMax: responseMsMax }],
    [GOOGLE_LIMITS, { responseMsMax }],
    [SALESFORCE_LIMITS, { responseMsMax, tokenRefreshMsMax: responseMsMax }],
    [HTTP_LIMITS, { connectMsMax: responseMsMax, pagesMax: PAGES_MAX }],
  ] as const;
  const before = limits.map(([target]) => ({ ...target }));
  for (const [target, short] of limits) Object.assign(target, short);
  return {
    [Symbol.dispose]: () => {
      for (const [index, [target]] of limits.entries()) Object.assign(target, before[index]);
    },
  };
}
