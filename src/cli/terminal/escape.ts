/** DEL and C1 controls, line and paragraph separators, and what turns text around. */
const UNSAFE_BEYOND_ASCII =
  /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;
const UNSAFE = new RegExp(`[\\u0000-\\u001f]|${UNSAFE_BEYOND_ASCII.source}`, 'gu');
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text from outside as one harmless line: a file's title must not move the cursor, colour the
 * screen, fake a further line or turn the rest of the line around (Unicode TR36).
 */
export function escapeControls(text: string): string {
  return text.toWellFormed().replace(UNSAFE, (found) => NAMED[found] ?? codePointOf(found));
}

/** The same for text of several lines that we laid out ourselves: its line ends stay. */
export function escapeControlsInLines(text: string): string {
  return text.split('\n').map(escapeControls).join('\n');
}

/**
 * For JSON, and for a line with our own colours: both have dealt with the ASCII controls. What
 * JSON leaves as it is, terminals obey; it becomes a JSON escape, so that the value stays equal.
 */
export function escapeControlsBeyondAscii(text: string): string {
  return text.replace(UNSAFE_BEYOND_ASCII, jsonEscapeOf);
}

function jsonEscapeOf(found: string): string {
  return `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function codePointOf(found: string): string {
  return `\\u{${found.charCodeAt(0).toString(16)}}`;
}
