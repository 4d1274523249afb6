import type { Interface } from 'node:readline/promises';
import type { CommandInput } from '../command.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { writeError } from '../terminal/write.ts';

export interface Question {
  /** for an empty answer */
  readonly otherwise?: string;
  /** the problem of an answer; undefined: none */
  readonly check: (answer: string) => Promise<string | undefined>;
}

/** Asks on the terminal, again until the answer is valid. */
export class Questions {
  readonly #input: CommandInput;
  readonly #answers: AsyncIterator<string>;

  constructor(input: CommandInput, lines: Interface) {
    this.#input = input;
    this.#answers = lines[Symbol.asyncIterator]();
  }

  async text(question: string, { otherwise, check }: Question): Promise<string> {
    const { io } = this.#input;
    for (;;) {
      io.err(`${question}${otherwise === undefined ? '' : ` [${otherwise}]`}: `);
      const answer = (await this.#next()).trim() || (otherwise ?? '');
      const problem = await check(answer);
      if (problem === undefined) return answer;
      writeError(io, `  ${problem}`);
    }
  }

  /** Also takes the beginning of a choice: `y` for `yes`. */
  async choice<Choice extends string>(
    question: string,
    choices: readonly [Choice, ...Choice[]],
  ): Promise<Choice> {
    const named = `${question} (${choices.join(', ')})`;
    const chosenBy = (text: string) => {
      const found = choices.filter((one) => one.startsWith(text.toLowerCase()));
      return found.length === 1 ? found[0] : undefined;
    };
    const answer = await this.text(named, {
      otherwise: choices[0],
      check: async (given) =>
        chosenBy(given) === undefined ? `expected ${choices.join(' or ')}` : undefined,
    });
    return chosenBy(answer) ?? choices[0];
  }

  async #next(): Promise<string> {
    const { signal } = this.#input;
    const stopped = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    signal.throwIfAborted();
    const { done, value } = await Promise.race([this.#answers.next(), stopped]);
    if (done) throw new UsageError('the input ended before all questions were answered');
    return value;
  }
}
