import { type Command, Help } from 'commander';
import type { CommandDefinition } from '../command.ts';

const WIDTH_DEFAULT = 80;
/** below this, a description goes under its term */
const DESCRIPTION_WIDTH_MIN = 30;
const INDENT = '  ';

/** What help shows of a command besides commander's own sections. */
export type HelpDetails = Pick<CommandDefinition, 'examples' | 'exitCodes'>;

/** commander's help, with examples and exit codes, and for narrow terminals too. */
export class HelpLayout extends Help {
  override minWidthToWrap = 1;
  readonly #details: HelpDetails;

  constructor(details: HelpDetails) {
    super();
    this.#details = details;
  }

  override subcommandTerm(command: Command): string {
    return command.name();
  }

  /** Long usage lines continue below their start; commander puts `Usage: ` before the first. */
  override commandUsage(command: Command): string {
    return this.#hanging(super.commandUsage(command), 'Usage: '.length).trimStart();
  }

  override formatItem(...item: Parameters<Help['formatItem']>): string {
    const [term, termWidth, text] = item;
    const gaps = 2 * INDENT.length;
    if (this.#width - termWidth - gaps >= DESCRIPTION_WIDTH_MIN) return super.formatItem(...item);
    return `${INDENT}${term}\n${this.#hanging(text, gaps)}`;
  }

  override formatHelp(command: Command, helper: Help): string {
    const examples = this.#details.examples.flatMap(({ command: line, does }) => [
      this.#hanging(line, INDENT.length),
      this.#hanging(does, 2 * INDENT.length),
    ]);
    const exitCodes = Object.entries(this.#details.exitCodes).map(([code, meaning]) =>
      this.formatItem(code, code.length, meaning, helper),
    );
    return [
      super.formatHelp(command, helper),
      ...this.formatItemList('Examples:', examples, helper),
      ...this.formatItemList('Exit codes:', exitCodes, helper),
    ].join('\n');
  }

  get #width(): number {
    return this.helpWidth ?? WIDTH_DEFAULT;
  }

  /** Wrapped, every line indented. */
  #hanging(text: string, indent: number): string {
    const lines = this.boxWrap(text, this.#width - indent).split('\n');
    return lines.map((line) => ' '.repeat(indent) + line).join('\n');
  }
}
