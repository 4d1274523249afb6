import { expect, test } from 'vitest';
import { startCliWorld } from '../support/cli-world.ts';

test('status shows the change logs of many users in one line, and cursors readably', async () => {
  await using world = await startCliWorld();
  const { google, origins, credentials } = world.sandbox;
  const { adminSubject } = credentials.google;
  const auth = { flow: 'service-account', key: '${file:secrets/google-key.json}', adminSubject };
  world.configure({ googleDrive: { auth, endpoint: origins.google } });
  for (let number = 0; number < 30; number += 1) google.addUser(`user-${number}@${google.domain}`);
  await world.run('sync --no-push');
  world.query(
    `UPDATE cursor SET position = ? WHERE stream = ?`,
    JSON.stringify({
      token: '7',
      sweep: { kind: 'compare', startedAt: '2026-11-02T00:00:00.000Z' },
    }),
    `drive/changes/user/user-0@${google.domain}`,
  );
  const { stdout } = await world.run('status');
  expect(stdout).toMatch(
    /drive\/changes\/… {2}31 change logs, 1 being read in full, oldest read at \d/,
  );
  expect(stdout).not.toContain('[object Object]');
  const { tenants } = JSON.parse((await world.run('status --json')).stdout);
  expect(tenants[0].cursors.length).toBeGreaterThan(30);
});
