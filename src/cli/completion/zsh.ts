import type { CompletedCommand, Offer, Value } from './completions.ts';
import { wordCases } from './word-cases.ts';

/** Shows descriptions. Works as a file of fpath, and if it is sourced. */
export function zshScript(commands: readonly CompletedCommand[]): string {
  return `#compdef sharetrail
_sharetrail() {
  local command="" folder="\${SHARETRAIL_CONFIG:-config}" word previous="\${words[CURRENT-1]}"
  local -a offers tenants
  local -i i
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    case "$word" in
      --config) folder="\${words[i+1]}"; i=$((i + 1)) ;;
${wordCases(commands)}
    esac
  done
  case "$command $previous" in
${commands.flatMap(valuesOf).join('\n')}
  esac
  case "$command" in
${commands.map(offersOf).join('\n')}
  esac
}
if [[ "\${funcstack[1]}" == _sharetrail ]]; then
  _sharetrail "$@"
else
  compdef _sharetrail sharetrail
fi
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
      return `tenants=("$folder"/tenants/*.yaml(N:t:r)); compadd -- \${tenants:#*.example}`;
    case 'folder':
      return '_files -/';
    case 'choice':
      return `compadd -- ${value.choices.join(' ')}`;
    case 'any':
      return "_message 'a value'";
  }
}

function offersOf({ name, subcommands, options, words, takesFile }: CompletedCommand): string {
  const offers = [
    ...words.map((word) => ({ word, description: word })),
    ...subcommands,
    ...options,
  ];
  const files = takesFile ? '; _files' : '';
  return `    "${name}") offers=(${offers.map(offerText).join(' ')}); _describe sharetrail offers${files} ;;`;
}

/** `'WORD:DESCRIPTION'` */
function offerText({ word, description }: Offer): string {
  return `'${word.replaceAll(':', '\\:')}:${description.replaceAll("'", '’')}'`;
}
