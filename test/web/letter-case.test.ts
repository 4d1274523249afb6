import { expect, test } from 'vitest';
import { startWebWorld } from '../support/web-world.ts';

const HTML = { accept: 'text/html' } as const;
const HOUR_MS = 3_600_000;
const INES = 'Ines.Marlow@Client.example';

test('the page finds a person in any case, and shows the address as given', async () => {
  await using world = await startWebWorld({
    seed: ({ google, clock }) => {
      const ann = google.addUser(`ann@${google.domain}`);
      const at = clock.now() - HOUR_MS;
      const file = google.createFile({ name: 'Deck', owner: ann, at: at - HOUR_MS });
      google.share(file, { to: INES, by: ann, at });
    },
  });
  for (const text of [INES, INES.toLowerCase(), INES.toUpperCase()]) {
    const query = `q=${encodeURIComponent(text)}`;
    const page = await world.send(`/events?${query}`, { headers: HTML });
    expect(page.text.replace(/<[^>]*>/g, '')).toContain(INES);
    const { text: json } = await world.send(`/api/events?${query}`);
    expect(json).toContain(`"recipients":["${INES}"]`);
    expect((await world.send(`/api/explain?${query}`)).text).toContain(`(${INES})`);
  }
});
