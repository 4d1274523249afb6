import { describe, expect, it } from 'vitest';
import { type Column, writeFields, writeTable } from '../../src/cli/terminal/table.ts';
import {
  writeError,
  writeJson,
  writeJsonLines,
  writeLines,
  writeParagraph,
  writePlanLine,
} from '../../src/cli/terminal/write.ts';
import { memoryIo } from '../support/cli/memory-io.ts';

interface Row {
  readonly title: string;
  readonly count: number;
  readonly state?: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'TITLE', value: ({ title }) => title, shrinks: true },
  { title: 'COUNT', value: ({ count }) => String(count), align: 'right' },
  { title: 'STATE', value: ({ state }) => state },
];
const ROWS: readonly Row[] = [
  { title: 'Pricing for the northern region.pdf', count: 1_234, state: 'delivered' },
  { title: '契約書 🚀', count: 7 },
];

describe('a line of a plan', () => {
  it('wraps between words on a terminal, and keeps a title as it is', async () => {
    const { io, stdout } = memoryIo({ columns: 30 });
    await writePlanLine(io, '19:49  send  “`sharetrail sync`\u202e” from Ada <ada@acme.example>');
    expect(stdout()).toBe(
      '19:49  send\n  “`sharetrail sync`\\u{202e}”\n  from Ada <ada@acme.example>\n',
    );
  });
});

describe('a table', () => {
  it('is never truncated in a file or a pipe', async () => {
    const { io, stdout } = memoryIo();
    await writeTable(io, COLUMNS, ROWS);
    expect(stdout()).toBe(
      'TITLE                                COUNT  STATE\n' +
        'Pricing for the northern region.pdf   1234  delivered\n' +
        '契約書 🚀                                7  -\n',
    );
  });

  it('shrinks the columns that may shrink to fit the terminal', async () => {
    const { io, stdout } = memoryIo({ columns: 40, environment: { NO_COLOR: '1' } });
    await writeTable(io, COLUMNS, ROWS);
    expect(stdout()).toBe(
      'TITLE                   COUNT  STATE\n' +
        'Pricing for the north…   1234  delivered\n' +
        '契約書 🚀                   7  -\n',
    );
  });

  it('puts each field on its own line if the terminal is too narrow', async () => {
    const { io, stdout } = memoryIo({ columns: 24, environment: { NO_COLOR: '1' } });
    await writeTable(io, COLUMNS, ROWS);
    expect(stdout()).toBe(
      'TITLE  Pricing for the\n' +
        '       northern\n' +
        '       region.pdf\n' +
        'COUNT  1234\n' +
        'STATE  delivered\n' +
        '\n' +
        'TITLE  契約書 🚀\n' +
        'COUNT  7\n' +
        'STATE  -\n',
    );
  });

  it('escapes control characters', async () => {
    const { io, stdout } = memoryIo();
    const title = 'a\u001b[2J\nfake  9  delivered';
    await writeTable(io, COLUMNS, [{ title, count: 1 }]);
    expect(stdout().split('\n')).toHaveLength(3);
    expect(stdout()).toContain('a\\u{1b}[2J\\nfake  9  delivered');
  });

  it('prints nothing without rows', async () => {
    const { io, stdout } = memoryIo();
    await writeTable(io, COLUMNS, []);
    expect(stdout()).toBe('');
  });

  it.each([
    [{}, true],
    [{ NO_COLOR: '1' }, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    [{ TERM: 'dumb' }, false],
  ])('with %j on a terminal, its heading is bold: %s', async (environment, colored) => {
    const { io, stdout } = memoryIo({ columns: 80, environment });
    await writeTable(io, COLUMNS, ROWS);
    expect(stdout().includes('\u001b[')).toBe(colored);
  });

  it.each([
    [{}, false],
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: '0' }, false],
  ])('with %j in a pipe, its heading is bold: %s', async (environment, colored) => {
    const { io, stdout } = memoryIo({ environment });
    await writeTable(io, COLUMNS, ROWS);
    expect(stdout().includes('\u001b[')).toBe(colored);
  });
});

describe('fields and paragraphs', () => {
  it('continue a long value below its own start', async () => {
    const { io, stdout } = memoryIo({ columns: 30 });
    await writeFields(io, [
      ['state', 'rejected'],
      ['errors', 'contentUrl is not a valid address'],
      ['match', undefined],
    ]);
    expect(stdout()).toBe(
      'state   rejected\nerrors  contentUrl is not a\n        valid address\nmatch   -\n',
    );
  });

  it('escape the line ends of a paragraph, and keep those of laid-out lines', async () => {
    const { io, stdout } = memoryIo();
    await writeParagraph(io, 'one\ntwo');
    await writeLines(io, 'three\n\u001b[1mfour');
    expect(stdout()).toBe('one\\ntwo\nthree\n\\u{1b}[1mfour\n');
  });
});

describe('a paragraph', () => {
  it('keeps its indentation on every wrapped line', async () => {
    const { io, stdout } = memoryIo({ columns: 20 });
    await writeParagraph(io, '  gong: the key is not valid any more');
    expect(stdout()).toBe('  gong: the key is\n  not valid any more\n');
  });
});

describe('text on standard error', () => {
  it('is wrapped for a terminal line by line, except stack traces', async () => {
    const { io, stderr } = memoryIo({ columns: 24 });
    const stack = '    at read (/a/long/path/to/some/file.ts:1:2)';
    writeError(io, `sharetrail: no such file or folder\n  Check the path once again.\n${stack}`);
    expect(stderr()).toBe(
      `sharetrail: no such file\nor folder\n  Check the path once\n  again.\n${stack}\n`,
    );
  });

  it('is not wrapped in a file or a pipe, and is escaped everywhere', async () => {
    const { io, stderr } = memoryIo();
    writeError(io, `${'word '.repeat(40)}\u001b[2J\nnext`);
    expect(stderr()).toBe(`${'word '.repeat(40)}\\u{1b}[2J\nnext\n`);
  });
});

describe('JSON', () => {
  it('is one line in a pipe and indented on a terminal', async () => {
    const piped = memoryIo();
    await writeJson(piped.io, { runs: [] });
    expect(piped.stdout()).toBe('{"runs":[]}\n');
    const shown = memoryIo({ columns: 80 });
    await writeJson(shown.io, { runs: [] });
    expect(shown.stdout()).toBe('{\n  "runs": []\n}\n');
  });

  it('escapes the control characters that JSON allows, and keeps the value', async () => {
    const { io, stdout } = memoryIo();
    await writeJson(io, { title: '\u009b2J \u202e' });
    expect(stdout()).toBe('{"title":"\\u009b2J \\u202e"}\n');
  });

  it('has one object per line for a list', async () => {
    const { io, stdout } = memoryIo();
    await writeJsonLines(io, [{ a: 'x\ny' }, { a: 2 }]);
    expect(stdout()).toBe('{"a":"x\\ny"}\n{"a":2}\n');
  });
});
