import { z } from 'zod';
import { GOOGLE_LIMITS } from './limits.ts';

/** What Google says about a failure, whichever of its forms it used. */
export interface ApiError {
  /** `userRateLimitExceeded`, `SERVICE_DISABLED`, …; '' where there is none */
  readonly reason: string;
  readonly message: string;
  /** the parameter at fault */
  readonly location: string | undefined;
  /** what a quota counts by, in Google's form: `1/min/{project}` */
  readonly quotaUnit: string | undefined;
  /** the wait that Google asks for */
  readonly retryDelayMs: number | undefined;
}

const text = z.string().optional().catch(undefined);

/** The older form has `errors`, the newer one (AIP-193) `status` and `details`; often it is both. */
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
          metadata: z.object({ quota_unit: text }).optional().catch(undefined),
        }),
      )
      .optional()
      .catch(undefined),
  }),
});

/** Undefined where the body is not an error of a Google interface: a proxy's page, half of one. */
export function apiErrorOf(body: string): ApiError | undefined {
  const error = errorBody.safeParse(parseJson(body)).data?.error;
  if (error === undefined) return undefined;
  const first = error.errors?.[0];
  const details = error.details ?? [];
  return {
    reason: first?.reason ?? details.find(hasReason)?.reason ?? error.status ?? '',
    message: quoted(first?.message ?? error.message ?? ''),
    location: first?.location,
    quotaUnit: details.find(({ metadata }) => metadata?.quota_unit)?.metadata?.quota_unit,
    retryDelayMs: durationMs(details.find(({ retryDelay }) => retryDelay)?.retryDelay),
  };
}

/** On one line and cut short. */
export function quoted(words: string): string {
  const line = words.replace(/\s+/g, ' ').trim();
  return line.slice(0, GOOGLE_LIMITS.quotedCharactersMax).toWellFormed();
}

export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Not JSON is an answer too: the status decides then.
    return undefined;
  }
}

/** Milliseconds until the moment that a Retry-After header names, in seconds or as a date. */
export function retryAfterMsOf(
  headers: Readonly<Record<string, string>>,
  nowMs: number,
): number | undefined {
  const value = headers['retry-after']?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

export function isHtml(body: string): boolean {
  return /^\s*<(?:!doctype|html|head|body|!--)/i.test(body);
}

function hasReason(detail: { readonly reason?: string | undefined }): boolean {
  return detail.reason !== undefined;
}

/** google.protobuf.Duration in JSON: `12s`, `0.5s`. */
function durationMs(duration: string | undefined): number | undefined {
  const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(duration ?? '') ?? [];
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1_000);
}
