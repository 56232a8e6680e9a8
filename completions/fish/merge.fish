function __merge_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __merge_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __merge_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __merge_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __merge_parse_tokens -S
    set -l unparsed_tokens (__merge_tokens -pc)
    switch $unparsed_tokens[1]
    case 'merge'
        __merge_parse_subcommand -r 1 'from=' 'delimiter=' 'no-header' 'max-record-bytes=' 'id-field=' 'ragged=' 'on-error=' 'no-verify' 'allow-missing' 'union' 'to=' 'compress=' 'infer-types' 'flatten' 'unflatten' 'columns=' 'o/output=' 'provenance=' 'no-provenance' 'context=' 'require-upstream' 'verify' 'jobs=' 'seed=' 'progress=' 'log-format=' 'v/verbose' 'q/quiet' 'dry-run' 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'help'
            __merge_parse_subcommand -r 1 'version'
        end
    end
end

function __merge_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __merge_parse_subcommand -S -a positional_count
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

function __merge_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __merge_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__merge_tokens -p)
    if test -z "$(__merge_tokens -t)"
        set -l index (count (__merge_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'merge' -f
complete -c 'merge' -n '__merge_should_offer_completions_for_positional "merge" -ge 1' -F
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" from' -l 'from' -d 'Format of the input. Found from its first bytes by default.' -rfka 'csv tsv ndjson'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" delimiter' -l 'delimiter' -d 'What stands between CSV fields: one character, or tab, comma, semicolon, pipe.' -rfka 'tab comma semicolon pipe'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" no-header' -l 'no-header' -d 'The first CSV record is data; columns are column_1, column_2 and so on.'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" max-record-bytes' -l 'max-record-bytes' -d 'Longest record; a longer one is bad input, often a quote that is never closed. 16M by default.' -rfka ''
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" id-field' -l 'id-field' -d 'The row\'s identity in context records. Its number by default.' -rfka ''
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" ragged' -l 'ragged' -d 'CSV rows with too few or too many values: stop at the first, fill up with empty values, or also drop surplus ones.' -rfka 'fail fill trim'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" on-error' -l 'on-error' -d 'A bad row stops the run (fail), is dropped and counted (skip), or goes to FILE with its reason (quarantine=FILE).' -rfka ''
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" no-verify' -l 'no-verify' -d 'Do not compare sizes and digests of chunks with the manifest.'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" allow-missing' -l 'allow-missing' -d 'Merge what is there; name what is missing and end with status 1.'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" union' -l 'union' -d 'Take the columns of all files of CSV, and leave empty what a file lacks.'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" to' -l 'to' -d 'Format of the output. That of the input by default.' -rfka 'csv tsv ndjson'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" compress' -l 'compress' -d 'Compression of the output.' -rfka 'none gzip zstd'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" infer-types' -l 'infer-types' -d 'From CSV to NDJSON: write text that is a JSON number, true, false, object or array as such, and no text as null.'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" flatten' -l 'flatten' -d 'From NDJSON to CSV: a column for each nested value, named by its dotted path, not one of JSON text.'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" unflatten' -l 'unflatten' -d 'From CSV to NDJSON: make nested values of columns with dotted names.'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" columns' -l 'columns' -d 'Columns of the output when NDJSON becomes CSV. The keys of the first record by default.' -rfka ''
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" o output' -s 'o' -l 'output' -d 'Output instead of standard output; takes the place of FILE only when it is whole.' -rF
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" provenance' -l 'provenance' -d 'Where the provenance sidecar goes. Beside the output by default.' -rF
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" no-provenance' -l 'no-provenance' -d 'Write no provenance.'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" context' -l 'context' -d 'What is written about single rows: a record each, sums, or nothing.' -rfka 'rows summary none'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" require-upstream' -l 'require-upstream' -d 'Fail with status 1 unless it is certain which tool made the input.'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" verify' -l 'verify' -d 'Compute the digests of the input again instead of trusting the tool that made it.'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" jobs' -l 'jobs' -d 'Number of workers. The cores that this process may use by default.' -rfka ''
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" seed' -l 'seed' -d 'Seed of anything random.' -rfka ''
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" progress' -l 'progress' -d 'When to show progress.' -rfka 'auto always never'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" log-format' -l 'log-format' -d 'Form of diagnostics on standard error.' -rfka 'text json'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" v verbose' -l 'verbose' -s 'v' -d 'Say more.'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors.'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" dry-run' -l 'dry-run' -d 'Check everything, say what would be done, and touch nothing.'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" version' -l 'version' -d 'Show the version.'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'merge' -n '__merge_should_offer_completions_for_positional "merge" -eq 2' -fa 'help' -d 'Show subcommand help information.'
complete -c 'merge' -n '__merge_should_offer_completions_for_flags_or_options "merge help" version' -l 'version' -d 'Show the version.'
