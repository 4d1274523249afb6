import type { GoogleDriveConfig } from '../config/types.ts';
import type { Unreadable } from '../sources/drive/sync-source.ts';

/** Says what Google does not let anyone read: nothing failed, and nothing can be done about it. */
export function driveNotes(
  { leavers, items }: Unreadable,
  detect: GoogleDriveConfig['detect'],
): string[] {
  const people = countOf(leavers, 'suspended or archived user');
  const rest = detect.includes('audit-log')
    ? 'their audit log entries are read'
    : 'only the audit log, which googleDrive.detect leaves out, has their shares';
  return [
    ...(leavers === 0
      ? []
      : [`google-drive: the change logs of ${people} cannot be read; ${rest}`]),
    ...(items === 0
      ? []
      : [
          `google-drive: ${countOf(items, 'shared item')} of people who left, or of drives without ` +
            'a reader, cannot be read; their shares have the names in the audit log',
        ]),
  ];
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
