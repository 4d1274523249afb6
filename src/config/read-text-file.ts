import { readFileSync, type Stats, statSync } from 'node:fs';
import { codeOf } from '../lib/errors.ts';
import { isExposedSecret } from '../lib/file-exposure.ts';

/**
 * The text, and whether other users can read a secret in it; or the rest of a sentence that starts
 * with the file's name, and the system's code.
 */
export type FileText =
  | { readonly text: string; readonly exposed: boolean }
  | { readonly problem: string; readonly code: string };

/** Reads a UTF-8 file without its byte order mark. Never throws. */
export function readTextFile(path: string, options: { readonly bytesMax: number }): FileText {
  try {
    const stat = requireFile(path);
    const { size } = stat;
    if (size > options.bytesMax) {
      const problem = `is too large: ${size} bytes, at most ${options.bytesMax}`;
      return { problem, code: 'EFBIG' };
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
    return { text, exposed: isExposedSecret(path, stat) };
  } catch (error) {
    const code = codeOf(error) || 'UNKNOWN';
    return { problem: explainFileError(code), code };
  }
}

/** Throws an error with a `code` unless `path` is a plain file: reading a pipe can block. */
function requireFile(path: string): Stats {
  const stat = statSync(path);
  if (stat.isFile()) return stat;
  throw Object.assign(new Error('not a file'), {
    code: stat.isDirectory() ? 'EISDIR' : 'ENOTFILE',
  });
}

const SENTENCES: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: a part of its path is a file',
  EACCES: 'cannot be read: permission denied',
  EPERM: 'cannot be read: permission denied',
  EISDIR: 'is a folder',
  ENOTFILE: 'is not a plain file',
  ELOOP: 'is a symbolic link to itself',
  ENAMETOOLONG: 'has a name that is too long',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'is not UTF-8 text',
};

export function explainFileError(code: string): string {
  return SENTENCES[code] ?? `cannot be read (${code})`;
}
