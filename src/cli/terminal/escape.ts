/**
 * DEL and C1 controls, line and paragraph separators, characters that change text direction, and
 * invisible ones that nothing but a fake needs: zero-width spaces, annotations, and tags.
 */
const UNSAFE_BEYOND_ASCII =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const UNSAFE = new RegExp(`[\\u0000-\\u001f]|${UNSAFE_BEYOND_ASCII.source}`, 'gu');
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text from outside as one harmless line: a file's title must not move the cursor, color the
 * screen, fake another line or reverse the rest of the line (Unicode TR36).
 */
export function escapeControls(text: string): string {
  return text.toWellFormed().replace(UNSAFE, (found) => NAMED[found] ?? codePointOf(found));
}

/** The same for text with several lines that we laid out ourselves: it keeps its line ends. */
export function escapeControlsInLines(text: string): string {
  return text.split('\n').map(escapeControls).join('\n');
}

/**
 * For JSON, and for a line with our own colors: their ASCII controls are escaped already. Terminals
 * obey other characters that JSON allows; these become JSON escapes, which keep the value equal.
 */
export function escapeControlsBeyondAscii(text: string): string {
  return text.replace(UNSAFE_BEYOND_ASCII, jsonEscapeOf);
}

/** One escape per UTF-16 unit. */
function jsonEscapeOf(found: string): string {
  return found
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

function codePointOf(found: string): string {
  return `\\u{${found.codePointAt(0)?.toString(16)}}`;
}
