import { type ParseArgsConfig, parseArgs } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;

/** A program of package.json's scripts with options. */
export interface Tool<Given extends Options> {
  /** as in `npm run NAME` */
  readonly name: string;
  /** one line for each option */
  readonly help: string;
  /** besides --help */
  readonly options: Given;
  /** for words that are no options, as the usage shows them; default: there are none */
  readonly words?: string;
}

/** The exit code of a wrong command line, as that of the product. */
const COULD_NOT_RUN = 2;

/**
 * The given options and words. For --help, prints the usage and exits with 0. For an unknown option or
 * a missing value, prints one sentence and exits with 2.
 */
export function toolInput<const Given extends Options>(tool: Tool<Given>) {
  const { name, help, words } = tool;
  const { values, positionals } = parsed(tool);
  if ((values as { readonly help?: boolean }).help) {
    const usage = [`Usage: npm run ${name} -- [options]`, words].filter(Boolean).join(' ');
    process.stdout.write(`${usage}\n\n${help.replaceAll(/^\n|\n$/g, '')}\n`);
    process.exit(0);
  }
  type Values = ReturnType<typeof parseArgs<{ readonly options: Given }>>['values'];
  return { values: values as Values, words: positionals };
}

function parsed({ name, options, words }: Tool<Options>) {
  const all = { ...options, help: { type: 'boolean' } } as const;
  try {
    return parseArgs({ options: all, allowPositionals: words !== undefined });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [sentence = ''] = error.message.split(/\.\s/, 1);
    refuse(name, `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`);
  }
}

/** Ends the program because its command line is wrong. `problem`: a sentence without its period. */
export function refuse(name: string, problem: string): never {
  process.stderr.write(`${problem}: see \`npm run ${name} -- --help\`.\n`);
  process.exit(COULD_NOT_RUN);
}

/** The value of an option. Ends the program if it is not a whole number, or less than `min`. */
export function wholeNumber(
  { name }: { readonly name: string },
  [flag, text]: readonly [flag: string, text: string],
  min = 1,
): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= min) return value;
  const kind = min === 0 ? 'a whole number' : `a whole number of at least ${min}`;
  return refuse(name, `${flag} is ${kind}, not "${text}"`);
}
