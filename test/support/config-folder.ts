import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A temporary working directory with the files that a test names. */
export class ConfigFolder implements Disposable {
  readonly workingDirectory = mkdtempSync(join(tmpdir(), 'sharetrail-config-'));

  constructor(files: Readonly<Record<string, string>>) {
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  /** `path` is relative to the working directory. */
  write(path: string, text: string | Uint8Array): void {
    const file = this.path(path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  path(path: string): string {
    return join(this.workingDirectory, path);
  }

  [Symbol.dispose](): void {
    rmSync(this.workingDirectory, { recursive: true });
  }
}

/** The smallest valid file of a tenant. It needs `TENANT_VARIABLES`. */
export const TENANT_YAML = `tenant: acme
internalDomains: [acme.com]
salesforce:
  loginUrl: https://acme.my.salesforce.com
  auth:
    flow: client-credentials
    clientId: 3MVG9
    clientSecret: \${SF_SECRET}
gong:
  auth:
    flow: access-key
    accessKey: \${GONG_KEY}
    accessKeySecret: \${GONG_SECRET}
`;

export const TENANT_VARIABLES = {
  SF_SECRET: 'sf-secret-value-1',
  GONG_KEY: 'gong-key-value-2',
  GONG_SECRET: 'gong-secret-value-3',
} as const;

/** A fresh private key in PEM. */
export function makePrivateKey(type: 'rsa' | 'ec'): string {
  const pair =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
