import { createGong, type GongControl, type GongOptions } from '../../src/sandbox/gong/index.ts';
import { type SandboxServer, startSandbox } from '../../src/sandbox/server.ts';
import { ManualClock } from './manual-clock.ts';

export const GONG_KEY = { accessKey: 'KEY', accessKeySecret: 'SECRET' } as const;
export const BASIC = `Basic ${Buffer.from('KEY:SECRET').toString('base64')}`;

export interface GongSandbox {
  readonly gong: GongControl;
  readonly clock: ManualClock;
  readonly origin: string;
  readonly server: SandboxServer<'gong'>;
}

/** The sandbox's Gong only, on a clock that moves only on request. */
export async function startGong(options: Partial<GongOptions> = {}): Promise<GongSandbox> {
  const clock = new ManualClock();
  const { vendor, gong } = createGong({ clock, keys: [GONG_KEY], ...options });
  const server = await startSandbox({ vendors: { gong: vendor }, clock });
  return { gong, clock, origin: server.origins.gong, server };
}

/** The smallest valid body. */
export function minimalEvent(changes: Readonly<Record<string, unknown>> = {}): object {
  return {
    reportingSystem: 'sharetrail',
    eventTimestamp: '2026-11-01T08:00:00Z',
    contentId: '069000000000001AAA',
    contentUrl: 'https://acme.my.salesforce.com/sfc/p/1',
    contentTitle: 'Contract',
    ...changes,
  };
}

export interface PutOptions {
  readonly authorization?: string | undefined;
  readonly contentType?: string;
}

/** PUTs an event: an object as JSON, a string unchanged. */
export function putEvent(
  origin: string,
  body: object | string,
  options: PutOptions = {},
): Promise<Response> {
  const authorization = 'authorization' in options ? options.authorization : BASIC;
  return fetch(`${origin}/v2/customer-engagement/content/shared`, {
    method: 'PUT',
    headers: {
      'content-type': options.contentType ?? 'application/json',
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** The `errors` of a response in Gong's form. */
export async function errorsOf(response: Response): Promise<readonly string[]> {
  const body: unknown = await response.json();
  if (typeof body !== 'object' || body === null || !('errors' in body)) return [];
  return Array.isArray(body.errors) ? body.errors.map(String) : [];
}
