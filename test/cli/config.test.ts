import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MAIN, run } from '../support/cli/run.ts';
import { ConfigFolder, TENANT_VARIABLES, TENANT_YAML } from '../support/config-folder.ts';

function folder(files: Readonly<Record<string, string>>): string {
  const made = new ConfigFolder(files);
  onTestFinished(() => made[Symbol.dispose]());
  return made.workingDirectory;
}

describe('sharetrail config', () => {
  it.each([
    ['tenant.schema.json', []],
    ['tenant.schema.json', ['--file', 'tenant']],
    ['sharetrail.schema.json', ['--file', 'sharetrail']],
  ])('schema prints %s of the package, without any configuration: %j', async (name, words) => {
    const { code, stdout } = await run(MAIN, ['config', 'schema', ...words], { cwd: folder({}) });
    const kept = readFileSync(new URL(`../../config/${name}`, import.meta.url), 'utf8');
    expect(code).toBe(0);
    expect(stdout).toBe(kept);
  });

  it('show prints the values in effect, with defaults and without secrets', async () => {
    const cwd = folder({ 'config/tenants/acme.yaml': TENANT_YAML });
    const { code, stdout, stderr } = await run(MAIN, ['config', 'show'], {
      cwd,
      env: TENANT_VARIABLES,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('clientSecret: •••');
    expect(stdout).toContain('callsPerSecond: 3');
    for (const secret of Object.values(TENANT_VARIABLES)) expect(stdout).not.toContain(secret);
  });

  it('show --json prints only the selected tenant', async () => {
    const cwd = folder({
      'there/tenants/acme.yaml': TENANT_YAML,
      'there/tenants/beta.yaml': TENANT_YAML.replace('tenant: acme', 'tenant: beta'),
    });
    const words = ['config', 'show', '--json', '--tenant', 'beta', '--config', 'there'];
    const { stdout } = await run(MAIN, words, { cwd, env: TENANT_VARIABLES });
    const shown = JSON.parse(stdout);
    expect(shown.tenants.map(({ tenant }: { tenant: string }) => tenant)).toEqual(['beta']);
    expect(shown.service).toMatchObject({ tenantsAtOnce: 4 });
  });

  it('show lists all problems in all files on standard error and exits with 2', async () => {
    const cwd = folder({
      'config/sharetrail.yaml': 'tenantAtOnce: 3\n',
      'config/tenants/acme.yaml': TENANT_YAML.replace('internalDomains', 'internalDomain'),
    });
    const { code, stdout, stderr } = await run(MAIN, ['config', 'show', '--json'], {
      cwd,
      env: TENANT_VARIABLES,
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/config\/sharetrail\.yaml:1:1 tenantAtOnce/);
    expect(stderr).toMatch(/config\/tenants\/acme\.yaml:2:1 internalDomain/);
  });

  it('show rejects an unknown tenant with a suggestion', async () => {
    const cwd = folder({ 'config/tenants/acme.yaml': TENANT_YAML });
    const words = ['config', 'show', '--tenant', 'acne'];
    const { code, stderr } = await run(MAIN, words, { cwd, env: TENANT_VARIABLES });
    expect(code).toBe(2);
    expect(stderr).toBe('sharetrail: there is no tenant acne\nDid you mean acme?\n');
  });
});
