import { z } from 'zod';
import { parseJson } from '../http/json.ts';
import { quote } from '../http/quote.ts';

/** An error of a Google API, in whichever form it came. */
export interface ApiError {
  /** `userRateLimitExceeded`, `SERVICE_DISABLED`, …; '' if it names none */
  readonly reason: string;
  readonly message: string;
  /** the parameter at fault */
  readonly location: string | undefined;
  /** unit and name of a quota, in Google's form: `1/min/{project} defaultPerMinutePerProject` */
  readonly quota: string;
  /** the delay that Google requests */
  readonly retryDelayMs: number | undefined;
}

const text = z.string().optional().catch(undefined);

/** The older form has `errors`, the newer one (AIP-193) `status` and `details`; many have both. */
const errorBody = z.object({
  error: z.object({
    message: text,
    status: text,
    errors: z
      .array(z.object({ reason: text, message: text, location: text }))
      .optional()
      .catch(undefined),
    details: z
      .array(
        z.object({
          reason: text,
          retryDelay: text,
          metadata: z.object({ quota_unit: text, quota_limit: text }).optional().catch(undefined),
        }),
      )
      .optional()
      .catch(undefined),
  }),
});

/** Undefined if the body is not an error of a Google API: a proxy's page, a truncated error. */
export function apiErrorOf(body: string): ApiError | undefined {
  const error = errorBody.safeParse(parseJson(body)).data?.error;
  if (error === undefined) return undefined;
  const first = error.errors?.[0];
  const details = error.details ?? [];
  return {
    reason: first?.reason ?? details.find(hasReason)?.reason ?? error.status ?? '',
    message: quote(first?.message ?? error.message ?? ''),
    location: first?.location,
    quota: details
      .flatMap(({ metadata }) => [metadata?.quota_unit, metadata?.quota_limit])
      .filter((part) => part !== undefined)
      .join(' '),
    retryDelayMs: durationMs(details.find(({ retryDelay }) => retryDelay)?.retryDelay),
  };
}

function hasReason(detail: { readonly reason?: string | undefined }): boolean {
  return detail.reason !== undefined;
}

/** google.protobuf.Duration in JSON: `12s`, `0.5s`. */
function durationMs(duration: string | undefined): number | undefined {
  const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(duration ?? '') ?? [];
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1_000);
}
