import { type CompletedCommand, optionsWithValue } from './completions.ts';

/**
 * The cases of a `case "$word"` that find the command in the words before the cursor. bash and zsh
 * read the same text. The case of `--config` comes before them.
 */
export function wordCases(commands: readonly CompletedCommand[]): string {
  const options = optionsWithValue(commands).filter((word) => word !== '--config');
  const named = commands.filter(({ name }) => name !== '');
  return `      ${options.join('|')}) i=$((i + 1)) ;;
      -*) ;;
      *)
        case "$command $word" in
${named.map(stepOf).join('\n')}
        esac ;;`;
}

function stepOf({ name }: CompletedCommand): string {
  const words = name.split(' ');
  const parent = words.slice(0, -1).join(' ');
  return `          "${parent} ${words.at(-1)}") command="${name}" ;;`;
}
