import { type CompletedCommand, optionsWithValue, type Value } from './completions.ts';

/** Shows descriptions. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  const named = commands.filter(({ name }) => name !== '');
  return `# fish completion of sharetrail
function __sharetrail_command
  set -l command
  set -l skip 0
  for word in (commandline -opc)[2..-1]
    if test $skip = 1
      set skip 0
      continue
    end
    switch $word
      case ${optionsWithValue(commands).join(' ')}
        set skip 1
      case '-*'
      case '*'
        set -l next (string trim -- "$command $word")
        if contains -- $next ${named.map(({ name }) => `'${name}'`).join(' ')}
          set command $next
        end
    end
  end
  echo $command
end

function __sharetrail_at
  test (__sharetrail_command) = "$argv[1]"
end

function __sharetrail_tenants
  set -l folder config
  set -q SHARETRAIL_CONFIG; and set folder $SHARETRAIL_CONFIG
  set -l words (commandline -opc)
  set -l at (contains -i -- --config $words); and set folder $words[(math $at + 1)]
  for file in $folder/tenants/*.yaml
    set -l name (string replace -r '.*/' '' -- $file | string replace -r '\\.yaml$' '')
    string match -q '*.example' -- $name; or echo $name
  end
end

complete -c sharetrail -f
${commands.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ name, subcommands, options, words, takesFile }: CompletedCommand): string[] {
  const start = `complete -c sharetrail -n "__sharetrail_at '${name}'"`;
  return [
    ...(takesFile ? [`${start} -F`] : []),
    ...words.map((word) => `${start} -a ${word}`),
    ...subcommands.map(({ word, description }) => `${start} -a ${word} -d ${quoted(description)}`),
    ...options.map(
      ({ word, description, value }) =>
        `${start} -l ${word.slice(2)}${value ? valueText(value) : ''} -d ${quoted(description)}`,
    ),
  ];
}

function valueText(value: Value): string {
  switch (value.kind) {
    case 'tenant':
      return " -x -a '(__sharetrail_tenants)'";
    case 'folder':
      return " -x -a '(__fish_complete_directories)'";
    case 'choice':
      return ` -x -a '${value.choices.join(' ')}'`;
    case 'any':
      return ' -x';
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
