import type { Config } from './types.ts';

/**
 * Warnings for keys that this version accepts but does not support yet. (A source that is not
 * supported is an error of its run instead.)
 */
export function unsupportedKeys(config: Config): string[] {
  const { http } = config.service;
  return http ? ['http is set, but this version has no operator page yet'] : [];
}
