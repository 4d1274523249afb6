import fc from 'fast-check';
import { stringify } from 'yaml';
import { ConfigError } from '../../src/config/config-error.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { listKeys, type SchemaKey } from '../../src/config/schema-keys.ts';
import { serviceSchema } from '../../src/config/service-schema.ts';
import { tenantSchema } from '../../src/config/tenant-schema.ts';
import { ConfigFolder, TENANT_VARIABLES, TENANT_YAML } from '../support/config-folder.ts';
import type { TortureRow } from './part.ts';

const RUNS = { short: 300, long: 20_000 };

interface Value {
  readonly key: SchemaKey;
  readonly file: 'tenant' | 'service';
  readonly value: unknown;
}

const keys = [
  ...listKeys(tenantSchema).map((key) => ({ key, file: 'tenant' as const })),
  ...listKeys(serviceSchema).map((key) => ({ key, file: 'service' as const })),
];

/** Any value that YAML can have, and some that look like a reference. */
const anyValue = fc.oneof(
  fc.jsonValue({ noUnicodeString: false, depthSize: 'small' }),
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.double(),
  fc.constantFrom(
    '${SF_SECRET}',
    '${',
    '$${',
    '${file:../x}',
    '${MISSING}',
    '__proto__',
    '2026-02-30',
  ),
);

const anyKeyAndValue: fc.Arbitrary<Value> = fc
  .tuple(fc.constantFrom(...keys), anyValue)
  .map(([{ key, file }, value]) => ({ key, file, value }));

/** Any value at any key: a configuration that is used, or an error that names the file and why. */
export async function configurationRow(options: {
  readonly seed: number;
  readonly long: boolean;
  readonly only: string;
}): Promise<TortureRow[]> {
  const { seed, long, only } = options;
  const fault = 'configuration: any value at any key';
  if (!fault.includes(only)) return [];
  const numRuns = RUNS[long ? 'long' : 'short'];
  const failures: string[] = [];
  using folder = new ConfigFolder({});
  for (const each of fc.sample(anyKeyAndValue, { seed, numRuns })) {
    const problem = await problemOf(folder, each);
    if (problem === undefined) continue;
    const name = `${each.key.path.join('.')} = ${JSON.stringify(each.value)}`;
    failures.push(`${name}: ${problem}`);
  }
  return [{ fault, tried: numRuns, lost: 0, doubled: 0, worstRecoveryMs: null, failures }];
}

async function problemOf(folder: ConfigFolder, { key, file, value }: Value) {
  const changed = stringify(nestedAt(key, value));
  folder.write('config/tenants/acme.yaml', file === 'tenant' ? merged(key, value) : TENANT_YAML);
  folder.write('config/sharetrail.yaml', file === 'service' ? changed : '');
  const { workingDirectory } = folder;
  try {
    await loadConfig({ dir: 'config', workingDirectory, environment: TENANT_VARIABLES });
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigError)) return `threw ${error}`;
    const silent = error.problems.filter(
      ({ file: name, message }) => name === '' || message === '',
    );
    return silent.length > 0 || error.problems.length === 0 ? 'an error says nothing' : undefined;
  }
}

/** The usual file with the value; the top-level key of the value is replaced as a whole. */
function merged(key: SchemaKey, value: unknown): string {
  const [top = ''] = key.path;
  const others = TENANT_YAML.replace(new RegExp(`^${top}:.*\\n(?: .*\\n)*`, 'm'), '');
  return others + stringify(nestedAt(key, value));
}

function nestedAt({ path, flow }: SchemaKey, value: unknown): unknown {
  return path.reduceRight<unknown>((below, name) => {
    if (name === '[]') return [below];
    const isInFlow = flow !== undefined && name === path.at(-1);
    return isInFlow ? { flow, [name]: below } : { [name]: below };
  }, value);
}
