function __chunk_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __chunk_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __chunk_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __chunk_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __chunk_parse_tokens -S
    set -l unparsed_tokens (__chunk_tokens -pc)
    switch $unparsed_tokens[1]
    case 'chunk'
        __chunk_parse_subcommand -r 1 'from=' 'delimiter=' 'no-header' 'max-record-bytes=' 'id-field=' 'ragged=' 'on-error=' 'n/records=' 'bytes=' 'parts=' 'by=' 'd/directory=' 'compress=' 'checksum=' 'o/output=' 'provenance=' 'no-provenance' 'context=' 'require-upstream' 'verify' 'jobs=' 'seed=' 'progress=' 'log-format=' 'v/verbose' 'q/quiet' 'dry-run' 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'help'
            __chunk_parse_subcommand -r 1 'version'
        end
    end
end

function __chunk_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __chunk_parse_subcommand -S -a positional_count
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

function __chunk_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __chunk_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__chunk_tokens -p)
    if test -z "$(__chunk_tokens -t)"
        set -l index (count (__chunk_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'chunk' -f
complete -c 'chunk' -n '__chunk_should_offer_completions_for_positional "chunk" -ge 1' -F
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" from' -l 'from' -d 'Format of the input. Found from its first bytes by default.' -rfka 'csv tsv ndjson'
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" delimiter' -l 'delimiter' -d 'What stands between CSV fields: one character, or tab, comma, semicolon, pipe.' -rfka 'tab comma semicolon pipe'
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" no-header' -l 'no-header' -d 'The first CSV record is data; columns are column_1, column_2 and so on.'
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" max-record-bytes' -l 'max-record-bytes' -d 'Longest record; a longer one is bad input, often a quote that is never closed. 16M by default.' -rfka ''
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" id-field' -l 'id-field' -d 'The row\'s identity in context records. Its number by default.' -rfka ''
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" ragged' -l 'ragged' -d 'CSV rows with too few or too many values: stop at the first, fill up with empty values, or also drop surplus ones.' -rfka 'fail fill trim'
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" on-error' -l 'on-error' -d 'A bad row stops the run (fail), is dropped and counted (skip), or goes to FILE with its reason (quarantine=FILE).' -rfka ''
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" n records' -s 'n' -l 'records' -d 'Records in each chunk but the last.' -rfka ''
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" bytes' -l 'bytes' -d 'Largest chunk, header counted, before compression. A single record that is larger has its own chunk.' -rfka ''
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" parts' -l 'parts' -d 'Number of chunks. Their records differ by one at most; the input is read twice, by way of the folder when it is a pipe.' -rfka ''
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" by' -l 'by' -d 'Rows with the same value of this field stay in one chunk. With --records and --bytes a chunk ends at the first change of the value after it is full, and a value that comes back later is an error; with --parts rows are dealt out by the value\'s hash, and merging cannot bring the order back.' -rfka ''
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" d directory' -s 'd' -l 'directory' -d 'Folder for the chunk files, made if it is missing.' -rfa '(__chunk_complete_directories)'
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" compress' -l 'compress' -d 'Compression of the chunk files.' -rfka 'none gzip zstd'
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" checksum' -l 'checksum' -d 'Digests in the manifest, of each chunk and of the whole.' -rfka 'sha256 none'
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" o output' -s 'o' -l 'output' -d 'Output instead of standard output; takes the place of FILE only when it is whole.' -rF
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" provenance' -l 'provenance' -d 'Where the provenance sidecar goes. Beside the output by default.' -rF
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" no-provenance' -l 'no-provenance' -d 'Write no provenance.'
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" context' -l 'context' -d 'What is written about single rows: a record each, sums, or nothing.' -rfka 'rows summary none'
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" require-upstream' -l 'require-upstream' -d 'Fail with status 1 unless it is certain which tool made the input.'
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" verify' -l 'verify' -d 'Compute the digests of the input again instead of trusting the tool that made it.'
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" jobs' -l 'jobs' -d 'Number of workers. The cores that this process may use by default.' -rfka ''
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" seed' -l 'seed' -d 'Seed of anything random.' -rfka ''
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" progress' -l 'progress' -d 'When to show progress.' -rfka 'auto always never'
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" log-format' -l 'log-format' -d 'Form of diagnostics on standard error.' -rfka 'text json'
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" v verbose' -l 'verbose' -s 'v' -d 'Say more.'
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors.'
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" dry-run' -l 'dry-run' -d 'Check everything, say what would be done, and touch nothing.'
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" version' -l 'version' -d 'Show the version.'
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'chunk' -n '__chunk_should_offer_completions_for_positional "chunk" -eq 2' -fa 'help' -d 'Show subcommand help information.'
complete -c 'chunk' -n '__chunk_should_offer_completions_for_flags_or_options "chunk help" version' -l 'version' -d 'Show the version.'
