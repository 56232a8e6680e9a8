function __aug-finance_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __aug-finance_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __aug-finance_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __aug-finance_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __aug-finance_parse_tokens -S
    set -l unparsed_tokens (__aug-finance_tokens -pc)
    switch $unparsed_tokens[1]
    case 'aug-finance'
        __aug-finance_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'augment'
            __aug-finance_parse_subcommand -r 1 'from=' 'delimiter=' 'no-header' 'max-record-bytes=' 'id-field=' 'ragged=' 'on-error=' 'field=' 'start=' 'end=' 'start-field=' 'end-field=' 'at-field=' 'align=' 'period=' 'source=' 'datatype=' 'requests-per-minute=' 'requests-per-day=' 'fields=' 'explode' 'summarise' 'adjusted' 'adjusted-by=' 'prefix=' 'base-url=' 'interval=' 'timeout=' 'cache=' 'cache-age=' 'refresh' 'no-cache' 'offline' 'to=' 'compress=' 'infer-types' 'flatten' 'unflatten' 'columns=' 'o/output=' 'provenance=' 'no-provenance' 'context=' 'require-upstream' 'verify' 'jobs=' 'seed=' 'progress=' 'log-format=' 'v/verbose' 'q/quiet' 'dry-run' 'version' 'h/help'
        case 'cache'
            __aug-finance_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'list'
                __aug-finance_parse_subcommand 0 'cache=' 'version' 'h/help'
            case 'prune'
                __aug-finance_parse_subcommand 0 'cache=' 'older-than=' 'dry-run' 'version' 'h/help'
            case 'clear'
                __aug-finance_parse_subcommand 0 'cache=' 'dry-run' 'version' 'h/help'
            end
        case 'help'
            __aug-finance_parse_subcommand -r 1 'version'
        end
    end
end

function __aug-finance_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __aug-finance_parse_subcommand -S -a positional_count
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

