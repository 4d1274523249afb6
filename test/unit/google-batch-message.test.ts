import { describe, expect, it } from 'vitest';
import { fitsInBatch, parseBatch, writeBatch } from '../../src/vendors/google/batch-message.ts';

const TYPE = 'multipart/mixed; boundary=batch_x';

/** A part as Google writes it. */
function part(id: string, { status = '200 OK', head = '', body = '{}' } = {}): string {
  return (
    `--batch_x\r\nContent-Type: application/http\r\nContent-ID: <response-${id}>\r\n\r\n` +
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\n${head}\r\n${body}\r\n`
  );
}

function bodiesIn(body: string, type: string | undefined = TYPE): Record<number, string> {
  const responses = parseBatch(type, body) ?? new Map();
  return Object.fromEntries([...responses].map(([place, response]) => [place, response.body]));
}

const END = '--batch_x--\r\n';

describe('writing a batch', () => {
  it('gives each call its own id and Authorization', () => {
    const { contentType, body } = writeBatch([
      { target: '/drive/v3/files/a?fields=id', token: 'token-1' },
      { target: '/drive/v3/files/b?fields=id', token: 'token-2' },
    ]);
    expect(contentType).toBe('multipart/mixed; boundary=sharetrail_batch');
    expect(body.split('\r\n')).toEqual([
      '--sharetrail_batch',
      'content-type: application/http',
      'content-id: <item0>',
      '',
      'GET /drive/v3/files/a?fields=id HTTP/1.1',
      'authorization: Bearer token-1',
      'accept: application/json',
      '',
      '--sharetrail_batch',
      'content-type: application/http',
      'content-id: <item1>',
      '',
      'GET /drive/v3/files/b?fields=id HTTP/1.1',
      'authorization: Bearer token-2',
      'accept: application/json',
      '',
      '--sharetrail_batch--',
      '',
    ]);
  });

  it.each([
    ['a usual call', { target: '/drive/v3/files/a', token: 'ya29.a-b_c~d+e/f=' }, true],
    ['a token with a line break', { target: '/a', token: 'x\r\n--sharetrail_batch' }, false],
    ['a token with a space', { target: '/a', token: 'x y' }, false],
    ['an empty token', { target: '/a', token: '' }, false],
    ['a target with a line break', { target: '/a\nGET /b', token: 'x' }, false],
    ['a target with a letter outside ASCII', { target: '/ä', token: 'x' }, false],
  ])('decides whether it fits: %s', (_what, call, fits) => {
    expect(fitsInBatch(call)).toBe(fits);
  });
});

describe('reading the responses of a batch', () => {
  it('keeps status, headers and body of each', () => {
    const refused = part('item1', {
      status: '403 Forbidden',
      head: 'Retry-After: 7\r\n',
      body: '{"error":{}}',
    });
    expect(parseBatch(TYPE, part('item0') + refused + END)).toEqual(
      new Map([
        [0, { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }],
        [
          1,
          {
            status: 403,
            headers: { 'content-type': 'application/json', 'retry-after': '7' },
            body: '{"error":{}}',
          },
        ],
      ]),
    );
  });

  it.each([
    ['in another order', part('item1', { body: '1' }) + part('item0', { body: '0' }) + END, [0, 1]],
    ['with one missing', part('item2', { body: '2' }) + END, [2]],
    ['after a preamble', `ignored\r\n${part('item0', { body: '0' })}${END}`, [0]],
    ['with line feeds only', (part('item0', { body: '0' }) + END).replaceAll('\r', ''), [0]],
    ['cut after a part', part('item0', { body: '0' }) + part('item1', { body: '1' }), [0]],
    ['cut within a part', part('item0', { body: '0' }) + part('item1').slice(0, -20), [0]],
    ['with an id twice', part('item0') + part('item1', { body: '1' }) + part('item0') + END, [1]],
    ['with an id three times', part('item0') + part('item0') + part('item0') + END, []],
    ['with an id of someone else', part('call0') + part('item0x') + END, []],
    ['with an id without brackets', part('item0', { body: '0' }).replace(/[<>]/g, '') + END, [0]],
    ['without an id', part('item0').replace(/Content-ID.*\r\n/, '') + END, []],
    ['without a status line', part('item0').replace(/HTTP.*\r\n/, '') + END, []],
    ['with an impossible status', part('item0', { status: '999 Odd' }) + END, []],
    ['with parts after the end', part('item0', { body: '0' }) + END + part('item1') + END, [0]],
    ['with another boundary', (part('item0') + END).replaceAll('batch_x', 'batch_y'), []],
    ['with a longer boundary', (part('item0') + END).replaceAll('batch_x', 'batch_xy'), []],
    ['that are a web page', '<!DOCTYPE html><html></html>', []],
    ['that are empty', '', []],
  ])('%s', (_what, body, places) => {
    const found = bodiesIn(body);
    expect(Object.keys(found).map(Number)).toEqual(places);
    for (const [place, text] of Object.entries(found)) expect(text).toBe(place);
  });

  it('takes a delimiter only at the start of a line', () => {
    const body = '{"name": "--batch_x--"}';
    expect(bodiesIn(part('item0', { body }) + END)).toEqual({ 0: body });
  });

  it('keeps the line breaks of an indented body', () => {
    const body = '{\r\n  "id": "a",\r\n\r\n  "name": ""\r\n}';
    expect(bodiesIn(part('item0', { body }) + END)).toEqual({ 0: body });
  });

  it.each([
    ['quoted', 'multipart/mixed; boundary="batch_x"', true],
    ['after another parameter', 'Multipart/Mixed; charset=UTF-8; Boundary=batch_x', true],
    ['missing', 'multipart/mixed', false],
    ['empty', 'multipart/mixed; boundary=', false],
    ['of another type', 'text/html; boundary=batch_x', false],
    ['of no type', undefined, false],
  ])('finds the boundary: %s', (_what, type, isBatch) => {
    expect(parseBatch(type, part('item0') + END) !== undefined).toBe(isBatch);
  });
});
