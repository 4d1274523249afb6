import { describe, expect, test } from 'vitest';
import { linkOf } from '../../src/share/link.ts';
import { factsOf } from '../../src/sources/drive/seen-items.ts';
import { readRequestedFile } from '../../src/vendors/google/drive-responses.ts';

describe('a link', () => {
  test.each([
    ['https://a.example/x?y=1', 'https://a.example/x?y=1'],
    [' https://a.example/two words ', 'https://a.example/two%20words'],
    ['null', undefined],
    ['NaN', undefined],
    ['9999-12-31T23:59:59.000Z', undefined],
    ['javascript:alert(1)', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s counts as %s', (text, link) => {
    expect(linkOf(text)).toBe(link);
  });
});

test('a file whose webViewLink is invalid has the link that its ID leads to', () => {
  const [file] = readRequestedFile({ id: 'f1', name: 'Offer', webViewLink: 'undefined' }).rows;
  if (file === undefined) throw new Error('the file cannot be read');
  expect(factsOf(file)).toEqual({ itemId: 'f1', item: 'file', title: 'Offer' });
});
