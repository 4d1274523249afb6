import { describe, expect, test } from 'vitest';
import { printEvent } from '../../src/cli/events/print-event.ts';
import { eventJson } from '../../src/operator/event-json.ts';
import type { StoredEvent } from '../../src/outbox/outbox-event.ts';
import type { DriveFacts } from '../../src/share/share.ts';
import { memoryIo } from '../support/cli/memory-io.ts';
import { driveShareOf } from '../support/crm-org.ts';

const ADA = 'ada@globex.example';

function skipped(detector: DriveFacts['detector']): StoredEvent {
  const { drive, ...share } = driveShareOf([ADA]);
  if (drive === undefined) throw new Error('a Drive share');
  return {
    tenant: 'acme',
    eventId: 'drive:1',
    source: 'google-drive',
    state: 'skipped',
    reason: 'before-start',
    priority: 0,
    sharedAt: share.sharedAt,
    share: { ...share, drive: { ...drive, detector } },
    createdAt: 0,
    updatedAt: 0,
    attempts: 0,
    errors: [],
  };
}

describe('a Drive event', () => {
  test('names its people even if no records were loaded for it', () => {
    expect(eventJson(skipped('audit-log'))).toMatchObject({ recipients: [ADA] });
  });

  test.each([
    ['audit-log', 'seen in google-drive (audit log)'],
    ['changes', 'seen in google-drive (only in the change log)'],
  ] as const)('shows the detector that saw it: %s', async (detector, sentence) => {
    const { io, stdout } = memoryIo();
    const sentences = ['It is not reported.'];
    await printEvent(io, skipped(detector), { attempts: [], sentences, zone: 'UTC' });
    expect(stdout()).toContain(sentence);
    expect(stdout()).toContain(ADA);
    expect(stdout()).toMatch(/What happened\nIt is not reported\.\n/);
  });
});
