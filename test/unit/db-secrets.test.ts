import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { pauseAccount } from '../../src/db/pauses.ts';
import type { Database } from '../../src/db/schema.ts';
import { createSecretStore, type SecretStore } from '../../src/db/secrets.ts';
import { UserError } from '../../src/lib/errors.ts';
import { Secret, scrub } from '../../src/lib/secret.ts';
import { ON_SQLITE, testDatabase } from '../support/database.ts';
import { recordStatements } from '../support/statements.ts';

const KEY = new Secret(randomBytes(32).toString('base64'));
const TOKEN = 'refresh-token-5Aep861z';

function storeIn(
  db: Database,
  options: { tenant?: string; name?: string; secretKey?: Secret | undefined } = {},
): SecretStore {
  const { tenant = 'acme', name = 'gong tokens' } = options;
  const secretKey = 'secretKey' in options ? options.secretKey : KEY;
  return createSecretStore({ db, writable: async () => db, tenant, name, secretKey, now: () => 7 });
}

test('a token is loaded as it was saved, even through another connection', async () => {
  const { db, open } = await testDatabase();
  expect(await storeIn(db).load()).toBeUndefined();
  await storeIn(db).save(TOKEN);
  await storeIn(db).save(`${TOKEN} – renewed`);
  expect(await storeIn(open()).load()).toBe(`${TOKEN} – renewed`);
  expect(await storeIn(db, { name: 'other' }).load()).toBeUndefined();
  expect(await db.selectFrom('secret').select('updated_at').execute()).toEqual([{ updated_at: 7 }]);
});

if (ON_SQLITE) {
  test('no file of the database contains the token or its base64', async () => {
    const { db, folder } = await testDatabase();
    await storeIn(db).save(TOKEN);
    await sql`insert into pause values ('control-value', 1)`.execute(db);
    const bytes = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
    const all = bytes.join('\n');
    expect(all).toContain('control-value');
    expect(all).not.toContain(TOKEN);
    expect(all).not.toContain(Buffer.from(TOKEN).toString('base64').slice(0, 20));
  });
}

test('the same token is encrypted differently each time', async () => {
  const { db } = await testDatabase();
  const sealed = async () => {
    await storeIn(db).save(TOKEN);
    return (await db.selectFrom('secret').select('sealed').executeTakeFirstOrThrow()).sealed;
  };
  expect(await sealed()).not.toBe(await sealed());
});

test('another key cannot decrypt a token; the error says what to do, without the token', async () => {
  const { db } = await testDatabase();
  await storeIn(db).save(TOKEN);
  const secretKey = new Secret(randomBytes(32).toString('base64'));
  const opened = storeIn(db, { secretKey }).load();
  await expect(opened).rejects.toBeInstanceOf(UserError);
  await expect(opened).rejects.toMatchObject({
    message: 'the stored token acme/gong tokens cannot be decrypted with this secretKey',
    hint: expect.stringContaining('Restore the secretKey'),
  });
});

test('an encrypted token that is changed, or moved to another tenant or name, is refused', async () => {
  const { db } = await testDatabase();
  await storeIn(db).save(TOKEN);
  const { sealed } = await db.selectFrom('secret').select('sealed').executeTakeFirstOrThrow();
  const place = (tenant: string, name: string, value: string) =>
    db
      .insertInto('secret')
      .values({ tenant, name, sealed: value, updated_at: 0 })
      .onConflict((conflict) => conflict.columns(['tenant', 'name']).doUpdateSet({ sealed: value }))
      .execute();
  await place('other', 'gong tokens', sealed);
  await place('acme', 'other', sealed);
  await expect(storeIn(db, { tenant: 'other' }).load()).rejects.toThrow('cannot be decrypted');
  await expect(storeIn(db, { name: 'other' }).load()).rejects.toThrow('cannot be decrypted');
  for (const position of [0, 12, 28]) {
    const bytes = Buffer.from(sealed, 'base64');
    bytes[position] = (bytes[position] ?? 0) ^ 1;
    await place('acme', 'gong tokens', bytes.toString('base64'));
    await expect(storeIn(db).load()).rejects.toThrow('cannot be decrypted');
  }
  await place('acme', 'gong tokens', '');
  await expect(storeIn(db).load()).rejects.toThrow('cannot be decrypted');
  await place('acme', 'gong tokens', sealed);
  expect(await storeIn(db).load()).toBe(TOKEN);
});

test('without a secretKey nothing is stored, and the error says how to create one', async () => {
  const { db } = await testDatabase();
  const saved = storeIn(db, { secretKey: undefined }).save(TOKEN);
  await expect(saved).rejects.toMatchObject({
    name: 'UserError',
    message: 'gong tokens must be stored between runs, but secretKey is not set',
    hint: expect.stringContaining('openssl rand -base64 32'),
  });
  expect(await db.selectFrom('secret').selectAll().execute()).toEqual([]);
  expect(await storeIn(db, { secretKey: undefined }).load()).toBeUndefined();
});

test('saved and loaded tokens are removed from every later message', async () => {
  const { db } = await testDatabase();
  await storeIn(db).save('token-that-was-saved');
  expect(scrub('Gong said token-that-was-saved')).toBe('Gong said •••');
});

if (ON_SQLITE) {
  test('tokens that are saved at the same time are each flushed to disk with their own commit', async () => {
    const { db } = await testDatabase();
    const { executed } = recordStatements();
    const stores = ['a', 'b', 'c'].map((tenant) => storeIn(db, { tenant }));
    const others = [1, 2, 3].map((until) => pauseAccount(db, 'account', until));
    await Promise.all([...stores.map((store) => store.save(TOKEN)), ...others]);
    const saves = executed.flatMap((text, index) =>
      text.startsWith('insert into "secret"') ? [executed.slice(index - 1, index + 2)] : [],
    );
    const save = ['pragma synchronous = full', expect.any(String), 'pragma synchronous = normal'];
    expect(saves).toEqual([save, save, save]);
    const { rows } = await sql<{ synchronous: number }>`pragma synchronous`.execute(db);
    expect(rows).toEqual([{ synchronous: 1 }]);
  });
}
