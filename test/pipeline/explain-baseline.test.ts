import { expect, test } from 'vitest';
import { explain } from '../../src/operator/explain.ts';
import { type DriveWorld, startDriveWorld } from '../support/drive-world.ts';

const HOUR_MS = 3_600_000;

async function explained(world: DriveWorld, text: string): Promise<string> {
  const found = await explain(await world.context(), [world.tenant], { text, limit: 10 });
  return found.flatMap(({ sentences }) => sentences).join('\n');
}

// Grants are on record by mailbox: a Gmail address has many spellings.
test.each(['ines.neves+acme@gmail.com', 'Ines.Neves@googlemail.com', 'inesneves@gmail.com'])(
  'a baseline grant to a Gmail address is found by the spelling %s',
  async (text) => {
    const world = await startDriveWorld();
    try {
      const { google, domain } = world;
      const ann = google.addUser(`ann@${domain}`);
      const file = google.createFile({ name: 'Offer', owner: ann, at: world.start - 2 * HOUR_MS });
      google.share(file, { to: 'ines.neves+acme@gmail.com', by: ann, at: world.start - HOUR_MS });
      await world.sync();
      expect(await explained(world, text)).toContain('It was recorded as a baseline');
      expect(await explained(world, 'ines@gmail.com')).not.toContain('baseline');
    } finally {
      await world.close();
    }
  },
);
