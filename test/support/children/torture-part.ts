/**
 * Runs one part of the torture as a process of its own, so that a test can sabotage the product for
 * it. Prints its rows as JSON. Arguments: the part, the seed, and the faults to try.
 */
import { writeSync } from 'node:fs';
import type { TorturePart } from '../../torture/part.ts';

const [name = '', seed = '1', only = ''] = process.argv.slice(2);
const module = (await import(`../../torture/${name}.ts`)) as Readonly<Record<string, TorturePart>>;
const part = module[name];
if (part === undefined) throw new Error(`there is no part "${name}"`);
const rows = await part({ seed: Number(seed), long: false, only, report: () => {} });
writeSync(1, `${JSON.stringify(rows)}\n`);
