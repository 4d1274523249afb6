import { expect, test } from 'vitest';
import { loadConfigIn } from '../../src/config/load-process-config.ts';
import { ConfigFolder, TENANT_VARIABLES, TENANT_YAML } from '../support/config-folder.ts';
import { errorOf } from '../support/config-problem-cases.ts';

async function load(env: string) {
  using folder = new ConfigFolder({ 'config/tenants/acme.yaml': TENANT_YAML, '.env': env });
  const { workingDirectory } = folder;
  return loadConfigIn({ folder: undefined, workingDirectory, environment: TENANT_VARIABLES });
}

test('a secret that an unquoted # cuts in .env is refused, without showing it', async () => {
  const { message } = await errorOf(load('# ours\nONE=two\nGONG_KEY=abc123#def\n'));
  expect(message).toBe('.env:3:1: the value ends before its #: put it in quotes, GONG_KEY="…"');
});

test.each([
  'A="abc#def"',
  "A='abc#def'",
  'A=abc # a comment',
  '#A=abc#def',
  'A=abc',
  'A=',
  'A="-----BEGIN\nB=x#y\n"',
])('%j is accepted', async (env) => {
  expect((await load(env)).tenants).toHaveLength(1);
});
