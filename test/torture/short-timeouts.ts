import { GONG_LIMITS } from '../../src/vendors/gong/limits.ts';
import { GOOGLE_LIMITS } from '../../src/vendors/google/limits.ts';
import { HTTP_LIMITS } from '../../src/vendors/http/limits.ts';
import { SALESFORCE_LIMITS } from '../../src/vendors/salesforce/limits.ts';

/** Long enough for a simulated vendor on a busy machine. */
const RESPONSE_MS_MAX = 1_500;
/** More than the simulated company has, and than an endless list needs to repeat itself. */
const PAGES_MAX = 220;

/** The vendors' time-outs in this process, which are real time, and long lists, until the result is disposed. */
export function shortenTimeouts(): Disposable {
  const limits = [
    [GONG_LIMITS, { responseMsMax: RESPONSE_MS_MAX, tokenResponseMsMax: RESPONSE_MS_MAX }],
    [GOOGLE_LIMITS, { responseMsMax: RESPONSE_MS_MAX }],
    [SALESFORCE_LIMITS, { responseMsMax: RESPONSE_MS_MAX, tokenRefreshMsMax: RESPONSE_MS_MAX }],
    [HTTP_LIMITS, { connectMsMax: RESPONSE_MS_MAX, pagesMax: PAGES_MAX }],
  ] as const;
  const before = limits.map(([target]) => ({ ...target }));
  for (const [target, short] of limits) Object.assign(target, short);
  return {
    [Symbol.dispose]: () => {
      for (const [index, [target]] of limits.entries()) Object.assign(target, before[index]);
    },
  };
}
