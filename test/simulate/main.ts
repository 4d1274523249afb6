/**
 * Simulates many tenants over a year of nights, and prints how long they wait and what they use.
 * docs/scaling.md explains the model. The same seed prints the same table.
 * `npm run simulate -- --help` lists the options.
 */
import { readOptions } from './options.ts';
import { reportOf, tableOf } from './report.ts';
import { Simulation } from './simulation.ts';

const START = Date.UTC(2027, 0, 1);

const { workers: sizes, json, ...options } = readOptions();
const reports = sizes.map((workers) => {
  const simulation = new Simulation({ ...options, workers, start: START });
  simulation.run();
  return reportOf(simulation, { ...options, workers });
});
const { user, system } = process.cpuUsage();
process.stderr.write(`${((user + system) / 1e6).toFixed(1)} s of processor time\n`);
const result = json ? JSON.stringify({ ...options, reports }, undefined, 2) : tableOf(reports);
process.stdout.write(`${result.trimEnd()}\n`);
