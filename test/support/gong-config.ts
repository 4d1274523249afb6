import type { GongConfig } from '../../src/config/types.ts';
import { Secret } from '../../src/lib/secret.ts';

/** A tenant's Gong with an access key, at `baseUrl`. */
export function accessKeyConfig(baseUrl: string, changes: Partial<GongConfig> = {}): GongConfig {
  return {
    baseUrl,
    auth: {
      flow: 'access-key',
      accessKey: new Secret('access-key-1'),
      accessKeySecret: new Secret('key-secret-1'),
    },
    reportingSystem: 'sharetrail',
    actionName: 'Content Shared',
    callsPerSecond: 3,
    callsPerDay: 10_000,
    concurrency: 4,
    ...changes,
  };
}

/** A tenant's Gong with OAuth; `refreshToken` is the configured one. */
export function oauthConfig(baseUrl: string, refreshToken = 'refresh-token-0'): GongConfig {
  return accessKeyConfig(baseUrl, {
    auth: {
      flow: 'oauth',
      clientId: 'client-id-1',
      clientSecret: new Secret('client-secret-1'),
      refreshToken: new Secret(refreshToken),
    },
  });
}
