import pLimit from 'p-limit';
import { chunksOf } from '../../lib/chunks.ts';
import { parseJson } from '../http/json.ts';
import type { ApiCalls } from './api-calls.ts';
import type { BatchAnswer, BatchCall } from './batch-requests.ts';
import { readRequestedFile } from './drive-responses.ts';
import { FILE_FIELDS } from './field-masks.ts';
import type { RequestedFile } from './google-client.ts';
import { GOOGLE_LIMITS } from './limits.ts';
import type { File } from './rows.ts';

type Files = Map<string, File | undefined>;

/**
 * Reads as many of the files as batches can: see GoogleClient. Fewer than `callsPerBatchMin` are left
 * to single calls.
 */
export async function filesInBatches(
  calls: ApiCalls,
  requested: readonly RequestedFile[],
): Promise<Files> {
  const { batchesAtOnceMax, callsPerBatchMax, callsPerBatchMin } = GOOGLE_LIMITS;
  const files: Files = new Map();
  const chunks = [...chunksOf(requested, callsPerBatchMax)].filter(
    ({ length }) => length >= callsPerBatchMin,
  );
  const limit = pLimit(batchesAtOnceMax);
  const read = async (chunk: readonly RequestedFile[]) => {
    if (calls.batches.isOffered) await readChunk(calls, chunk, files);
  };
  while (!calls.batches.isProven && chunks.length > 0) await read(chunks.shift() ?? []);
  await Promise.all(chunks.map((chunk) => limit(() => read(chunk))));
  return files;
}

async function readChunk(
  calls: ApiCalls,
  chunk: readonly RequestedFile[],
  files: Files,
): Promise<void> {
  await calls.sendTogether(chunk.map(callFor), (answers) => {
    for (const [place, answer] of answers) {
      const fileId = chunk[place]?.fileId;
      if (fileId !== undefined) addFile(files, fileId, answer);
    }
  });
}

/** The request of `files.get`, as Google's own client writes it. */
function callFor({ subject, fileId }: RequestedFile): BatchCall {
  const query = new URLSearchParams({ supportsAllDrives: 'true', fields: FILE_FIELDS });
  const target = `/drive/v3/files/${encodeURIComponent(fileId)}?${query}`;
  return { subject, scopeSet: 'drive', target };
}

/** A body that is not the requested file has no outcome: a single call finds out why. */
function addFile(files: Files, fileId: string, answer: BatchAnswer): void {
  if (answer === 'not-found') {
    files.set(fileId, undefined);
    return;
  }
  const file = fileIn(answer.body);
  if (file?.id === fileId) files.set(fileId, file);
}

function fileIn(body: string): File | undefined {
  try {
    return readRequestedFile(parseJson(body)).rows[0];
  } catch {
    return undefined;
  }
}
