import { type Command, Help } from 'commander';
import type { CommandDefinition } from '../command.ts';

const WIDTH_DEFAULT = 80;
/** below this, a description goes under its term */
const DESCRIPTION_WIDTH_MIN = 30;
const INDENT = '  ';

/** What help shows of a command besides commander's own sections. */
export type HelpDetails = Pick<CommandDefinition, 'arguments' | 'examples' | 'exitCodes' | 'load'>;

type Item = readonly [term: string, description: string];

/** Help in one order for every command, for narrow terminals too; commander wraps and pads. */
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

  override formatItem(...item: Parameters<Help['formatItem']>): string {
    const [term, termWidth, text] = item;
    const gaps = 2 * INDENT.length;
    if (this.#width - termWidth - gaps >= DESCRIPTION_WIDTH_MIN) return super.formatItem(...item);
    return `${INDENT}${term}\n${this.#hanging(text, gaps)}`;
  }

  override formatHelp(command: Command): string {
    const { examples, exitCodes } = this.#details;
    const lines = examples.flatMap(({ command: line, does }) => [
      this.#hanging(line, INDENT.length),
      this.#hanging(does, 2 * INDENT.length),
    ]);
    const codes = Object.entries(exitCodes).map(([code, meaning]) =>
      this.formatItem(code, code.length, meaning, this),
    );
    return [
      `Usage: ${this.commandUsage(command)}`,
      '',
      ...this.#description(command),
      ...this.#sections(command),
      ...this.formatItemList('Examples:', lines, this),
      ...this.formatItemList('Exit codes:', codes, this),
    ].join('\n');
  }

  /** `sharetrail events show ID [OPTIONS]`; long lines continue below their start. */
  override commandUsage(command: Command): string {
    const words = [...nameWords(command), ...this.#parameters(command), '[OPTIONS]'];
    return this.#hanging(words.join(' '), 'Usage: '.length).trimStart();
  }

  #parameters(command: Command): string[] {
    const { arguments: expected, load } = this.#details;
    const terms = expected.map(({ name, optional }) => (optional ? `[${name}]` : name));
    if (command.commands.length === 0) return terms;
    return [load === undefined ? 'COMMAND' : '[COMMAND]'];
  }

  #description(command: Command): string[] {
    const text = command.description() || command.summary();
    return text === '' ? [] : [this.boxWrap(text, this.#width), ''];
  }

  /** What comes right after the command's name is first; the options of all commands are last. */
  #sections(command: Command): string[] {
    const { arguments: expected } = this.#details;
    const sections = new Map<string, Item[]>();
    const add = (title: string, item: Item) =>
      sections.set(title, [...(sections.get(title) ?? []), item]);
    for (const below of this.visibleCommands(command)) {
      add('Commands:', [this.subcommandTerm(below), below.summary()]);
    }
    for (const { name, description } of expected) add('Arguments:', [name, description]);
    for (const option of this.visibleOptions(command)) {
      add(option.helpGroupHeading ?? 'Options:', [
        this.optionTerm(option),
        this.optionDescription(option),
      ]);
    }
    const items = [...sections.values()].flat();
    const width = Math.max(...items.map(([term]) => term.length));
    return [...sections].flatMap(([title, ofTitle]) => {
      const texts = ofTitle.map(([term, text]) => this.formatItem(term, width, text, this));
      return this.formatItemList(title, texts, this);
    });
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

function nameWords(command: Command): string[] {
  const { parent } = command;
  return [...(parent === null ? [] : nameWords(parent)), command.name()];
}
