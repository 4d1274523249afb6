import { expect, test } from 'vitest';
import { keyName, listKeys } from '../../src/config/schema-keys.ts';
import { serviceSchema } from '../../src/config/service-schema.ts';
import { tenantSchema } from '../../src/config/tenant-schema.ts';
import type { Config } from '../../src/config/types.ts';
import { unsupportedKeys } from '../../src/config/unsupported-keys.ts';
import { isProduct, isUnder, nameOf, nodesOf, type SourceFile } from '../support/tidy/source.ts';
import { readProject } from '../support/tidy/tree.ts';

/** Keys of features that are not built yet. The program warns if they are set. */
const UNSUPPORTED = ['http'];

const paths = [...listKeys(tenantSchema), ...listKeys(serviceSchema)].map(({ path }) => path);
const supported = paths.filter(([top = '']) => !UNSUPPORTED.includes(top));
const readers = readProject().filter(
  (file) => isProduct(file) && !isUnder(file.path, ['src/config', 'src/sandbox']),
);

test('the product reads every key of the configuration', () => {
  expect(supported.length).toBeGreaterThan(50);
  expect(unreadKeys(supported, readers)).toEqual([]);
});

test('each key that is not supported yet causes a warning', () => {
  const service = { http: { host: '127.0.0.1', port: 8080 } };
  const warnings = unsupportedKeys({ service } as unknown as Config);
  expect(warnings.map((warning) => warning.split(' ')[0])).toEqual(UNSUPPORTED);
});

test('control: reports a key that the product does not read', () => {
  expect(unreadKeys([['crm', 'neverRead']], readers)).toEqual(['crm.neverRead']);
});

test('control: reports a key after its only readers are removed', () => {
  const others = readers.filter(({ path }) => !isUnder(path, ['src/vendors/gong']));
  expect(unreadKeys(supported, others)).toContain('gong.auth.accessKeySecret');
});

/** Compares names only: a key whose name is also another property's name can be missed. */
function unreadKeys(
  keys: readonly (readonly string[])[],
  files: readonly SourceFile[],
): readonly string[] {
  const read = new Set(files.flatMap(propertiesRead));
  return keys.filter((path) => !read.has(path.at(-1) ?? '')).map(keyName);
}

/** The names after a dot, and the names in destructuring patterns. */
function propertiesRead(file: SourceFile): string[] {
  return [...nodesOf(file)].flatMap(({ node, parent }) => {
    if (node.type === 'MemberExpression') return nameOf(node['property']) ?? [];
    if (node.type === 'Property' && parent?.type === 'ObjectPattern') {
      return nameOf(node['key']) ?? [];
    }
    return [];
  });
}
