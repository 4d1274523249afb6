import { jsonShapeOf } from './json-shape.ts';
import { HTTP_LIMITS } from './limits.ts';

/** Undefined if the text is not JSON, or nested too deeply: then the status decides. */
export function parseJson(text: string): unknown {
  try {
    return isSafeJson(text) ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** False: parsing would take too much memory, or nesting would overflow the stack. */
export function isSafeJson(text: string): boolean {
  return jsonProblem(new TextEncoder().encode(text)) === undefined;
}

/** Why a body must not be parsed; undefined if it can be. */
export function jsonProblem(body: Uint8Array): string | undefined {
  const { jsonLevelsMax, jsonContainersMax, jsonElementsMax } = HTTP_LIMITS;
  // Each level has at least one byte.
  if (body.length <= jsonLevelsMax) return undefined;
  const { levels, containers, elements } = jsonShapeOf(body);
  if (levels > jsonLevelsMax) return `its JSON is nested more than ${jsonLevelsMax} levels deep`;
  if (containers > jsonContainersMax) {
    return `its JSON has more than ${jsonContainersMax} objects and lists`;
  }
  if (elements > jsonElementsMax) return `its JSON has more than ${jsonElementsMax} elements`;
  return undefined;
}