function __aug-finance_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __aug-finance_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__aug-finance_tokens -p)
    if test -z "$(__aug-finance_tokens -t)"
        set -l index (count (__aug-finance_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'aug-finance' -f
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance" version' -l 'version' -d 'Show the version.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_positional "aug-finance" -eq 1' -fa 'augment' -d 'Add prices to rows (the default).'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_positional "aug-finance" -eq 1' -fa 'cache' -d 'List the answers that are kept, or remove them.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_positional "aug-finance" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_positional "aug-finance augment" -ge 1' -F
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" from' -l 'from' -d 'Format of the input. Found from its first bytes by default.' -rfka 'csv tsv ndjson'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" delimiter' -l 'delimiter' -d 'What stands between CSV fields: one character, or tab, comma, semicolon, pipe.' -rfka 'tab comma semicolon pipe'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" no-header' -l 'no-header' -d 'The first CSV record is data; columns are column_1, column_2 and so on.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" max-record-bytes' -l 'max-record-bytes' -d 'Longest record; a longer one is bad input, often a quote that is never closed. 16M by default.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" id-field' -l 'id-field' -d 'The row\'s identity in context records. Its number by default.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" ragged' -l 'ragged' -d 'CSV rows with too few or too many values: stop at the first, fill up with empty values, or also drop surplus ones.' -rfka 'fail fill trim'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" on-error' -l 'on-error' -d 'A bad row stops the run (fail), is dropped and counted (skip), or goes to FILE with its reason (quarantine=FILE).' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" field' -l 'field' -d 'The field that holds the ticker symbol, such as IBM.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" start' -l 'start' -d 'Prices from this day on.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" end' -l 'end' -d 'Prices up to this day, which is today by default.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" start-field' -l 'start-field' -d 'The field that holds each row\'s first day.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" end-field' -l 'end-field' -d 'The field that holds each row\'s last day.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" at-field' -l 'at-field' -d 'Add the price as of the day in this field, with its date, instead of a list.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" align' -l 'align' -d 'With --at-field, on a day without trading: the price of the day before, of the day after, or none. previous by default.' -rfka 'previous next exact'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" period' -l 'period' -d 'What one price stands for.' -rfka 'daily weekly monthly'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" source' -l 'source' -d 'Where prices come from: alphavantage, or csv:FOLDER with a file SYMBOL.csv for each symbol.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" datatype' -l 'datatype' -d 'How Alpha Vantage is to write its answers. A JSON text that was cut off is always found out.' -rfka 'json csv'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" requests-per-minute' -l 'requests-per-minute' -d 'Requests a minute that the key allows, or none for no limit.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" requests-per-day' -l 'requests-per-day' -d 'Requests a day that the key allows, or none for no limit.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" fields' -l 'fields' -d 'Fields of a price, or of a summary, beside status. Of a price: date, open, high, low, close, volume, factor, unadjusted_close; of a summary: days, first_date, first, last_date, last, min, max, mean, return, volatility, max_drawdown, total_volume.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" explode' -l 'explode' -d 'Write a row for each day, with the day\'s prices as the row\'s fields.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" summarise' -l 'summarise' -d 'Add what sums the prices up: the first, last, lowest, highest and mean close, return, volatility, the largest fall, the volume.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" adjusted' -l 'adjusted' -d 'Adjust prices and volumes for the splits and dividends behind their day, so that they compare. As they were paid by default.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" adjusted-by' -l 'adjusted-by' -d 'With --adjusted: by splits and dividends, which is the default for daily prices, or by the service\'s adjusted close, which it gives for weekly and monthly prices, and for daily ones to premium keys.' -rfka 'actions service'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" prefix' -l 'prefix' -d 'What the names of the added fields begin with.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" base-url' -l 'base-url' -d 'Address of the service, for a mirror or a gateway. The provider\'s own by default.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" interval' -l 'interval' -d 'Seconds between requests, of all processes together. What the provider allows by default.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" timeout' -l 'timeout' -d 'How long the service may be silent before a request is given up and sent again. 30s by default.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" cache' -l 'cache' -d 'Folder for answers, shared by any number of processes, or redis://host:port/database. ~/.cache/millrace by default.' -rfa '(__aug-finance_complete_directories)'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" cache-age' -l 'cache-age' -d 'How long an answer is taken from the cache: 12h, 7d, forever. What suits the service by default.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" refresh' -l 'refresh' -d 'Ask for everything again, and keep the new answers.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" no-cache' -l 'no-cache' -d 'Keep no answers, and use none.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" offline' -l 'offline' -d 'Send no request: answer from the cache, of whatever age, or fail.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" to' -l 'to' -d 'Format of the output. That of the input by default.' -rfka 'csv tsv ndjson'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" compress' -l 'compress' -d 'Compression of the output.' -rfka 'none gzip zstd'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" infer-types' -l 'infer-types' -d 'From CSV to NDJSON: write text that is a JSON number, true, false, object or array as such, and no text as null.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" flatten' -l 'flatten' -d 'From NDJSON to CSV: a column for each nested value, named by its dotted path, not one of JSON text.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" unflatten' -l 'unflatten' -d 'From CSV to NDJSON: make nested values of columns with dotted names.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" columns' -l 'columns' -d 'Columns of the output when NDJSON becomes CSV. The keys of the first record by default.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" o output' -s 'o' -l 'output' -d 'Output instead of standard output; takes the place of FILE only when it is whole.' -rF
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" provenance' -l 'provenance' -d 'Where the provenance sidecar goes. Beside the output by default.' -rF
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" no-provenance' -l 'no-provenance' -d 'Write no provenance.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" context' -l 'context' -d 'What is written about single rows: a record each, sums, or nothing.' -rfka 'rows summary none'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" require-upstream' -l 'require-upstream' -d 'Fail with status 1 unless it is certain which tool made the input.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" verify' -l 'verify' -d 'Compute the digests of the input again instead of trusting the tool that made it.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" jobs' -l 'jobs' -d 'Number of workers. The cores that this process may use by default.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" seed' -l 'seed' -d 'Seed of anything random.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" progress' -l 'progress' -d 'When to show progress.' -rfka 'auto always never'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" log-format' -l 'log-format' -d 'Form of diagnostics on standard error.' -rfka 'text json'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" v verbose' -l 'verbose' -s 'v' -d 'Say more.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" dry-run' -l 'dry-run' -d 'Check everything, say what would be done, and touch nothing.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" version' -l 'version' -d 'Show the version.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance augment" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance cache" version' -l 'version' -d 'Show the version.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance cache" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_positional "aug-finance cache" -eq 1' -fa 'list' -d 'Print the answers that are kept, as NDJSON.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_positional "aug-finance cache" -eq 1' -fa 'prune' -d 'Remove answers that are old, or went unused for long.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_positional "aug-finance cache" -eq 1' -fa 'clear' -d 'Remove all answers that this tool keeps.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance cache list" cache' -l 'cache' -d 'Folder for answers, shared by any number of processes, or redis://host:port/database. ~/.cache/millrace by default.' -rfa '(__aug-finance_complete_directories)'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance cache list" version' -l 'version' -d 'Show the version.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance cache list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance cache prune" cache' -l 'cache' -d 'Folder for answers, shared by any number of processes, or redis://host:port/database. ~/.cache/millrace by default.' -rfa '(__aug-finance_complete_directories)'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance cache prune" older-than' -l 'older-than' -d 'Remove what was stored longer ago than this: 12h, 30d. Damaged ones go too.' -rfka ''
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance cache prune" dry-run' -l 'dry-run' -d 'Only say what would be removed.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance cache prune" version' -l 'version' -d 'Show the version.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance cache prune" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance cache clear" cache' -l 'cache' -d 'Folder for answers, shared by any number of processes, or redis://host:port/database. ~/.cache/millrace by default.' -rfa '(__aug-finance_complete_directories)'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance cache clear" dry-run' -l 'dry-run' -d 'Only say what would be removed.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance cache clear" version' -l 'version' -d 'Show the version.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance cache clear" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'aug-finance' -n '__aug-finance_should_offer_completions_for_flags_or_options "aug-finance help" version' -l 'version' -d 'Show the version.'
