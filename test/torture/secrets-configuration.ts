import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type CliWorld, writeConfigFile } from '../support/cli-world.ts';
import type { Peer } from '../support/peer.ts';
import type { Canary } from './secret-forms.ts';

/** Reserved in URLs, forms, JSON, HTML, and shells, and beyond ASCII. */
const RESERVED = '+/=&%"\\<é€🔑';

/** Keeps a canary; returns the reference to its variable. */
type Keep = (name: string, value?: string) => string;

/** Every secret key of the schema is in one of the tenants. Each variable has the name of its key. */
export function writeConfiguration(world: CliWorld, { origin }: Peer, port: number): Canary[] {
  const canaries: Canary[] = [];
  const keep: Keep = (name, value = `c4nary${name.replaceAll('_', '')}${RESERVED}end`) => {
    canaries.push({ name, value });
    return `\${${name}}`;
  };
  const accessKey = {
    flow: 'access-key',
    accessKey: keep('GONG_KEY'),
    accessKeySecret: keep('GONG_KEY_SECRET'),
  };
  const gong = { baseUrl: origin, auth: accessKey };
  const signed = {
    flow: 'jwt-bearer',
    clientId: 'id',
    username: 'a@b.example',
    privateKey: keep('SF_PEM', makePem()),
  };
  const tenants: Readonly<Record<string, object>> = {
    credentials: { ...credentialsOf(origin, keep), gong },
    tokens: tokensOf(origin, keep),
    signed: { salesforce: { loginUrl: origin, auth: signed }, gong },
  };
  for (const [tenant, settings] of Object.entries(tenants)) {
    const file = { tenant, internalDomains: ['acme.example'], ...settings };
    writeConfigFile(world, `tenants/${tenant}.yaml`, stringify(file));
  }
  // Events that Gong rejects with the words of the request.
  world.configure({ gong });
  const hook = `${origin}/hooks/c4naryWEBHOOK?key=c4naryWEBHOOKKEY%2B`;
  const service = {
    http: { port, token: keep('HTTP_TOKEN', 'c4naryHTTPTOKEN+/=&%"\\end') },
    alerts: { webhook: keep('WEBHOOK', hook) },
    secretKey: keep('SECRET_KEY', Buffer.alloc(32, 'c4narySECRETKEY!').toString('base64')),
  };
  const path = join(world.folder, 'sharetrail.yaml');
  writeFileSync(path, `${readFileSync(path, 'utf8')}${stringify(service)}`);
  return canaries;
}

function credentialsOf(origin: string, keep: Keep): object {
  const key = JSON.stringify({ client_email: 'robot@acme.example', private_key: makePem() });
  const secret = keep('SF_SECRET');
  return {
    salesforce: {
      loginUrl: origin,
      auth: { flow: 'client-credentials', clientId: 'id', clientSecret: secret },
    },
    googleDrive: {
      endpoint: origin,
      auth: {
        flow: 'service-account',
        key: keep('GOOGLE_KEY', key),
        adminSubject: 'admin@acme.example',
      },
    },
  };
}

function tokensOf(origin: string, keep: Keep): object {
  const tokens = (vendor: string) => ({
    clientId: 'id',
    clientSecret: keep(`${vendor}_APP_SECRET`),
    refreshToken: keep(`${vendor}_REFRESH`),
  });
  return {
    salesforce: { loginUrl: origin, auth: { flow: 'refresh-token', ...tokens('SF') } },
    googleDrive: {
      endpoint: origin,
      users: ['admin@acme.example'],
      auth: { flow: 'refresh-token', ...tokens('GOOGLE') },
    },
    gong: { baseUrl: origin, auth: { flow: 'oauth', ...tokens('GONG') } },
  };
}

function makePem(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
