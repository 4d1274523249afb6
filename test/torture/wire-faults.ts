import { connectionFaults } from './wire-connections.ts';
import type { WireFault } from './wire-fault.ts';
import { rowFaults } from './wire-rows.ts';
import { statusFaults } from './wire-statuses.ts';

export const faults: readonly WireFault[] = [...statusFaults, ...connectionFaults, ...rowFaults];
