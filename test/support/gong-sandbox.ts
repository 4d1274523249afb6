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

/** A made-up Gong alone, on a clock that stands still until it is moved. */
export async function startGong(options: Partial<GongOptions> = {}): Promise<GongSandbox> {
  const clock = new ManualClock();
  const { vendor, gong } = createGong({ clock, keys: [GONG_KEY], ...options });
  const server = await startSandbox({ vendors: { gong: vendor }, clock });
  return { gong, clock, origin: server.origins.gong, server };
}

/** The smallest body that is allowed. */
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

/** PUTs an event; an object as JSON, a string as it stands. */
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

/** The `errors` of an answer in Gong's form. */
export async function errorsOf(response: Response): Promise<readonly string[]> {
  const answer: unknown = await response.json();
  if (typeof answer !== 'object' || answer === null || !('errors' in answer)) return [];
  return Array.isArray(answer.errors) ? answer.errors.map(String) : [];
}
