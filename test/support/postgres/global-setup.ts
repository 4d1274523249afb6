import type { TestProject } from 'vitest/node';
import { prepareTemplate } from './databases.ts';
import './server.ts';
import { startServer } from './start-server.ts';

/** Starts one server for all tests of the project; returns how to stop it. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const { server, stop } = await startServer();
  await prepareTemplate(server);
  project.provide('postgres', server);
  return stop;
}
