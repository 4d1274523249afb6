/** The local time in that timezone, an IANA name: `2026-11-24 02:00`. `at`: epoch milliseconds. */
export function localTimeText(at: number, timezone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return format.format(at);
}
