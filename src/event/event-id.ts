import { driveEventId } from '../share/drive-id.ts';
import type { Share } from '../share/share.ts';

/**
 * The `eventId` of a share. It depends only on the source's facts, so that the same share has the
 * same id when another run reads it, after a crash, or from a rebuilt database. A changed form
 * would report every share a second time.
 */
export function eventIdOf(share: Share): string {
  switch (share.source) {
    case 'salesforce':
      // In the 18-character form, Salesforce ids are unique in their org even without case.
      return `salesforce:${share.shareId}`;
    case 'google-drive':
      if (share.drive === undefined) throw new Error('a Drive share without its facts has no id');
      return driveEventId(share.drive.identity);
  }
}
