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

const NAMES_LISTED_MAX = 5;

/** `acme, globex`; of many names only the first: `a, b, c, d, e and 35 more` */
export function namesText(names: readonly string[]): string {
  const more = names.length - NAMES_LISTED_MAX;
  const listed = listOf(names.slice(0, NAMES_LISTED_MAX));
  return more > 0 ? `${listed} and ${numberText(more)} more` : listed;
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

/** How long ago, or until when: `40 s`, `5 min`, `7 h`, `3 d`. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

/** The local time in that timezone: `2026-11-24 02:00:05`. */
export function timeText(at: number, timezone: string): string {
  return formatOf(timezone, 'time').format(at);
}

/** The same time to the minute, for a sentence: `2026-11-24 02:00`. */
export function localTimeText(at: number, timezone: string): string {
  return timeText(at, timezone).slice(0, -SECONDS.length);
}

/** The same with its zone: `2026-11-24 02:00 -05:00`, `2026-11-24 07:00 UTC`. */
export function zonedTimeText(at: number, timezone: string): string {
  const [, offset] = OFFSET.exec(formatOf(timezone, 'offset').format(at)) ?? [];
  const zone = offset === undefined || offset === '+00:00' ? 'UTC' : offset;
  return `${localTimeText(at, timezone)} ${zone}`;
}

const SECONDS = ':05';
const OFFSET = /GMT([+-]\d\d:\d\d)/;
/** Building a format takes longer than using it a hundred times. There are few timezones. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string, part: 'time' | 'offset'): Intl.DateTimeFormat {
  const key = `${part} ${timeZone}`;
  const known = formats.get(key);
  if (known) return known;
  const format =
    part === 'time'
      ? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
      : new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  formats.set(key, format);
  return format;
}
