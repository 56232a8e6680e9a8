function __synth-gen_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __synth-gen_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __synth-gen_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __synth-gen_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __synth-gen_parse_tokens -S
    set -l unparsed_tokens (__synth-gen_tokens -pc)
    switch $unparsed_tokens[1]
    case 'synth-gen'
        __synth-gen_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'generate'
            __synth-gen_parse_subcommand -r 1 'schema=' 'model=' 'locale=' 'as-of=' 'base-url=' 'timeout=' 'require-llm' 'cache=' 'refresh' 'no-cache' 'offline' 'n/rows=' 'first-row=' 'table=' 'out-dir=' 'given=+' 'to=' 'compress=' 'no-header' 'o/output=' 'provenance=' 'no-provenance' 'context=' 'require-upstream' 'verify' 'jobs=' 'seed=' 'progress=' 'log-format=' 'v/verbose' 'q/quiet' 'dry-run' 'version' 'h/help'
        case 'learn'
            __synth-gen_parse_subcommand -r 1 'from=' 'delimiter=' 'no-header' 'max-record-bytes=' 'id-field=' 'ragged=' 'on-error=' 'dependence=' 'marginals=' 'sample-rows=' 'privacy' 'k=' 'epsilon=' 'o/output=' 'provenance=' 'no-provenance' 'context=' 'require-upstream' 'verify' 'jobs=' 'seed=' 'progress=' 'log-format=' 'v/verbose' 'q/quiet' 'dry-run' 'version' 'h/help'
        case 'evaluate'
            __synth-gen_parse_subcommand 0 'real=' 'synthetic=' 'holdout=' 'from=' 'delimiter=' 'no-header' 'max-record-bytes=' 'metadata=' 'types=+' 'missing=' 'html=' 'to=' 'fail-under=' 'target=+' 'no-efficacy' 'no-privacy' 'max-pairs=' 'o/output=' 'provenance=' 'no-provenance' 'context=' 'require-upstream' 'verify' 'jobs=' 'seed=' 'progress=' 'log-format=' 'v/verbose' 'q/quiet' 'dry-run' 'version' 'h/help'
        case 'schema'
            __synth-gen_parse_subcommand -r 1 'schema=' 'model=' 'locale=' 'as-of=' 'base-url=' 'timeout=' 'require-llm' 'cache=' 'refresh' 'no-cache' 'offline' 'json' 'o/output=' 'provenance=' 'no-provenance' 'context=' 'require-upstream' 'verify' 'jobs=' 'seed=' 'progress=' 'log-format=' 'v/verbose' 'q/quiet' 'dry-run' 'version' 'h/help'
        case 'generators'
            __synth-gen_parse_subcommand -r 1 'version' 'h/help'
        case 'help'
            __synth-gen_parse_subcommand -r 1 'version'
        end
    end
end

