import { driveEventId } from '../share/drive-id.ts';
import type { Share } from '../share/share.ts';

/**
 * The `eventId` of a share, made from the source's facts alone, so that the same share read again
 * (by another run, after a crash, from a rebuilt database) has the same one. Changing a form that
 * was ever sent reports every share a second time.
 */
export function eventIdOf(share: Share): string {
  switch (share.source) {
    case 'salesforce':
      // Salesforce ids are unique in their org in the 18-character form, whatever the case.
      return `salesforce:${share.shareId}`;
    case 'google-drive':
      if (share.drive === undefined) throw new Error('a Drive share without its facts has no id');
      return driveEventId(share.drive.identity);
  }
}
