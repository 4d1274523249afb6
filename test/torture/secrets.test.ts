import { describe, expect, test, vi } from 'vitest';
import type { Sabotage } from '../support/preload/sabotage.ts';
import { encodings, leaksIn } from './secret-forms.ts';
import { secrets } from './secrets.ts';
import { shortSeed } from './seed.ts';

/** Other responses: SECRETS_SEED=… vitest run test/torture/secrets.test.ts */
const SEED = shortSeed('SECRETS_SEED');

describe('secrets of the configuration', () => {
  test(`appear nowhere, even if vendors repeat them (SECRETS_SEED=${SEED})`, async () => {
    const rows = await secrets({ seed: SEED, long: false, report: () => {} });
    expect(rows.flatMap(({ failures }) => failures)).toEqual([]);
    expect(rows[0]?.tried).toBeGreaterThan(20);
  });
});

describe('control: a missing guard shows', () => {
  test('without scrubbing, repeated secrets are visible', async () => {
    const sabotage: Sabotage = {
      file: 'lib/secret.ts',
      find: 'const ranges = secretsIn(text, index);',
      put: 'return text; const ranges = secretsIn(text, index);',
    };
    vi.stubEnv('SABOTAGE', JSON.stringify(sabotage));
    const rows = await secrets({ seed: SEED, long: false, report: () => {} });
    vi.unstubAllEnvs();
    expect(rows.flatMap(({ failures }) => failures).join()).toMatch(/output shows .*GONG_KEY/);
  });

  test.each(Object.entries(encodings))('the search finds a secret %s', (_encoding, encode) => {
    const value = 'c4naryX+/=&%"\\<é€🔑end';
    const text = encode(`user:${value}`);
    expect(leaksIn({ output: text }, [{ name: 'X', value }])).toHaveLength(1);
  });
});
