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

  async choice<Choice extends string>(
    question: string,
    choices: readonly [Choice, ...Choice[]],
  ): Promise<Choice> {
    const named = `${question} (${choices.join(', ')})`;
    const isChoice = (text: string): text is Choice => choices.some((one) => one === text);
    const answer = await this.text(named, {
      otherwise: choices[0],
      check: async (given) => (isChoice(given) ? undefined : `expected ${choices.join(' or ')}`),
    });
    return isChoice(answer) ? answer : choices[0];
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
