import { describe, expect, test } from 'vitest';
import { ConfigFolder, TENANT_VARIABLES, TENANT_YAML } from '../support/config-folder.ts';
import { problemsOf } from '../support/config-problem-cases.ts';

describe('a file that is not valid YAML', () => {
  test.each([
    [
      'a tab indents',
      'tenant: acme\ncrm:\n\tholdDays: 1\n',
      '3:1: not valid YAML: a tab cannot indent: use spaces',
    ],
    [
      'a bracket is not closed',
      'tenant: [acme\n',
      '2:1: not valid YAML: wrong indentation, or a bracket that is not closed',
    ],
    [
      'a quote is not closed',
      'tenant: "acme\n',
      '2:1: not valid YAML: a quote, a bracket, a comma or a space is missing here',
    ],
    [
      'a value has a colon',
      'tenant: acme: hunter2\n',
      '1:9: not valid YAML: a second `key:` on the same line; a value that contains ": " needs quotes',
    ],
    [
      'a value starts with @',
      'tenant: @acme\n',
      '1:9: not valid YAML: a value that starts with this character needs quotes',
    ],
    [
      'there are two documents',
      'tenant: acme\n---\ntenant: b\n',
      '2:1: not valid YAML: a second document (---): each file contains one',
    ],
    [
      'a tag is unknown',
      'tenant: !env ACME\n',
      '1:9: not valid YAML: tags (!…) are not supported: remove it',
    ],
    [
      'it is YAML 1.1',
      '%YAML 1.1\n---\ntenant: acme\n',
      '1:1: this file must be YAML 1.2: remove the %YAML line',
    ],
    ['it is a list', '- tenant: acme\n', '1:1: expected a mapping; found a list'],
    ['it is a text', 'hunter2\n', '1:1: expected a mapping'],
    ['it is empty', '', '1:1: the file is empty; config/tenants/acme.example.yaml shows every key'],
    [
      'it has only comments',
      '# tenant: acme\n',
      '1:1: the file is empty; config/tenants/acme.example.yaml shows every key',
    ],
  ])('is rejected with the position: %s', async (_name, yaml, problem) => {
    using folder = new ConfigFolder({ 'config/tenants/acme.yaml': yaml });
    const { message } = await problemsOf(folder, {});
    expect(message).toBe(`config/tenants/acme.yaml:${problem}`);
  });

  test('a standard tag is rejected too', async () => {
    const yaml = TENANT_YAML.replace('3MVG9', '!!binary aHVudGVy');
    using folder = new ConfigFolder({ 'config/tenants/acme.yaml': yaml });
    const { message } = await problemsOf(folder, TENANT_VARIABLES);
    expect(message).toBe(
      'config/tenants/acme.yaml:7:24 salesforce.auth.clientId: tags (!…) are not supported: ' +
        'remove it',
    );
  });

  test('an alias without its anchor is rejected', async () => {
    const yaml = TENANT_YAML.replace('3MVG9', '*nowhere');
    using folder = new ConfigFolder({ 'config/tenants/acme.yaml': yaml });
    const { message } = await problemsOf(folder, TENANT_VARIABLES);
    expect(message).toBe(
      'config/tenants/acme.yaml:7:15 salesforce.auth.clientId: no &anchor of this name comes ' +
        'before it',
    );
  });

  test.each([
    ['aliases of aliases', bombOfAliases()],
    ['an alias of itself', 'a: &a [*a, *a]\n'],
    ['too many levels', `a: ${'['.repeat(40)}${']'.repeat(40)}\n`],
  ])('%s are rejected at a limit, with one problem', async (_name, yaml) => {
    using folder = new ConfigFolder({ 'config/tenants/acme.yaml': yaml });
    const { problems } = await problemsOf(folder, {});
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toBe(
      'too much for one file: at most 50000 values, 32 levels deep',
    );
  });

  test('a file that is too large or not UTF-8 is not parsed', async () => {
    using folder = new ConfigFolder({ 'config/tenants/large.yaml': '#'.repeat(1024 * 1024 + 1) });
    folder.write('config/tenants/latin.yaml', Buffer.from('tenant: m\xfcller', 'latin1'));
    const { message } = await problemsOf(folder, {});
    expect(message.split('\n')).toEqual([
      'config/tenants/large.yaml: is too large: 1048577 bytes, at most 1048576',
      'config/tenants/latin.yaml: is not UTF-8 text',
    ]);
  });
});

/** Ten levels of ten: 10^10 values if all aliases were expanded. */
function bombOfAliases(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level <= 10; level++) {
    const aliases = Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ');
    lines.push(`a${level}: &a${level} [${aliases}]`);
  }
  return `${lines.join('\n')}\n`;
}
