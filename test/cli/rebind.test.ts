import { createPublicKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { startCliWorld, TENANT } from '../support/cli-world.ts';

const OTHER_ORG = '00DHp000000OTHRMA4';

/** A tenant that has run, with another org behind its name since then. */
async function startMovedWorld() {
  const world = await startCliWorld();
  world.deliver(2);
  expect(await world.run('sync')).toMatchObject({ code: 0 });
  const other = await createSandbox({ salesforce: { organizationId: OTHER_ORG } });
  const { clientId, privateKey } = world.sandbox.credentials.salesforce;
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' });
  other.salesforce.addClient({ clientId, publicKey: String(publicKey) });
  world.configure({ salesforce: { loginUrl: other.origins.salesforce } });
  return Object.assign(world, { other });
}

test('another org: sync exits with 1 and names the command, which resolves it', async () => {
  await using world = await startMovedWorld();
  try {
    const failed = await world.run('sync --json');
    expect(failed.code).toBe(1);
    const [run] = JSON.parse(failed.stdout).runs;
    expect(run).toMatchObject({ outcome: 'failed', delivered: 0, found: { salesforce: 0 } });
    const [, command = ''] = /`[^`]+ (rebind \w+)[^`]*`/.exec(run.errors[0].hint) ?? [];
    expect(command).toBe(`rebind ${TENANT}`);

    const rebound = await world.run(`${command} --json`);
    expect(rebound).toMatchObject({ code: 0 });
    expect(rebound.stderr).toContain(OTHER_ORG);
    expect(JSON.parse(rebound.stdout)).toMatchObject({
      tenant: TENANT,
      rebound: [{ source: 'salesforce', to: OTHER_ORG, skipped: 0 }],
      since: null,
    });
    expect(await world.run('sync')).toMatchObject({ code: 0 });
    const again = await world.run(command);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to do') });
  } finally {
    await world.other.stop();
  }
});

test.each([
  ['rebind', 2, 'TENANT'],
  ['rebind initech', 2, 'initech'],
  [`rebind ${TENANT} --since 2999-01-01`, 2, 'in the future'],
  [`rebind ${TENANT} --since yesterday`, 2, 'neither a date nor a time'],
  [`rebind ${TENANT} --tenant other`, 2, 'takes one tenant'],
])('%s exits with %i', async (words, code, text) => {
  await using world = await startCliWorld();
  const ended = await world.run(words);
  expect(ended).toMatchObject({ code, stdout: '' });
  expect(ended.stderr).toContain(text);
});
