import type { GongResponse } from '../../vendors/gong/response.ts';
import { NETWORK_HINT } from './network-hint.ts';
import { type Finding, failed, ok, warning } from './types.ts';

/** What can be wrong, in the order in which a request meets it. */
export const GONG_NAMES = ['address', 'key', 'endpoint'] as const;
type GongName = (typeof GONG_NAMES)[number];

const UNEXPECTED =
  "This is not how Gong responds. Set gong.baseUrl to the address shown under Gong's Company " +
  'settings > Ecosystem > API, and check any proxy between this machine and Gong.';
const LATER = 'Nothing is wrong with the configuration. Run the command again later.';
const UNREACHABLE =
  "Check gong.baseUrl: the address shown under Gong's Company settings > Ecosystem > API. " +
  NETWORK_HINT;

/**
 * What the response to a body that is not JSON means. A 400 shows that address, key, and endpoint are
 * right. Pure.
 */
export function gongVerdicts(response: GongResponse): ReadonlyMap<GongName, Finding> {
  const { name, finding } = decisive(response);
  const place = GONG_NAMES.indexOf(name);
  return new Map(
    GONG_NAMES.map((each, index) => {
      if (each === name) return [each, finding];
      // A refusal of the key proves the address; nothing else proves the key.
      const isProven = finding.status === 'ok' || (index < place && each === 'address');
      return [each, isProven ? ok('accepted') : unknown(name)];
    }),
  );
}

function unknown(name: GongName): Finding {
  return { status: 'skipped', message: `not known before the ${name} works` };
}

function decisive(response: GongResponse): { readonly name: GongName; readonly finding: Finding } {
  const { kind, status, errors, hint, isFromProxy } = response;
  const said = errors.join('; ');
  const text = isFromProxy ? said : `Gong returned ${status}${said === '' ? '' : `: ${said}`}`;
  switch (kind) {
    case 'rejected':
      return { name: 'endpoint', finding: rejected(response, text) };
    case 'refused':
      return { name: refusedName(response), finding: failed(text, hint ?? UNEXPECTED) };
    case 'throttled':
      return {
        name: 'endpoint',
        finding: warning(`${text}. Gong allows no more calls now`, LATER),
      };
    case 'unavailable':
      return status === undefined || isSuccess(status)
        ? {
            name: 'address',
            finding: failed(said, status === undefined ? UNREACHABLE : UNEXPECTED),
          }
        : { name: 'endpoint', finding: failed(text, `Gong has a temporary failure. ${LATER}`) };
    case 'accepted':
    case 'duplicate':
      return { name: 'address', finding: failed(`${text} to a body that is not JSON`, UNEXPECTED) };
  }
}

function rejected({ status, requestId }: GongResponse, text: string): Finding {
  if (status !== 400) return failed(text, UNEXPECTED);
  if (requestId === undefined) return warning(`${text}, without a requestId`, UNEXPECTED);
  return ok('exists: it refused a body that is not JSON, and no event was sent');
}

function refusedName({ status = 0, isBlocked, isFromProxy }: GongResponse): GongName {
  if (isBlocked || (status >= 300 && status < 400) || isFromProxy) return 'address';
  return status === 403 || status === 404 ? 'endpoint' : 'key';
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
