import type { CompletedCommand, Value } from './completions.ts';
import { wordCases } from './word-cases.ts';

/** Works with bash 3.2 as on macOS. */
export function bashScript(commands: readonly CompletedCommand[]): string {
  return `# bash completion of sharetrail
_sharetrail() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="" folder="\${SHARETRAIL_CONFIG:-config}" word i file
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$word" in
      --config) folder="\${COMP_WORDS[i+1]}"; i=$((i + 1)) ;;
${wordCases(commands)}
    esac
  done
  COMPREPLY=()
  case "$command $previous" in
${commands.flatMap(valuesOf).join('\n')}
  esac
  case "$command" in
${commands.map(wordsOf).join('\n')}
  esac
}
complete -F _sharetrail sharetrail
`;
}

function valuesOf({ name, options }: CompletedCommand): string[] {
  return options.flatMap(({ word, value }) =>
    value ? [`    "${name} ${word}") ${repliesFor(value)}; return ;;`] : [],
  );
}

function repliesFor(value: Value): string {
  switch (value.kind) {
    case 'tenant':
      return `for file in "$folder"/tenants/*.yaml; do
      word="\${file##*/}"; word="\${word%.yaml}"
      case "$word" in *.example|"*") ;; "$current"*) COMPREPLY+=("$word") ;; esac
    done`;
    case 'folder':
      return 'COMPREPLY=($(compgen -d -- "$current"))';
    case 'choice':
      return `COMPREPLY=($(compgen -W "${value.choices.join(' ')}" -- "$current"))`;
    case 'any':
      return 'COMPREPLY=()';
  }
}

function wordsOf({ name, subcommands, options, words, takesFile }: CompletedCommand): string {
  const all = [...subcommands, ...options].map(({ word }) => word);
  const replies = `COMPREPLY=($(compgen -W "${[...words, ...all].join(' ')}" -- "$current"))`;
  const files = takesFile
    ? '; [[ $current == -* ]] || COMPREPLY+=($(compgen -f -- "$current"))'
    : '';
  return `    "${name}") ${replies}${files} ;;`;
}
