function __batch-run_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __batch-run_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __batch-run_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __batch-run_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __batch-run_parse_tokens -S
    set -l unparsed_tokens (__batch-run_tokens -pc)
    switch $unparsed_tokens[1]
    case 'batch-run'
        __batch-run_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'run'
            __batch-run_parse_subcommand -r 2 'from=' 'delimiter=' 'no-header' 'max-record-bytes=' 'chunk-bytes=' 'chunk-records=' 'result=' 'accept-status=' 'same-rows' 'workers=' 'memory-per-worker=' 'load-limit=' 'chunk-timeout=' 'retries=' 'split-on-oom' 'no-split-on-oom' 'on-failure=' 'max-failed=' 'durable' 'no-durable' 'backend=' 'slurm-options=' 'chunks-per-task=' 'notify=+' 'notify-mail=+' 'notify-command=+' 'job=' 'o/output=' 'provenance=' 'no-provenance' 'context=' 'require-upstream' 'verify' 'jobs=' 'seed=' 'progress=' 'log-format=' 'v/verbose' 'q/quiet' 'dry-run' 'version' 'h/help'
        case 'submit'
            __batch-run_parse_subcommand -r 2 'from=' 'delimiter=' 'no-header' 'max-record-bytes=' 'chunk-bytes=' 'chunk-records=' 'result=' 'accept-status=' 'same-rows' 'workers=' 'memory-per-worker=' 'load-limit=' 'chunk-timeout=' 'retries=' 'split-on-oom' 'no-split-on-oom' 'on-failure=' 'max-failed=' 'durable' 'no-durable' 'backend=' 'slurm-options=' 'chunks-per-task=' 'notify=+' 'notify-mail=+' 'notify-command=+' 'job=' 'o/output=' 'provenance=' 'no-provenance' 'context=' 'require-upstream' 'verify' 'jobs=' 'seed=' 'progress=' 'log-format=' 'v/verbose' 'q/quiet' 'dry-run' 'version' 'h/help'
        case 'resume'
            __batch-run_parse_subcommand 1 'workers=' 'memory-per-worker=' 'load-limit=' 'chunk-timeout=' 'retries=' 'split-on-oom' 'no-split-on-oom' 'on-failure=' 'max-failed=' 'durable' 'no-durable' 'backend=' 'slurm-options=' 'chunks-per-task=' 'result=' 'notify=+' 'notify-mail=+' 'notify-command=+' 'o/output=' 'provenance=' 'no-provenance' 'context=' 'require-upstream' 'verify' 'jobs=' 'seed=' 'progress=' 'log-format=' 'v/verbose' 'q/quiet' 'dry-run' 'version' 'h/help'
        case 'retry'
            __batch-run_parse_subcommand -r 2 'workers=' 'memory-per-worker=' 'load-limit=' 'chunk-timeout=' 'retries=' 'split-on-oom' 'no-split-on-oom' 'on-failure=' 'max-failed=' 'durable' 'no-durable' 'backend=' 'slurm-options=' 'chunks-per-task=' 'result=' 'notify=+' 'notify-mail=+' 'notify-command=+' 'o/output=' 'provenance=' 'no-provenance' 'context=' 'require-upstream' 'verify' 'jobs=' 'seed=' 'progress=' 'log-format=' 'v/verbose' 'q/quiet' 'dry-run' 'version' 'h/help'
        case 'status'
            __batch-run_parse_subcommand 1 'json' 'follow' 'version' 'h/help'
        case 'wait'
            __batch-run_parse_subcommand 1 'timeout=' 'version' 'h/help'
        case 'cancel'
            __batch-run_parse_subcommand 1 'timeout=' 'version' 'h/help'
        case 'list'
            __batch-run_parse_subcommand 0 'json' 'all' 'version' 'h/help'
        case 'logs'
            __batch-run_parse_subcommand 1 'chunk=' 'failed' 'version' 'h/help'
        case 'report'
            __batch-run_parse_subcommand 1 'o/output=' 'version' 'h/help'
        case 'purge'
            __batch-run_parse_subcommand -r 1 'older-than=' 'force' 'dry-run' 'version' 'h/help'
        case 'pipeline'
            __batch-run_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'validate'
                __batch-run_parse_subcommand 1 'log-format=' 'q/quiet' 'version' 'h/help'
            case 'run'
                __batch-run_parse_subcommand 1 'jobs=' 'log-format=' 'q/quiet' 'dry-run' 'version' 'h/help'
            case 'resume'
                __batch-run_parse_subcommand 1 'jobs=' 'log-format=' 'q/quiet' 'version' 'h/help'
            case 'activate'
                __batch-run_parse_subcommand 1 'scheduler=' 'slurm-options=' 'dry-run' 'log-format=' 'q/quiet' 'version' 'h/help'
            case 'deactivate'
                __batch-run_parse_subcommand 1 'scheduler=' 'dry-run' 'log-format=' 'q/quiet' 'version' 'h/help'
            case 'history'
                __batch-run_parse_subcommand 1 'last=' 'json' 'version' 'h/help'
            end
        case 'help'
            __batch-run_parse_subcommand -r 1 'version'
        end
    end
