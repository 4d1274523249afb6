import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { messageOf, UserError } from '../lib/errors.ts';
import type { Sandbox } from './sandbox.ts';

const MARK = '# Written by `sharetrail sandbox`, and written anew by its next start.\n';
const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;
export const SANDBOX_TENANT = 'sandbox';

/** What a tenant of the sandbox says beside where it is and how to log in. */
export interface TenantSettings {
  /** shares before it are not reported; epoch milliseconds */
  readonly start: number;
  readonly timezone: string;
  /** also read Google Drive; without it the tenant has Salesforce alone */
  readonly googleDrive?: true;
}

/** The tenant file, as YAML: its secrets are references to files beside it. */
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
 * Writes a configuration folder that uses the sandbox, its database included, so that every
 * command works with `--config DIR` alone.
 */
export async function writeSandboxConfiguration(
  dir: string,
  sandbox: Sandbox,
  settings: TenantSettings,
): Promise<void> {
  const { salesforce, google, gong } = sandbox.credentials;
  await refuseForeignFolder(dir);
  const files: Record<string, string> = {
    'sharetrail.yaml': MARK + stringify({ database: `sqlite:${join(dir, 'sharetrail.db')}` }),
    [`tenants/${SANDBOX_TENANT}.yaml`]: sandboxTenantYaml(sandbox, settings),
    'secrets/salesforce.pem': salesforce.privateKey,
    'secrets/google-key.json': google.key,
    'secrets/gong-access-key': gong.accessKey,
    'secrets/gong-access-key-secret': gong.accessKeySecret,
  };
  try {
    for (const [name, text] of Object.entries(files)) await writeOwn(join(dir, name), text);
  } catch (error) {
    throw new UserError(`the configuration could not be written into ${dir}: ${messageOf(error)}`, {
      hint: 'Name a folder that this user may write into, or one that does not exist yet.',
      cause: error,
    });
  }
}

async function writeOwn(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: OWNER_ONLY_FOLDER });
  await writeFile(path, text, { mode: OWNER_ONLY_FILE });
}

/** A company's own configuration must not be lost to a toy's; the sandbox's own may be renewed. */
async function refuseForeignFolder(dir: string): Promise<void> {
  const path = join(dir, 'sharetrail.yaml');
  const text = await readFile(path, 'utf8').catch(() => MARK);
  if (text.startsWith(MARK)) return;
  throw new UserError(`${path} is not the sandbox's: it would be overwritten`, {
    hint: 'Name another folder with --write.',
  });
}
