import { expect, test } from 'vitest';
import { keyName, listKeys } from '../../src/config/schema-keys.ts';
import { serviceSchema } from '../../src/config/service-schema.ts';
import { tenantSchema } from '../../src/config/tenant-schema.ts';
import { isProduct, isUnder, nameOf, nodesOf, type SourceFile } from '../support/tidy/source.ts';
import { readProject } from '../support/tidy/tree.ts';

const allKeys = [...listKeys(tenantSchema), ...listKeys(serviceSchema)].map(({ path }) => path);
const readers = readProject().filter(
  (file) => isProduct(file) && !isUnder(file.path, ['src/config', 'src/sandbox']),
);

test('the product reads every key of the configuration', () => {
  expect(allKeys.length).toBeGreaterThan(50);
  expect(unreadKeys(allKeys, readers)).toEqual([]);
});

test('control: reports a key that the product does not read', () => {
  expect(unreadKeys([['crm', 'neverRead']], readers)).toEqual(['crm.neverRead']);
});

test('control: reports a key after its only readers are removed', () => {
  const others = readers.filter(
    ({ path }) => !isUnder(path, ['src/vendors/gong', 'src/operator/check', 'src/cli/init']),
  );
  expect(unreadKeys(allKeys, others)).toContain('gong.auth.accessKeySecret');
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
