import { createHash } from 'node:crypto';

/** 128 bits: no two shares of any company meet. */
const HEX_DIGITS = 32;

/** The share id of a Drive share: short, stable, and the same wherever its facts are the same. */
export function driveShareId(identity: string): string {
  return createHash('sha256').update(identity).digest('hex').slice(0, HEX_DIGITS);
}

/** The eventId of a Drive share; the source keeps it with the grants that the event reports. */
export function driveEventId(identity: string): string {
  return `drive:${driveShareId(identity)}`;
}
