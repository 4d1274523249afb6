import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SourceFile } from './source.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** All text files that are tracked by git or would be: everything that git does not ignore. */
export function readProject(): readonly SourceFile[] {
  return listProject().flatMap(({ path }) => {
    const text = readFileSync(ROOT + path, 'utf8');
    return text.includes('\0') ? [] : [{ path, text }];
  });
}

/** The same and all other files, such as pictures. */
export function listProject(): readonly { readonly path: string; readonly bytes: number }[] {
  const words = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const paths = execFileSync('git', words, { cwd: ROOT, encoding: 'utf8' }).split('\0');
  return [...new Set(paths)].filter(Boolean).flatMap((path) => {
    const file = lstatSync(ROOT + path, { throwIfNoEntry: false });
    return file?.isFile() ? [{ path, bytes: file.size }] : [];
  });
}