function __synth-gen_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __synth-gen_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __synth-gen_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __synth-gen_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__synth-gen_tokens -p)
    if test -z "$(__synth-gen_tokens -t)"
        set -l index (count (__synth-gen_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'synth-gen' -f
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen" version' -l 'version' -d 'Show the version.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_positional "synth-gen" -eq 1' -fa 'generate' -d 'Make rows (the default).'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_positional "synth-gen" -eq 1' -fa 'learn' -d 'Learn a model from a sample, to make rows like its own.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_positional "synth-gen" -eq 1' -fa 'evaluate' -d 'Say how like a real table a synthetic one is, and how far it gives real rows away.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_positional "synth-gen" -eq 1' -fa 'schema' -d 'Print the schema instead of rows, for people to edit.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_positional "synth-gen" -eq 1' -fa 'generators' -d 'List the generators with their arguments.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_positional "synth-gen" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" schema' -l 'schema' -d 'A schema of the table, YAML or JSON; - is standard input.' -rfa '(set -l exts \'yaml\' \'yml\' \'json\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" model' -l 'model' -d 'With a description the language model\'s name; else the file of a model that synth-gen learn made.' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'json\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" locale' -l 'locale' -d 'Locale of names, addresses and words: en_US, en_GB, de_DE, fr_FR, es_ES, it_IT, pt_BR, nl_NL, pl_PL, ja_JP, zh_CN. The schema\'s, else en_US.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" as-of' -l 'as-of' -d 'What today is for relative dates. The schema\'s, else 2026-01-01.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" base-url' -l 'base-url' -d 'Address of the OpenAI-compatible service: OpenAI\'s own, a gateway, a server of yours. What OPENAI_BASE_URL says by default, or else https://api.openai.com/v1.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" timeout' -l 'timeout' -d 'How long the service may be silent before a request is given up and sent again. 2m by default.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" require-llm' -l 'require-llm' -d 'Fail with status 69 where the service gives no schema, instead of taking a built-in template.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" cache' -l 'cache' -d 'Folder for the schemas of descriptions. ~/.cache/millrace by default.' -rfa '(__synth-gen_complete_directories)'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" refresh' -l 'refresh' -d 'Ask for the schema again, and keep the new one.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" no-cache' -l 'no-cache' -d 'Keep no schema, and use none that is kept.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" offline' -l 'offline' -d 'Send no request: take the schema that is kept, or a built-in template.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" n rows' -s 'n' -l 'rows' -d 'Rows to make. As many as the schema says, else 100. With --out-dir those of the first table, the others in proportion.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" first-row' -l 'first-row' -d 'The first row to make, from 1 on: a part of a larger table.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" table' -l 'table' -d 'Of several tables the one to make. The first by default.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" out-dir' -l 'out-dir' -d 'Make all tables, each as a file of this folder, and print a line about each.' -rfa '(__synth-gen_complete_directories)'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate"' -l 'given' -d 'With a --model file: make only rows of which this is true: column=value, column=low..high for numbers and dates, column= for no value. Can be given several times.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" to' -l 'to' -d 'Format of the output.' -rfka 'csv tsv ndjson'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" compress' -l 'compress' -d 'Compression of the output.' -rfka 'none gzip zstd'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" no-header' -l 'no-header' -d 'Write no names of columns in front of CSV.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" o output' -s 'o' -l 'output' -d 'Output instead of standard output; takes the place of FILE only when it is whole.' -rF
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" provenance' -l 'provenance' -d 'Where the provenance sidecar goes. Beside the output by default.' -rF
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" no-provenance' -l 'no-provenance' -d 'Write no provenance.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" context' -l 'context' -d 'What is written about single rows: a record each, sums, or nothing.' -rfka 'rows summary none'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" require-upstream' -l 'require-upstream' -d 'Fail with status 1 unless it is certain which tool made the input.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" verify' -l 'verify' -d 'Compute the digests of the input again instead of trusting the tool that made it.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" jobs' -l 'jobs' -d 'Number of workers. The cores that this process may use by default.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" seed' -l 'seed' -d 'Seed of anything random.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" progress' -l 'progress' -d 'When to show progress.' -rfka 'auto always never'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" log-format' -l 'log-format' -d 'Form of diagnostics on standard error.' -rfka 'text json'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" v verbose' -l 'verbose' -s 'v' -d 'Say more.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" dry-run' -l 'dry-run' -d 'Check everything, say what would be done, and touch nothing.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" version' -l 'version' -d 'Show the version.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_positional "synth-gen learn" -ge 1' -F
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" from' -l 'from' -d 'Format of the input. Found from its first bytes by default.' -rfka 'csv tsv ndjson'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" delimiter' -l 'delimiter' -d 'What stands between CSV fields: one character, or tab, comma, semicolon, pipe.' -rfka 'tab comma semicolon pipe'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" no-header' -l 'no-header' -d 'The first CSV record is data; columns are column_1, column_2 and so on.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" max-record-bytes' -l 'max-record-bytes' -d 'Longest record; a longer one is bad input, often a quote that is never closed. 16M by default.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" id-field' -l 'id-field' -d 'The row\'s identity in context records. Its number by default.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" ragged' -l 'ragged' -d 'CSV rows with too few or too many values: stop at the first, fill up with empty values, or also drop surplus ones.' -rfka 'fail fill trim'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" on-error' -l 'on-error' -d 'A bad row stops the run (fail), is dropped and counted (skip), or goes to FILE with its reason (quarantine=FILE).' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" dependence' -l 'dependence' -d 'How columns hang together: a Bayesian network, a Gaussian copula over ranks, or not at all.' -rfka 'bayes copula none'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" marginals' -l 'marginals' -d 'What numbers are drawn from: the quantiles of the sample, or the distribution of the textbook that is nearest to them.' -rfka 'empirical parametric'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" sample-rows' -l 'sample-rows' -d 'Learn from the first rows only.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" privacy' -l 'privacy' -d 'Leave out of the model what fewer than k rows have: categories become "other", numbers become ranges.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" k' -l 'k' -d 'For --privacy: rows that a value must have. 5 by default.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" epsilon' -l 'epsilon' -d 'With --privacy: add Laplace noise to all counts, this budget of differential privacy together.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" o output' -s 'o' -l 'output' -d 'Output instead of standard output; takes the place of FILE only when it is whole.' -rF
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" provenance' -l 'provenance' -d 'Where the provenance sidecar goes. Beside the output by default.' -rF
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" no-provenance' -l 'no-provenance' -d 'Write no provenance.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" context' -l 'context' -d 'What is written about single rows: a record each, sums, or nothing.' -rfka 'rows summary none'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" require-upstream' -l 'require-upstream' -d 'Fail with status 1 unless it is certain which tool made the input.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" verify' -l 'verify' -d 'Compute the digests of the input again instead of trusting the tool that made it.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" jobs' -l 'jobs' -d 'Number of workers. The cores that this process may use by default.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" seed' -l 'seed' -d 'Seed of anything random.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" progress' -l 'progress' -d 'When to show progress.' -rfka 'auto always never'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" log-format' -l 'log-format' -d 'Form of diagnostics on standard error.' -rfka 'text json'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" v verbose' -l 'verbose' -s 'v' -d 'Say more.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" dry-run' -l 'dry-run' -d 'Check everything, say what would be done, and touch nothing.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" version' -l 'version' -d 'Show the version.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen learn" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" real' -l 'real' -d 'The real table; - is standard input.' -rF
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" synthetic' -l 'synthetic' -d 'The synthetic table, with the same columns.' -rF
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" holdout' -l 'holdout' -d 'Real rows that the synthetic table was not learned from.' -rF
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" from' -l 'from' -d 'Format of the input. Found from its first bytes by default.' -rfka 'csv tsv ndjson'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" delimiter' -l 'delimiter' -d 'What stands between CSV fields: one character, or tab, comma, semicolon, pipe.' -rfka 'tab comma semicolon pipe'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" no-header' -l 'no-header' -d 'The first CSV record is data; columns are column_1, column_2 and so on.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" max-record-bytes' -l 'max-record-bytes' -d 'Longest record; a longer one is bad input, often a quote that is never closed. 16M by default.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" metadata' -l 'metadata' -d 'Types of columns in the form of SDV\'s metadata (JSON). Found in the real table where not said.' -rF
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate"' -l 'types' -d 'Types of single columns: numerical, categorical, boolean, datetime, id or text.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" missing' -l 'missing' -d 'Spellings of a missing value beside the empty text. Those that pandas knows by default; an empty list is none.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" html' -l 'html' -d 'A page with the figures and both tables side by side.' -rF
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" to' -l 'to' -d 'Format of the figures.' -rfka 'csv tsv ndjson'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" fail-under' -l 'fail-under' -d 'End with 1 when the overall score is lower.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate"' -l 'target' -d 'A column that models are to predict from the others; can be repeated. The three best predicted ones by default.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" no-efficacy' -l 'no-efficacy' -d 'Train no models.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" no-privacy' -l 'no-privacy' -d 'Measure no distances between rows.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" max-pairs' -l 'max-pairs' -d 'Pairs of columns to compare; of more, so many are drawn by the seed.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" o output' -s 'o' -l 'output' -d 'Output instead of standard output; takes the place of FILE only when it is whole.' -rF
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" provenance' -l 'provenance' -d 'Where the provenance sidecar goes. Beside the output by default.' -rF
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" no-provenance' -l 'no-provenance' -d 'Write no provenance.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" context' -l 'context' -d 'What is written about single rows: a record each, sums, or nothing.' -rfka 'rows summary none'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" require-upstream' -l 'require-upstream' -d 'Fail with status 1 unless it is certain which tool made the input.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" verify' -l 'verify' -d 'Compute the digests of the input again instead of trusting the tool that made it.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" jobs' -l 'jobs' -d 'Number of workers. The cores that this process may use by default.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" seed' -l 'seed' -d 'Seed of anything random.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" progress' -l 'progress' -d 'When to show progress.' -rfka 'auto always never'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" log-format' -l 'log-format' -d 'Form of diagnostics on standard error.' -rfka 'text json'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" v verbose' -l 'verbose' -s 'v' -d 'Say more.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" dry-run' -l 'dry-run' -d 'Check everything, say what would be done, and touch nothing.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" version' -l 'version' -d 'Show the version.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen evaluate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" schema' -l 'schema' -d 'A schema of the table, YAML or JSON; - is standard input.' -rfa '(set -l exts \'yaml\' \'yml\' \'json\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" model' -l 'model' -d 'With a description the language model\'s name; else the file of a model that synth-gen learn made.' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'json\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" locale' -l 'locale' -d 'Locale of names, addresses and words: en_US, en_GB, de_DE, fr_FR, es_ES, it_IT, pt_BR, nl_NL, pl_PL, ja_JP, zh_CN. The schema\'s, else en_US.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" as-of' -l 'as-of' -d 'What today is for relative dates. The schema\'s, else 2026-01-01.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" base-url' -l 'base-url' -d 'Address of the OpenAI-compatible service: OpenAI\'s own, a gateway, a server of yours. What OPENAI_BASE_URL says by default, or else https://api.openai.com/v1.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" timeout' -l 'timeout' -d 'How long the service may be silent before a request is given up and sent again. 2m by default.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" require-llm' -l 'require-llm' -d 'Fail with status 69 where the service gives no schema, instead of taking a built-in template.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" cache' -l 'cache' -d 'Folder for the schemas of descriptions. ~/.cache/millrace by default.' -rfa '(__synth-gen_complete_directories)'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" refresh' -l 'refresh' -d 'Ask for the schema again, and keep the new one.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" no-cache' -l 'no-cache' -d 'Keep no schema, and use none that is kept.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" offline' -l 'offline' -d 'Send no request: take the schema that is kept, or a built-in template.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" json' -l 'json' -d 'Write JSON instead of YAML.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" o output' -s 'o' -l 'output' -d 'Output instead of standard output; takes the place of FILE only when it is whole.' -rF
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" provenance' -l 'provenance' -d 'Where the provenance sidecar goes. Beside the output by default.' -rF
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" no-provenance' -l 'no-provenance' -d 'Write no provenance.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" context' -l 'context' -d 'What is written about single rows: a record each, sums, or nothing.' -rfka 'rows summary none'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" require-upstream' -l 'require-upstream' -d 'Fail with status 1 unless it is certain which tool made the input.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" verify' -l 'verify' -d 'Compute the digests of the input again instead of trusting the tool that made it.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" jobs' -l 'jobs' -d 'Number of workers. The cores that this process may use by default.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" seed' -l 'seed' -d 'Seed of anything random.' -rfka ''
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" progress' -l 'progress' -d 'When to show progress.' -rfka 'auto always never'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" log-format' -l 'log-format' -d 'Form of diagnostics on standard error.' -rfka 'text json'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" v verbose' -l 'verbose' -s 'v' -d 'Say more.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" dry-run' -l 'dry-run' -d 'Check everything, say what would be done, and touch nothing.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" version' -l 'version' -d 'Show the version.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen schema" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generators" version' -l 'version' -d 'Show the version.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen generators" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'synth-gen' -n '__synth-gen_should_offer_completions_for_flags_or_options "synth-gen help" version' -l 'version' -d 'Show the version.'
