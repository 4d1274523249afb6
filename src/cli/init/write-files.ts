import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { UserError } from '../../lib/errors.ts';
import { selfSignedCertificate } from './certificate.ts';
import { secretFilesOf, type TenantSetup, tenantFileOf, variablesOf } from './tenant-file.ts';

const OWNER_ONLY_FILE = 0o600;
/** it contains no secret */
const READABLE_FILE = 0o644;
const OWNER_ONLY_FOLDER = 0o700;
const KEY_BITS = 2048;
const CERTIFICATE_DAYS = 730;
const DAY_MS = 24 * 60 * 60_000;

export interface SetupPaths {
  /** the configuration folder */
  readonly dir: string;
  readonly environmentFile: string;
}

/** What was written: absolute paths, and the names of variables. */
export interface WrittenSetup {
  readonly tenantFile: string;
  readonly files: readonly string[];
  /** to upload to Salesforce */
  readonly certificate?: string;
  /** added to the environment file, without values */
  readonly variables: readonly string[];
}

/**
 * Writes the tenant's key and certificate, the missing variables, and its file: the file comes last,
 * so that the command can be repeated until it exists. Overwrites nothing. Throws UserError.
 */
export function writeSetup(setup: TenantSetup, paths: SetupPaths, now: number): WrittenSetup {
  const tenantFile = join(paths.dir, 'tenants', `${setup.name}.yaml`);
  if (existsSync(tenantFile)) throw exists(tenantFile);
  mkdirSync(dirname(tenantFile), { recursive: true });
  const secrets = secretFilesOf(setup.name);
  const key = join(paths.dir, secrets.salesforceKey);
  const certificate = join(paths.dir, secrets.salesforceCertificate);
  const files =
    setup.salesforceFlow === 'jwt-bearer' ? writeKeyPair({ key, certificate, now }) : [];
  const variables = addVariables(setup, paths.environmentFile);
  const hasSchema = existsSync(join(paths.dir, 'tenant.schema.json'));
  writeNew(tenantFile, tenantFileOf(setup, { hasSchema }), READABLE_FILE);
  return {
    tenantFile,
    files: [...files, tenantFile],
    variables,
    ...(setup.salesforceFlow === 'jwt-bearer' && { certificate }),
  };
}

/** An existing key is kept; the certificate must belong to it. */
function writeKeyPair(paths: {
  readonly key: string;
  readonly certificate: string;
  readonly now: number;
}): string[] {
  const { key, certificate, now } = paths;
  const written: string[] = [];
  mkdirSync(dirname(key), { recursive: true, mode: OWNER_ONLY_FOLDER });
  if (!existsSync(key)) {
    if (existsSync(certificate)) throw exists(certificate);
    writeNew(key, newPrivateKey(), OWNER_ONLY_FILE);
    written.push(key);
  }
  if (!existsSync(certificate)) {
    const privateKey = readFileSync(key, 'utf8');
    const validity = { notBefore: now - DAY_MS, notAfter: now + CERTIFICATE_DAYS * DAY_MS };
    const text = selfSignedCertificate({ privateKey, name: 'sharetrail', ...validity });
    writeNew(certificate, text, READABLE_FILE);
    written.push(certificate);
  }
  return written;
}

function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: KEY_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return privateKey;
}

/** Appends the variables that the file does not have. */
function addVariables(setup: TenantSetup, file: string): string[] {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const known = parseEnv(text);
  const missing = variablesOf(setup).filter(({ name }) => !Object.hasOwn(known, name));
  if (missing.length === 0) return [];
  const start = text === '' || text.endsWith('\n') ? '' : '\n';
  const lines = missing.flatMap(({ name, is }) => [`# REPLACE-ME: ${is}`, `${name}=`]);
  appendFileSync(file, `${start}# ${setup.name}\n${lines.join('\n')}\n`, { mode: OWNER_ONLY_FILE });
  return missing.map(({ name }) => name);
}

/** Fails if the file exists, even if another process has just created it. */
function writeNew(file: string, text: string, mode: number): void {
  writeFileSync(file, text, { flag: 'wx', mode });
}

function exists(file: string): UserError {
  return new UserError(`${file} already exists; nothing changed`, {
    hint: 'Choose another name, or edit or remove the file.',
  });
}
