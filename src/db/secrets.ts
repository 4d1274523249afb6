import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { UserError } from '../lib/errors.ts';
import { rememberToken, type Secret } from '../lib/secret.ts';
import { durably } from './durably.ts';
import type { Database } from './schema.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Stores a token that the vendor replaces at each use: one encrypted row per tenant and name. */
export interface SecretStore {
  /** Undefined if none is stored yet. Throws UserError if the key does not fit. */
  load(): Promise<string | undefined>;
  /** Once it resolves, the value is on disk and survives a power cut. */
  save(value: string): Promise<void>;
}

export function createSecretStore(options: {
  readonly db: Database;
  /** a writable database, since `db` may be read-only */
  readonly writable: () => Promise<Database>;
  readonly tenant: string;
  readonly name: string;
  readonly secretKey: Secret | undefined;
  readonly now: () => number;
}): SecretStore {
  const { db, tenant, name } = options;
  // Binds the value to its row: copied to another tenant, it cannot be decrypted.
  const associated = `${tenant}/${name}`;
  return {
    load: async () => {
      const row = await db
        .selectFrom('secret')
        .select('sealed')
        .where('tenant', '=', tenant)
        .where('name', '=', name)
        .executeTakeFirst();
      if (!row) return undefined;
      const value = unseal(row.sealed, keyOf(options.secretKey, name), associated);
      rememberToken(value);
      return value;
    },
    save: async (value) => {
      rememberToken(value);
      const sealed = seal(value, keyOf(options.secretKey, name), associated);
      const row = { tenant, name, sealed, updated_at: options.now() };
      await durably(await options.writable(), async (connection) => {
        await connection
          .insertInto('secret')
          .values(row)
          .onConflict((conflict) =>
            conflict
              .columns(['tenant', 'name'])
              .doUpdateSet({ sealed, updated_at: row.updated_at }),
          )
          .execute();
      });
    },
  };
}

function keyOf(secretKey: Secret | undefined, name: string): Buffer {
  if (secretKey) return Buffer.from(secretKey.reveal(), 'base64');
  throw new UserError(`${name} must be stored between runs, but secretKey is not set`, {
    hint: 'Create one with `openssl rand -base64 32` and set secretKey in sharetrail.yaml.',
  });
}

function seal(value: string, key: Buffer, associated: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(associated));
  const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64');
}

function unseal(sealed: string, key: Buffer, associated: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  try {
    const decipher = createDecipheriv(CIPHER, key, nonce)
      .setAAD(Buffer.from(associated))
      .setAuthTag(tag);
    const text = bytes.subarray(NONCE_BYTES + TAG_BYTES);
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
  } catch (error) {
    throw new UserError(`the stored token ${associated} cannot be decrypted with this secretKey`, {
      hint: 'Restore the secretKey that encrypted it, or connect the tenant again.',
      cause: error,
    });
  }
}
