import { chmodLine } from '../lib/file-exposure.ts';
import type { Config } from './types.ts';

/** Warnings for files with secrets that other users can read. Only files that were read count. */
export function exposureWarnings({ exposedFiles = [] }: Config): string[] {
  return exposedFiles.map(
    (path) => `other users can read or write ${path}, which has secrets. Run: ${chmodLine([path])}`,
  );
}
