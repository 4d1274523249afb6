import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { messageOf, UserError } from '../lib/errors.ts';
import type { Sandbox } from './sandbox.ts';

const MARK = '# Written by `sharetrail sandbox`';
const HEADER = `${MARK}, which overwrites it at its next start.\n`;
const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;
export const SANDBOX_TENANT = 'sandbox';

/** Tenant settings besides addresses and credentials. */
export interface TenantSettings {
  /** earlier shares are not reported; epoch milliseconds */
  readonly start: number;
  readonly timezone: string;
  /** also read Google Drive; if absent, the tenant has Salesforce only */
  readonly googleDrive?: true;
}

/** The tenant file as YAML. Its secrets are references to files in the same folder. */
export function sandboxTenantYaml(sandbox: Sandbox, settings: TenantSettings): string {
  const { origins, credentials } = sandbox;
  const { clientId, username } = credentials.salesforce;
  return stringify({
    tenant: SANDBOX_TENANT,
    timezone: settings.timezone,
    start: new Date(settings.start).toISOString(),
    internalDomains: credentials.internalDomains,
    salesforce: {
      loginUrl: origins.salesforce,
      auth: {
        flow: 'jwt-bearer',
        clientId,
        username,
        privateKey: '${file:secrets/salesforce.pem}',
      },
      ignoreCreatedBy: credentials.ignoreCreatedBy,
    },
    ...(settings.googleDrive ? { googleDrive: googleDriveOf(sandbox) } : {}),
    gong: {
      baseUrl: origins.gong,
      auth: {
        flow: 'access-key',
        accessKey: '${file:secrets/gong-access-key}',
        accessKeySecret: '${file:secrets/gong-access-key-secret}',
      },
    },
  });
}

function googleDriveOf({ origins, credentials }: Sandbox): object {
  return {
    auth: {
      flow: 'service-account',
      key: '${file:secrets/google-key.json}',
      adminSubject: credentials.google.adminSubject,
    },
    endpoint: origins.google,
  };
}

/**
 * Writes a configuration folder that uses the sandbox. It includes the database path, so that every
 * command works with `--config DIR` alone.
 */
export async function writeSandboxConfiguration(
  dir: string,
  sandbox: Sandbox,
  settings: TenantSettings,
): Promise<void> {
  const { salesforce, google, gong } = sandbox.credentials;
  await rejectForeignFolder(dir);
  const files: Record<string, string> = {
    'sharetrail.yaml': HEADER + stringify({ database: `sqlite:${join(dir, 'sharetrail.db')}` }),
    [`tenants/${SANDBOX_TENANT}.yaml`]: sandboxTenantYaml(sandbox, settings),
    'secrets/salesforce.pem': salesforce.privateKey,
    'secrets/google-key.json': google.key,
    'secrets/gong-access-key': gong.accessKey,
    'secrets/gong-access-key-secret': gong.accessKeySecret,
  };
  try {
    for (const [name, text] of Object.entries(files)) await writePrivate(join(dir, name), text);
  } catch (error) {
    throw new UserError(`the configuration could not be written into ${dir}: ${messageOf(error)}`, {
      hint: 'Choose a folder that this user can write to, or one that does not exist yet.',
      cause: error,
    });
  }
}

async function writePrivate(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: OWNER_ONLY_FOLDER });
  await writeFile(path, text, { mode: OWNER_ONLY_FILE });
}

/** Protects a real configuration: only files that the sandbox wrote are overwritten. */
async function rejectForeignFolder(dir: string): Promise<void> {
  const path = join(dir, 'sharetrail.yaml');
  const text = await readFile(path, 'utf8').catch(() => MARK);
  if (text.startsWith(MARK)) return;
  throw new UserError(`${path} was not written by the sandbox and would be overwritten`, {
    hint: 'Choose another folder with --write.',
  });
}
