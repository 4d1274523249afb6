import { describe, expect, it } from 'vitest';
import { jsonProblem, parseJson } from '../../src/vendors/http/json.ts';
import { jsonShapeOf } from '../../src/vendors/http/json-shape.ts';
import { HTTP_LIMITS } from '../../src/vendors/http/limits.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('the shape of a JSON text', () => {
  it.each([
    ['"[[[{{{"', 0, 0, 0],
    ['{"a":"\\"[","b":[1,2,{"c":[]}]}', 4, 4, 7],
    ['["\\\\",["é","\\u005b"]]', 2, 2, 4],
    ['', 0, 0, 0],
  ])('%s', (text, levels, containers, elements) => {
    expect(jsonShapeOf(bytes(text))).toEqual({ levels, containers, elements });
  });
});

describe('a JSON text that must not be parsed', () => {
  const { jsonLevelsMax, jsonContainersMax, jsonElementsMax } = HTTP_LIMITS;

  it('is nested too deeply', () => {
    expect(parseJson(nested(jsonLevelsMax))).toBeDefined();
    expect(parseJson(nested(jsonLevelsMax + 1))).toBeUndefined();
    expect(jsonProblem(bytes('{"a":'.repeat(100_000)))).toContain('levels deep');
  });

  it('has too many objects, or too many elements', () => {
    const objects = bytes(`[${'{},'.repeat(jsonContainersMax)}{}]`);
    expect(jsonProblem(objects)).toContain('objects and lists');
    expect(jsonProblem(bytes(`[${'1,'.repeat(jsonElementsMax)}1]`))).toContain('elements');
  });
});
