import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CliWorld, tablesIn } from './cli-world.ts';
import { ON_SQLITE } from './database.ts';

/** Long enough not to occur by chance. */
const SECRET_LENGTH_MIN = 16;
/** patterns of the sandbox's sessions and of a signed assertion */
const SESSION = /00D\w{12}!AQ0AQ/;
const ASSERTION = /eyJ[\w-]{10,}\.eyJ/;

/**
 * Where a secret is visible, as sentences: in the output of any command, or in any file of the
 * folder (database, write-ahead log) or row of a server's database, except the files of the secrets
 * themselves.
 */
export async function leaksOf(world: CliWorld): Promise<string[]> {
  const places = [
    ['the output', await world.output()] as const,
    ...readdirSync(world.folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, readFileSync(join(world.folder, name), 'latin1')] as const),
    ...(ON_SQLITE ? [] : [['sharetrail.db', rowsOf(world)] as const]),
  ];
  return places.flatMap(([place, text]) =>
    secretsIn(text, world).map((secret) => `${place} shows ${secret}`),
  );
}

/** All rows of a database on a server. */
function rowsOf(world: CliWorld): string {
  const rows = tablesIn(world).map((table) => world.query(`select * from "${table}"`));
  return JSON.stringify(rows);
}

function secretsIn(text: string, { sandbox }: CliWorld): string[] {
  const { salesforce, gong } = sandbox.credentials;
  const lines = salesforce.privateKey.split('\n').filter((line) => !line.startsWith('-----'));
  const basic = Buffer.from(`${gong.accessKey}:${gong.accessKeySecret}`).toString('base64');
  const secrets: Record<string, boolean> = {
    'a line of the private key': lines.some(
      (line) => line.length >= SECRET_LENGTH_MIN && text.includes(line),
    ),
    'the access key': text.includes(gong.accessKey),
    'the access key’s secret': text.includes(gong.accessKeySecret),
    'the authorization for Gong': text.includes(basic),
    'a Salesforce session': SESSION.test(text),
    'an assertion': ASSERTION.test(text),
  };
  return Object.keys(secrets).filter((name) => secrets[name]);
}
