import { readFileSync, statSync } from 'node:fs';

/** The text, or the rest of a sentence that begins with the file's name. */
export type FileText =
  | { readonly text: string }
  | { readonly problem: string; readonly code: string };

/** Reads a UTF-8 file whole; without a byte order mark. Never throws. */
export function readTextFile(path: string, options: { readonly bytesMax: number }): FileText {
  try {
    const { size } = requireFile(path);
    if (size > options.bytesMax) {
      const problem = `is too large: ${size} bytes, at most ${options.bytesMax}`;
      return { problem, code: 'EFBIG' };
    }
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) };
  } catch (error) {
    const code = codeOf(error);
    return { problem: explainFileError(code), code };
  }
}

/** Throws an error with a `code` where `path` is anything but a plain file: a pipe has no end. */
function requireFile(path: string): { readonly size: number } {
  const stat = statSync(path);
  if (stat.isFile()) return stat;
  throw Object.assign(new Error('not a file'), {
    code: stat.isDirectory() ? 'EISDIR' : 'ENOTFILE',
  });
}

/** The system's code of whatever a file call threw: `ENOENT`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
}

const SENTENCES: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: a part of its path is a file',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  EISDIR: 'is a folder',
  ENOTFILE: 'is not a plain file',
  ELOOP: 'is a link that leads to itself',
  ENAMETOOLONG: 'has too long a name',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'is not UTF-8 text',
};

export function explainFileError(code: string): string {
  return SENTENCES[code] ?? `cannot be read (${code})`;
}
