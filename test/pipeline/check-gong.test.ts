import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/lib/secret.ts';
import {
  type CheckCase,
  type CheckWorld,
  expectFailure,
  problemsIn,
  startCheckWorld,
  withGong,
} from '../support/check-rig.ts';

let world: CheckWorld;
beforeEach(async () => {
  world = await startCheckWorld();
});
afterEach(() => world.close());

describe('Gong: what the response to a body that is not JSON means', () => {
  const answer = (status: number, body: object | string, headers = {}) => {
    world.sandbox.faults.add({ vendor: 'gong', action: { kind: 'answer', status, body, headers } });
  };
  const gong = (errors: string[]) => ({ requestId: '4al018gzaztcr8nbukw', errors });
  const scope = "You don't have permission to use 'api:engagement-data:write' in your app.";
  const cases: readonly CheckCase[] = [
    [
      'key',
      /gong\.auth/,
      (broken) => {
        const { accessKey } = broken.sandbox.credentials.gong;
        const wrong = { accessKey: new Secret(accessKey), accessKeySecret: new Secret('wrong-1') };
        broken.tenant = withGong(broken.tenant, { auth: { flow: 'access-key', ...wrong } });
      },
    ],
    ['key', /api:engagement-data:write/, () => answer(401, gong([scope]))],
    ['endpoint', /ask Gong to enable it/, ({ sandbox }) => sandbox.gong.setEndpoint('off')],
    ['endpoint', /trusted IP addresses/, () => answer(403, gong(['Forbidden']))],
    ['address', /trusted IP|firewall/, () => answer(403, '<html>Blocked</html>')],
    ['address', /redirects to/, () => answer(302, '', { location: 'https://app.gong.io/login' })],
    ['address', /API/, () => answer(200, '<html>Welcome</html>')],
    ['address', /API/, () => answer(200, gong([]))],
    ['endpoint', /gong\.baseUrl/, () => answer(405, gong(["Request method 'PUT' not supported"]))],
    ['endpoint', /temporary/, () => answer(500, gong(['Internal error']))],
    [
      'address',
      /firewall|DNS/,
      () => world.sandbox.faults.add({ vendor: 'gong', action: { kind: 'reset' } }),
    ],
    [
      'endpoint',
      /address is wrong/,
      (broken) => {
        broken.tenant = withGong(broken.tenant, { baseUrl: broken.sandbox.origins.google });
      },
    ],
  ];
  test.each(cases)('%s: %s', async (...row) => {
    await expectFailure(world, 'gong', row);
    expect(world.sandbox.gong.events).toEqual([]);
    expect(world.sandbox.traffic.gong.entries.length).toBeLessThanOrEqual(1);
  });

  test('the call is not sent if no call is left today, or if Gong requested a pause', async () => {
    world.tenant = withGong(world.tenant, { callsPerDay: 1 });
    expect(problemsIn(await world.check())).toEqual([]);
    expect(problemsIn(await world.check())).toEqual(['gong endpoint warning']);
    expect(world.sandbox.gong.requests).toHaveLength(1);
  });

  test('tenants with the same key share one call; another secret is checked on its own', async () => {
    const { tenant } = world;
    const { accessKey } = world.sandbox.credentials.gong;
    const auth = {
      flow: 'access-key',
      accessKey: new Secret(accessKey),
      accessKeySecret: new Secret('wrong-1'),
    } as const;
    const tenants = [tenant, { ...tenant, tenant: 'second' }, withGong(tenant, { auth })];
    const checks = await world.check({ tenants });
    expect(world.sandbox.gong.requests.map(({ status }) => status).sort()).toEqual([400, 401]);
    expect(problemsIn(checks)).toEqual(['gong key failed', 'gong endpoint skipped']);
  });
});
