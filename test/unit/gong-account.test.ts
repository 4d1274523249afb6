import { describe, expect, it } from 'vitest';
import type { GongAuth } from '../../src/config/types.ts';
import { Secret } from '../../src/lib/secret.ts';
import { gongAccountOf } from '../../src/vendors/gong/account.ts';
import { accessKeyConfig, oauthConfig } from '../support/gong-config.ts';

const BASE = 'https://api.gong.io';

function keyed(accessKey: string, accessKeySecret: string): GongAuth {
  return {
    flow: 'access-key',
    accessKey: new Secret(accessKey),
    accessKeySecret: new Secret(accessKeySecret),
  };
}

describe('the id of a Gong account', () => {
  it('has 16 hexadecimal digits and reveals nothing of the key', () => {
    expect(gongAccountOf(accessKeyConfig(BASE))).toMatch(/^[0-9a-f]{16}$/);
  });

  it('is the same for two tenants with one key, whatever their other settings', () => {
    const one = accessKeyConfig(BASE);
    const other = accessKeyConfig(`${BASE}/`, { workspaceId: '1', callsPerDay: 5 });
    expect(gongAccountOf(other)).toBe(gongAccountOf(one));
  });

  it('does not change with a new secret for the same key', () => {
    const one = accessKeyConfig(BASE, { auth: keyed('key-one', 'secret-one') });
    const other = accessKeyConfig(BASE, { auth: keyed('key-one', 'secret-two') });
    expect(gongAccountOf(other)).toBe(gongAccountOf(one));
  });

  it('differs by key, flow, and configured refresh token', () => {
    const ids = [
      accessKeyConfig(BASE),
      accessKeyConfig(BASE, { auth: keyed('key-two', 'key-secret-1') }),
      oauthConfig(BASE),
      oauthConfig(BASE, 'refresh-token-other'),
    ].map(gongAccountOf);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is the same at the common address and at the customer’s own', () => {
    const own = accessKeyConfig('https://us-1.api.gong.io');
    expect(gongAccountOf(own)).toBe(gongAccountOf(accessKeyConfig(BASE)));
  });
});
