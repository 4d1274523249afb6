import type { GoogleClient, RequestedFile } from '../../vendors/google/google-client.ts';
import type { File } from '../../vendors/google/rows.ts';
import { DRIVE_LIMITS } from './limits.ts';

/**
 * Reads each file once per run and account, as long as it is among the `filesKeptMax` latest: a file
 * is often shared several times.
 */
export class FilesOnce {
  readonly #client: Pick<GoogleClient, 'getFile' | 'getFilesTogether'>;
  /** in the order in which they were read; undefined: the account sees no such file */
  readonly #files = new Map<string, File | undefined>();

  constructor(client: Pick<GoogleClient, 'getFile' | 'getFilesTogether'>) {
    this.#client = client;
  }

  /** Reads as many of the files as Google lets be requested together; never fails because of Google. */
  async readTogether(requested: readonly RequestedFile[]): Promise<void> {
    const unread = requested.filter((file) => !this.#files.has(keyOf(file)));
    const files = await this.#client.getFilesTogether(unread);
    for (const file of unread) {
      if (files.has(file.fileId)) this.#keep(file, files.get(file.fileId));
    }
  }

  /** The file, from memory or alone. Fails as `getFile`. */
  async get(requested: RequestedFile): Promise<File | undefined> {
    const key = keyOf(requested);
    if (this.#files.has(key)) return this.#files.get(key);
    const file = await this.#client.getFile(requested.subject, requested.fileId);
    this.#keep(requested, file);
    return file;
  }

  #keep(requested: RequestedFile, file: File | undefined): void {
    this.#files.set(keyOf(requested), file);
    const [oldest] = this.#files.keys();
    if (this.#files.size > DRIVE_LIMITS.filesKeptMax && oldest !== undefined) {
      this.#files.delete(oldest);
    }
  }
}

function keyOf({ subject, fileId }: RequestedFile): string {
  return `${subject} ${fileId}`;
}
