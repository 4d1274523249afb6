import type { Config } from './types.ts';

/**
 * What the configuration asks for and this version does not do yet: one sentence each, so that
 * nobody relies on it. (A source that is not built is an error of its run instead.)
 */
export function notBuiltYet(config: Config): string[] {
  const { http } = config.service;
  return [...(http ? ["http is set, but this version has no operator's page yet"] : [])];
}
