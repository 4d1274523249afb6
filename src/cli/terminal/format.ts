/** `1,200`: a whole number. Loading Intl for it would take 15 ms of each start. */
export function numberText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 share`, `2 shares`, `1,200 shares` */
export function countOf(count: number, noun: string): string {
  return `${numberText(count)} ${count === 1 ? noun : `${noun}s`}`;
}

export function listOf(parts: readonly string[]): string {
  return parts.join(', ');
}

/** `4 s`, `3 min 20 s`, `56 min`, `2 h 5 min` */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10 && seconds % 60 > 0) return `${minutes} min ${seconds % 60} s`;
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `12.3 MB`, `840 kB`; one MB is a million bytes */
export function bytesText(bytes: number): string {
  const kilobytes = bytes / 1_000;
  if (kilobytes < 1_000) return `${Math.ceil(kilobytes)} kB`;
  const megabytes = kilobytes / 1_000;
  return megabytes < 1_000 ? `${megabytes.toFixed(1)} MB` : `${(megabytes / 1_000).toFixed(1)} GB`;
}

/** The local time in that timezone: `2026-11-24 02:00:05`. */
export function timeText(at: number, timezone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  return format.format(at);
}
