import { ACCESS } from './list-access.ts';
import { ADDRESSES } from './list-addresses.ts';
import { DECIDING } from './list-deciding.ts';
import { INPUT } from './list-input.ts';
import { MACHINES } from './list-machines.ts';
import { SHARED_QUEUE } from './list-queue.ts';
import { READING } from './list-reading.ts';
import { RESPONSES } from './list-responses.ts';
import { SENDING } from './list-sending.ts';
import { STORING } from './list-storing.ts';
import type { Sabotage } from './sabotage.ts';

/** Guards of the product that users depend on. */
export const SABOTAGES: readonly Sabotage[] = [
  ...STORING,
  ...MACHINES,
  ...SHARED_QUEUE,
  ...SENDING,
  ...RESPONSES,
  ...READING,
  ...DECIDING,
  ...ADDRESSES,
  ...INPUT,
  ...ACCESS,
];