end

function __batch-run_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __batch-run_parse_subcommand -S -a positional_count
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

function __batch-run_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __batch-run_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__batch-run_tokens -p)
    if test -z "$(__batch-run_tokens -t)"
        set -l index (count (__batch-run_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'batch-run' -f
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run" version' -l 'version' -d 'Show the version.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run" -eq 1' -fa 'run' -d 'Run COMMAND on each chunk of the input, and put the results together in order.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run" -eq 1' -fa 'submit' -d 'Cut the input, submit the job, print its id, and return at once.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run" -eq 1' -fa 'resume' -d 'Go on with a job that was stopped, killed or failed; finished chunks are not run again.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run" -eq 1' -fa 'retry' -d 'Try the chunks that failed again, with the same command or another one, and finish the job.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run" -eq 1' -fa 'status' -d 'Tell where a job stands: progress, workers, memory, retries, and what failed.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run" -eq 1' -fa 'wait' -d 'Wait until a job has ended.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run" -eq 1' -fa 'cancel' -d 'End a job before its time.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run" -eq 1' -fa 'list' -d 'List jobs, the newest first.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run" -eq 1' -fa 'logs' -d 'Tell what happened to a job, or what its command wrote on standard error.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run" -eq 1' -fa 'report' -d 'Draw how a job went: chunks by worker over time, durations, memory, failures.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run" -eq 1' -fa 'purge' -d 'Remove the folders of jobs that have ended.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run" -eq 1' -fa 'pipeline' -d 'Run the steps of a pipeline file, or have a scheduler run them.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run run" -eq 1' -F
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" from' -l 'from' -d 'Format of the input. Found from its first bytes by default.' -rfka 'csv tsv ndjson'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" delimiter' -l 'delimiter' -d 'What stands between CSV fields: one character, or tab, comma, semicolon, pipe.' -rfka 'tab comma semicolon pipe'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" no-header' -l 'no-header' -d 'The first CSV record is data; columns are column_1, column_2 and so on.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" max-record-bytes' -l 'max-record-bytes' -d 'Longest record; a longer one is bad input, often a quote that is never closed. 16M by default.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" chunk-bytes' -l 'chunk-bytes' -d 'Largest chunk, header counted. A single record that is larger has its own chunk. 10M by default.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" chunk-records' -l 'chunk-records' -d 'Records in each chunk but the last, instead of bytes.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" result' -l 'result' -d 'What results are: csv and tsv have a header, which is written once; lines and ndjson have none; bytes may be anything. By default results of CSV are taken as CSV when they look so, others as lines.' -rfka 'auto csv tsv ndjson lines bytes'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" accept-status' -l 'accept-status' -d 'Exit statuses of COMMAND that mean success, as in 0,1 for grep, which ends with 1 when it finds nothing.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" same-rows' -l 'same-rows' -d 'A result that has not as many records as its chunk is a failure.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" workers' -l 'workers' -d 'Chunks worked on at once: a number, or as many as the machine has cores and memory for (auto, the default).' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" memory-per-worker' -l 'memory-per-worker' -d 'Memory that COMMAND may take for one chunk; more is a failure, which --split-on-oom answers.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" load-limit' -l 'load-limit' -d 'Start no chunk while the load average is above this.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" chunk-timeout' -l 'chunk-timeout' -d 'Time that COMMAND may take for one chunk, as in 90s, 30m, 2h.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" retries' -l 'retries' -d 'Further attempts at a chunk that failed. 3 by default.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" split-on-oom' -l 'split-on-oom' -d 'Halve a chunk that ran out of memory, and try the halves.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" no-split-on-oom' -l 'no-split-on-oom' -d 'Halve a chunk that ran out of memory, and try the halves.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" on-failure' -l 'on-failure' -d 'When a chunk has failed for good: end the job (abort, the default), or go on and end with status 1 (continue).' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" max-failed' -l 'max-failed' -d 'Go on until more chunks than this have failed for good.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" durable' -l 'durable' -d 'Bring a result to the disk before its chunk counts as finished.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" no-durable' -l 'no-durable' -d 'Bring a result to the disk before its chunk counts as finished.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" backend' -l 'backend' -d 'Where chunks are worked on. Here (local) by default.' -rfka 'local slurm'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" slurm-options' -l 'slurm-options' -d 'Options for sbatch, as in \'--partition=long --gres=gpu:1 --time=4:00:00\'.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" chunks-per-task' -l 'chunks-per-task' -d 'Chunks that one task on Slurm works on. 1 by default.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run"' -l 'notify' -d 'Post alerts as JSON to this URL; Slack takes them. Also from MILLRACE_NOTIFY_URL, which keeps it out of sight.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run"' -l 'notify-mail' -d 'Mail alerts to this address, by sendmail or by MILLRACE_SMTP_URL.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run"' -l 'notify-command' -d 'Run this command for each alert, with the alert as JSON on standard input. No shell is called.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" job' -l 'job' -d 'Folder of the job: made, or gone on with when it holds this very job, unfinished. By default a new one among the user\'s jobs.' -rfa '(__batch-run_complete_directories)'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" o output' -s 'o' -l 'output' -d 'Output instead of standard output; takes the place of FILE only when it is whole.' -rF
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" provenance' -l 'provenance' -d 'Where the provenance sidecar goes. Beside the output by default.' -rF
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" no-provenance' -l 'no-provenance' -d 'Write no provenance.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" context' -l 'context' -d 'What is written about single rows: a record each, sums, or nothing.' -rfka 'rows summary none'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" require-upstream' -l 'require-upstream' -d 'Fail with status 1 unless it is certain which tool made the input.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" verify' -l 'verify' -d 'Compute the digests of the input again instead of trusting the tool that made it.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" jobs' -l 'jobs' -d 'Number of workers. The cores that this process may use by default.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" seed' -l 'seed' -d 'Seed of anything random.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" progress' -l 'progress' -d 'When to show progress.' -rfka 'auto always never'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" log-format' -l 'log-format' -d 'Form of diagnostics on standard error.' -rfka 'text json'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" v verbose' -l 'verbose' -s 'v' -d 'Say more.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" dry-run' -l 'dry-run' -d 'Check everything, say what would be done, and touch nothing.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" version' -l 'version' -d 'Show the version.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run run" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run submit" -eq 1' -F
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" from' -l 'from' -d 'Format of the input. Found from its first bytes by default.' -rfka 'csv tsv ndjson'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" delimiter' -l 'delimiter' -d 'What stands between CSV fields: one character, or tab, comma, semicolon, pipe.' -rfka 'tab comma semicolon pipe'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" no-header' -l 'no-header' -d 'The first CSV record is data; columns are column_1, column_2 and so on.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" max-record-bytes' -l 'max-record-bytes' -d 'Longest record; a longer one is bad input, often a quote that is never closed. 16M by default.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" chunk-bytes' -l 'chunk-bytes' -d 'Largest chunk, header counted. A single record that is larger has its own chunk. 10M by default.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" chunk-records' -l 'chunk-records' -d 'Records in each chunk but the last, instead of bytes.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" result' -l 'result' -d 'What results are: csv and tsv have a header, which is written once; lines and ndjson have none; bytes may be anything. By default results of CSV are taken as CSV when they look so, others as lines.' -rfka 'auto csv tsv ndjson lines bytes'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" accept-status' -l 'accept-status' -d 'Exit statuses of COMMAND that mean success, as in 0,1 for grep, which ends with 1 when it finds nothing.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" same-rows' -l 'same-rows' -d 'A result that has not as many records as its chunk is a failure.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" workers' -l 'workers' -d 'Chunks worked on at once: a number, or as many as the machine has cores and memory for (auto, the default).' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" memory-per-worker' -l 'memory-per-worker' -d 'Memory that COMMAND may take for one chunk; more is a failure, which --split-on-oom answers.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" load-limit' -l 'load-limit' -d 'Start no chunk while the load average is above this.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" chunk-timeout' -l 'chunk-timeout' -d 'Time that COMMAND may take for one chunk, as in 90s, 30m, 2h.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" retries' -l 'retries' -d 'Further attempts at a chunk that failed. 3 by default.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" split-on-oom' -l 'split-on-oom' -d 'Halve a chunk that ran out of memory, and try the halves.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" no-split-on-oom' -l 'no-split-on-oom' -d 'Halve a chunk that ran out of memory, and try the halves.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" on-failure' -l 'on-failure' -d 'When a chunk has failed for good: end the job (abort, the default), or go on and end with status 1 (continue).' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" max-failed' -l 'max-failed' -d 'Go on until more chunks than this have failed for good.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" durable' -l 'durable' -d 'Bring a result to the disk before its chunk counts as finished.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" no-durable' -l 'no-durable' -d 'Bring a result to the disk before its chunk counts as finished.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" backend' -l 'backend' -d 'Where chunks are worked on. Here (local) by default.' -rfka 'local slurm'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" slurm-options' -l 'slurm-options' -d 'Options for sbatch, as in \'--partition=long --gres=gpu:1 --time=4:00:00\'.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" chunks-per-task' -l 'chunks-per-task' -d 'Chunks that one task on Slurm works on. 1 by default.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit"' -l 'notify' -d 'Post alerts as JSON to this URL; Slack takes them. Also from MILLRACE_NOTIFY_URL, which keeps it out of sight.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit"' -l 'notify-mail' -d 'Mail alerts to this address, by sendmail or by MILLRACE_SMTP_URL.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit"' -l 'notify-command' -d 'Run this command for each alert, with the alert as JSON on standard input. No shell is called.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" job' -l 'job' -d 'Folder of the job, to be made. By default a new one among the user\'s jobs.' -rfa '(__batch-run_complete_directories)'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" o output' -s 'o' -l 'output' -d 'Output instead of standard output; takes the place of FILE only when it is whole.' -rF
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" provenance' -l 'provenance' -d 'Where the provenance sidecar goes. Beside the output by default.' -rF
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" no-provenance' -l 'no-provenance' -d 'Write no provenance.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" context' -l 'context' -d 'What is written about single rows: a record each, sums, or nothing.' -rfka 'rows summary none'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" require-upstream' -l 'require-upstream' -d 'Fail with status 1 unless it is certain which tool made the input.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" verify' -l 'verify' -d 'Compute the digests of the input again instead of trusting the tool that made it.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" jobs' -l 'jobs' -d 'Number of workers. The cores that this process may use by default.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" seed' -l 'seed' -d 'Seed of anything random.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" progress' -l 'progress' -d 'When to show progress.' -rfka 'auto always never'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" log-format' -l 'log-format' -d 'Form of diagnostics on standard error.' -rfka 'text json'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" v verbose' -l 'verbose' -s 'v' -d 'Say more.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" dry-run' -l 'dry-run' -d 'Check everything, say what would be done, and touch nothing.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" version' -l 'version' -d 'Show the version.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run submit" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run resume" -eq 1' -fa '(__batch-run_complete_directories)'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" workers' -l 'workers' -d 'Chunks worked on at once: a number, or as many as the machine has cores and memory for (auto, the default).' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" memory-per-worker' -l 'memory-per-worker' -d 'Memory that COMMAND may take for one chunk; more is a failure, which --split-on-oom answers.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" load-limit' -l 'load-limit' -d 'Start no chunk while the load average is above this.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" chunk-timeout' -l 'chunk-timeout' -d 'Time that COMMAND may take for one chunk, as in 90s, 30m, 2h.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" retries' -l 'retries' -d 'Further attempts at a chunk that failed. 3 by default.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" split-on-oom' -l 'split-on-oom' -d 'Halve a chunk that ran out of memory, and try the halves.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" no-split-on-oom' -l 'no-split-on-oom' -d 'Halve a chunk that ran out of memory, and try the halves.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" on-failure' -l 'on-failure' -d 'When a chunk has failed for good: end the job (abort, the default), or go on and end with status 1 (continue).' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" max-failed' -l 'max-failed' -d 'Go on until more chunks than this have failed for good.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" durable' -l 'durable' -d 'Bring a result to the disk before its chunk counts as finished.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" no-durable' -l 'no-durable' -d 'Bring a result to the disk before its chunk counts as finished.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" backend' -l 'backend' -d 'Where chunks are worked on. Here (local) by default.' -rfka 'local slurm'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" slurm-options' -l 'slurm-options' -d 'Options for sbatch, as in \'--partition=long --gres=gpu:1 --time=4:00:00\'.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" chunks-per-task' -l 'chunks-per-task' -d 'Chunks that one task on Slurm works on. 1 by default.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" result' -l 'result' -d 'What results are, when that turned out to be wrong.' -rfka 'auto csv tsv ndjson lines bytes'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume"' -l 'notify' -d 'Post alerts as JSON to this URL; Slack takes them. Also from MILLRACE_NOTIFY_URL, which keeps it out of sight.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume"' -l 'notify-mail' -d 'Mail alerts to this address, by sendmail or by MILLRACE_SMTP_URL.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume"' -l 'notify-command' -d 'Run this command for each alert, with the alert as JSON on standard input. No shell is called.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" o output' -s 'o' -l 'output' -d 'Output instead of standard output; takes the place of FILE only when it is whole.' -rF
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" provenance' -l 'provenance' -d 'Where the provenance sidecar goes. Beside the output by default.' -rF
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" no-provenance' -l 'no-provenance' -d 'Write no provenance.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" context' -l 'context' -d 'What is written about single rows: a record each, sums, or nothing.' -rfka 'rows summary none'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" require-upstream' -l 'require-upstream' -d 'Fail with status 1 unless it is certain which tool made the input.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" verify' -l 'verify' -d 'Compute the digests of the input again instead of trusting the tool that made it.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" jobs' -l 'jobs' -d 'Number of workers. The cores that this process may use by default.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" seed' -l 'seed' -d 'Seed of anything random.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" progress' -l 'progress' -d 'When to show progress.' -rfka 'auto always never'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" log-format' -l 'log-format' -d 'Form of diagnostics on standard error.' -rfka 'text json'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" v verbose' -l 'verbose' -s 'v' -d 'Say more.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" dry-run' -l 'dry-run' -d 'Check everything, say what would be done, and touch nothing.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" version' -l 'version' -d 'Show the version.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run resume" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run retry" -eq 1' -fa '(__batch-run_complete_directories)'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" workers' -l 'workers' -d 'Chunks worked on at once: a number, or as many as the machine has cores and memory for (auto, the default).' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" memory-per-worker' -l 'memory-per-worker' -d 'Memory that COMMAND may take for one chunk; more is a failure, which --split-on-oom answers.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" load-limit' -l 'load-limit' -d 'Start no chunk while the load average is above this.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" chunk-timeout' -l 'chunk-timeout' -d 'Time that COMMAND may take for one chunk, as in 90s, 30m, 2h.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" retries' -l 'retries' -d 'Further attempts at a chunk that failed. 3 by default.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" split-on-oom' -l 'split-on-oom' -d 'Halve a chunk that ran out of memory, and try the halves.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" no-split-on-oom' -l 'no-split-on-oom' -d 'Halve a chunk that ran out of memory, and try the halves.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" on-failure' -l 'on-failure' -d 'When a chunk has failed for good: end the job (abort, the default), or go on and end with status 1 (continue).' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" max-failed' -l 'max-failed' -d 'Go on until more chunks than this have failed for good.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" durable' -l 'durable' -d 'Bring a result to the disk before its chunk counts as finished.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" no-durable' -l 'no-durable' -d 'Bring a result to the disk before its chunk counts as finished.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" backend' -l 'backend' -d 'Where chunks are worked on. Here (local) by default.' -rfka 'local slurm'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" slurm-options' -l 'slurm-options' -d 'Options for sbatch, as in \'--partition=long --gres=gpu:1 --time=4:00:00\'.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" chunks-per-task' -l 'chunks-per-task' -d 'Chunks that one task on Slurm works on. 1 by default.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" result' -l 'result' -d 'What results are, when that turned out to be wrong.' -rfka 'auto csv tsv ndjson lines bytes'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry"' -l 'notify' -d 'Post alerts as JSON to this URL; Slack takes them. Also from MILLRACE_NOTIFY_URL, which keeps it out of sight.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry"' -l 'notify-mail' -d 'Mail alerts to this address, by sendmail or by MILLRACE_SMTP_URL.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry"' -l 'notify-command' -d 'Run this command for each alert, with the alert as JSON on standard input. No shell is called.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" o output' -s 'o' -l 'output' -d 'Output instead of standard output; takes the place of FILE only when it is whole.' -rF
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" provenance' -l 'provenance' -d 'Where the provenance sidecar goes. Beside the output by default.' -rF
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" no-provenance' -l 'no-provenance' -d 'Write no provenance.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" context' -l 'context' -d 'What is written about single rows: a record each, sums, or nothing.' -rfka 'rows summary none'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" require-upstream' -l 'require-upstream' -d 'Fail with status 1 unless it is certain which tool made the input.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" verify' -l 'verify' -d 'Compute the digests of the input again instead of trusting the tool that made it.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" jobs' -l 'jobs' -d 'Number of workers. The cores that this process may use by default.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" seed' -l 'seed' -d 'Seed of anything random.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" progress' -l 'progress' -d 'When to show progress.' -rfka 'auto always never'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" log-format' -l 'log-format' -d 'Form of diagnostics on standard error.' -rfka 'text json'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" v verbose' -l 'verbose' -s 'v' -d 'Say more.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" dry-run' -l 'dry-run' -d 'Check everything, say what would be done, and touch nothing.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" version' -l 'version' -d 'Show the version.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run retry" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run status" -eq 1' -fa '(__batch-run_complete_directories)'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run status" json' -l 'json' -d 'Print JSON, one object a line.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run status" follow' -l 'follow' -d 'Print a line each 5 s until the job has ended.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run status" version' -l 'version' -d 'Show the version.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run status" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run wait" -eq 1' -fa '(__batch-run_complete_directories)'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run wait" timeout' -l 'timeout' -d 'Wait no longer than this: 90s, 30m, 2h.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run wait" version' -l 'version' -d 'Show the version.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run wait" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run cancel" -eq 1' -fa '(__batch-run_complete_directories)'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run cancel" timeout' -l 'timeout' -d 'How long to wait for the job\'s process to stop.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run cancel" version' -l 'version' -d 'Show the version.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run cancel" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run list" json' -l 'json' -d 'Print NDJSON, one object a job.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run list" all' -l 'all' -d 'List all jobs.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run list" version' -l 'version' -d 'Show the version.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run logs" -eq 1' -fa '(__batch-run_complete_directories)'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run logs" chunk' -l 'chunk' -d 'What the command said on this chunk: 00042, or 42.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run logs" failed' -l 'failed' -d 'What the command said on the chunks that have failed.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run logs" version' -l 'version' -d 'Show the version.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run logs" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run report" -eq 1' -fa '(__batch-run_complete_directories)'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run report" o output' -l 'output' -s 'o' -d 'The page instead of HTML on standard output.' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'html\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run report" version' -l 'version' -d 'Show the version.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run report" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run purge" -ge 1' -fa '(__batch-run_complete_directories)'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run purge" older-than' -l 'older-than' -d 'Of the named jobs, or of all, those to which nothing has happened for so long: 12h, 30d.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run purge" force' -l 'force' -d 'Remove unfinished and damaged ones, too, that are named.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run purge" dry-run' -l 'dry-run' -d 'Only say what would be removed.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run purge" version' -l 'version' -d 'Show the version.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run purge" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline" version' -l 'version' -d 'Show the version.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run pipeline" -eq 1' -fa 'validate' -d 'Tell all that is wrong with a pipeline file.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run pipeline" -eq 1' -fa 'run' -d 'Run the steps of a pipeline file.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run pipeline" -eq 1' -fa 'resume' -d 'Go on with a run that failed or was stopped.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run pipeline" -eq 1' -fa 'activate' -d 'Have a scheduler run a pipeline by the schedule in its file.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run pipeline" -eq 1' -fa 'deactivate' -d 'Take a pipeline back from its scheduler.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run pipeline" -eq 1' -fa 'history' -d 'List the runs, newest first.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run pipeline validate" -eq 1' -fa '(set -l exts \'yaml\' \'yml\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline validate" log-format' -l 'log-format' -d 'Form of diagnostics on standard error.' -rfka 'text json'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline validate" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline validate" version' -l 'version' -d 'Show the version.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline validate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run pipeline run" -eq 1' -fa '(set -l exts \'yaml\' \'yml\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline run" jobs' -l 'jobs' -d 'Steps at a time. The cores that this process may use by default.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline run" log-format' -l 'log-format' -d 'Form of diagnostics on standard error.' -rfka 'text json'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline run" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline run" dry-run' -l 'dry-run' -d 'Check the file and say which steps would run, and run none.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline run" version' -l 'version' -d 'Show the version.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline run" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline resume" jobs' -l 'jobs' -d 'Steps at a time. The cores that this process may use by default.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline resume" log-format' -l 'log-format' -d 'Form of diagnostics on standard error.' -rfka 'text json'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline resume" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline resume" version' -l 'version' -d 'Show the version.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline resume" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run pipeline activate" -eq 1' -fa '(set -l exts \'yaml\' \'yml\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline activate" scheduler' -l 'scheduler' -d 'Which scheduler. cron by default where there is a crontab command, else systemd.' -rfka 'cron systemd slurm'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline activate" slurm-options' -l 'slurm-options' -d 'Options of sbatch for the runs, with --scheduler slurm.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline activate" dry-run' -l 'dry-run' -d 'Print what the scheduler would get, and change nothing.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline activate" log-format' -l 'log-format' -d 'Form of diagnostics on standard error.' -rfka 'text json'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline activate" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline activate" version' -l 'version' -d 'Show the version.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline activate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run pipeline deactivate" -eq 1' -fa '(set -l exts \'yaml\' \'yml\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline deactivate" scheduler' -l 'scheduler' -d 'Which scheduler. cron by default where there is a crontab command, else systemd.' -rfka 'cron systemd slurm'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline deactivate" dry-run' -l 'dry-run' -d 'Say what would be removed, and remove nothing.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline deactivate" log-format' -l 'log-format' -d 'Form of diagnostics on standard error.' -rfka 'text json'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline deactivate" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline deactivate" version' -l 'version' -d 'Show the version.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline deactivate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_positional "batch-run pipeline history" -eq 1' -fa '(set -l exts \'yaml\' \'yml\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline history" last' -l 'last' -d 'List so many runs at most.' -rfka ''
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline history" json' -l 'json' -d 'Print NDJSON, with all steps of each run.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline history" version' -l 'version' -d 'Show the version.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run pipeline history" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'batch-run' -n '__batch-run_should_offer_completions_for_flags_or_options "batch-run help" version' -l 'version' -d 'Show the version.'
