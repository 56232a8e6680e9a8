function __prov_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __prov_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __prov_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __prov_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __prov_parse_tokens -S
    set -l unparsed_tokens (__prov_tokens -pc)
    switch $unparsed_tokens[1]
    case 'prov'
        __prov_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'show'
            __prov_parse_subcommand 1 'full' 'json' 'version' 'h/help'
        case 'trace'
            __prov_parse_subcommand 1 'item=' 'version' 'h/help'
        case 'verify'
            __prov_parse_subcommand 1 'all' 'sidecar=' 'version' 'h/help'
        case 'whence'
            __prov_parse_subcommand 1 'version' 'h/help'
        case 'seal'
            __prov_parse_subcommand 1 'version' 'h/help'
        case 'diff'
            __prov_parse_subcommand 2 'all' 'full' 'json' 'version' 'h/help'
        case 'graph'
            __prov_parse_subcommand 1 'o/output=' 'version' 'h/help'
        case 'rerun'
            __prov_parse_subcommand 1 'run' 'directory=' 'version' 'h/help'
        case 'export'
            __prov_parse_subcommand 1 'to=' 'o/output=' 'metadata-only' 'contexts' 'licence=' 'version' 'h/help'
        case 'help'
            __prov_parse_subcommand -r 1 'version'
        end
    end
end

function __prov_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __prov_parse_subcommand -S -a positional_count
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

function __prov_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __prov_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__prov_tokens -p)
    if test -z "$(__prov_tokens -t)"
        set -l index (count (__prov_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'prov' -f
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov" version' -l 'version' -d 'Show the version.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov" -eq 1' -fa 'show' -d 'Show how a file came about, the latest stage last.'
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov" -eq 1' -fa 'trace' -d 'Show what each stage did to one row, with every attempt.'
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov" -eq 1' -fa 'verify' -d 'Hash a file and its inputs again and compare along the whole chain.'
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov" -eq 1' -fa 'whence' -d 'Find by content which pipeline wrote a file, wherever the file was moved to.'
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov" -eq 1' -fa 'seal' -d 'Write the sidecar of a file that another program wrote last, as in ... | gzip > FILE.'
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov" -eq 1' -fa 'diff' -d 'Tell what differed between the runs that made two files.'
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov" -eq 1' -fa 'graph' -d 'Draw how a file came about: inputs, stages and outputs, and how well each link is known.'
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov" -eq 1' -fa 'rerun' -d 'Print the pipeline that wrote a file, as a line to paste; or run it again and compare.'
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov" -eq 1' -fa 'export' -d 'Tell how a file came about in a format that other programs read.'
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov show" -eq 1' -F
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov show" full' -l 'full' -d 'Print whole digests, and every input.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov show" json' -l 'json' -d 'Print JSON.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov show" version' -l 'version' -d 'Show the version.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov show" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov trace" -eq 1' -F
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov trace" item' -l 'item' -d 'The value of the row\'s id field, or the record number where there is none.' -rfka ''
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov trace" version' -l 'version' -d 'Show the version.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov trace" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov verify" -eq 1' -F
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov verify" all' -l 'all' -d 'Print the links that hold, too.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov verify" sidecar' -l 'sidecar' -d 'The sidecar, when it does not lie beside the file.' -rF
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov verify" version' -l 'version' -d 'Show the version.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov verify" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov whence" -eq 1' -F
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov whence" version' -l 'version' -d 'Show the version.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov whence" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov seal" -eq 1' -F
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov seal" version' -l 'version' -d 'Show the version.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov seal" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov diff" -eq 1' -F
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov diff" -eq 2' -F
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov diff" all' -l 'all' -d 'Compare names of outputs, workers, times, hosts and environments, too.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov diff" full' -l 'full' -d 'Print whole digests, and every input.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov diff" json' -l 'json' -d 'Print JSON.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov diff" version' -l 'version' -d 'Show the version.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov diff" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov graph" -eq 1' -F
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov graph" o output' -l 'output' -s 'o' -d 'The picture (.svg) or page (.html) instead of SVG on standard output.' -rfa '(set -l exts \'svg\' \'html\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov graph" version' -l 'version' -d 'Show the version.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov graph" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov rerun" -eq 1' -F
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov rerun" run' -l 'run' -d 'Run the pipeline in a fresh folder, and compare the digests of what it writes.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov rerun" directory' -l 'directory' -d 'The fresh folder, to be made, or empty. A temporary one by default, which is removed when all is as it was.' -rfa '(__prov_complete_directories)'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov rerun" version' -l 'version' -d 'Show the version.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov rerun" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'prov' -n '__prov_should_offer_completions_for_positional "prov export" -eq 1' -F
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov export" to' -l 'to' -d 'The format.' -rfka 'prov-json ro-crate openlineage in-toto frictionless'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov export" o output' -s 'o' -l 'output' -d 'Output instead of standard output; for ro-crate a folder.' -rF
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov export" metadata-only' -l 'metadata-only' -d 'RO-Crate: write ro-crate-metadata.json alone, for the folder that the file lies in.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov export" contexts' -l 'contexts' -d 'PROV-JSON: an entity for what was done to each row, too.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov export" licence' -l 'licence' -d 'RO-Crate, Frictionless: the data\'s licence, a name or a URL.' -rfka ''
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov export" version' -l 'version' -d 'Show the version.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov export" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'prov' -n '__prov_should_offer_completions_for_flags_or_options "prov help" version' -l 'version' -d 'Show the version.'
