function __aug-pubmed_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __aug-pubmed_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __aug-pubmed_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __aug-pubmed_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __aug-pubmed_parse_tokens -S
    set -l unparsed_tokens (__aug-pubmed_tokens -pc)
    switch $unparsed_tokens[1]
    case 'aug-pubmed'
        __aug-pubmed_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'augment'
            __aug-pubmed_parse_subcommand -r 1 'from=' 'delimiter=' 'no-header' 'max-record-bytes=' 'id-field=' 'ragged=' 'on-error=' 'query=' 'field=' 'pmid-field=' 'xml=+' 'max-articles=' 'all' 'since=' 'until=' 'date-type=' 'sort=' 'fields=' 'markup=' 'explode' 'prefix=' 'email=' 'base-url=' 'interval=' 'timeout=' 'cache=' 'cache-age=' 'refresh' 'no-cache' 'offline' 'to=' 'compress=' 'infer-types' 'flatten' 'unflatten' 'columns=' 'o/output=' 'provenance=' 'no-provenance' 'context=' 'require-upstream' 'verify' 'jobs=' 'seed=' 'progress=' 'log-format=' 'v/verbose' 'q/quiet' 'dry-run' 'version' 'h/help'
        case 'parse'
            __aug-pubmed_parse_subcommand -r 1 'fields=' 'markup=' 'to=' 'compress=' 'o/output=' 'provenance=' 'no-provenance' 'context=' 'require-upstream' 'verify' 'jobs=' 'seed=' 'progress=' 'log-format=' 'v/verbose' 'q/quiet' 'dry-run' 'version' 'h/help'
        case 'cache'
            __aug-pubmed_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'list'
                __aug-pubmed_parse_subcommand 0 'cache=' 'version' 'h/help'
            case 'prune'
                __aug-pubmed_parse_subcommand 0 'cache=' 'older-than=' 'dry-run' 'version' 'h/help'
            case 'clear'
                __aug-pubmed_parse_subcommand 0 'cache=' 'dry-run' 'version' 'h/help'
            end
        case 'help'
            __aug-pubmed_parse_subcommand -r 1 'version'
        end
    end
end

function __aug-pubmed_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __aug-pubmed_parse_subcommand -S -a positional_count
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

function __aug-pubmed_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __aug-pubmed_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__aug-pubmed_tokens -p)
    if test -z "$(__aug-pubmed_tokens -t)"
        set -l index (count (__aug-pubmed_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'aug-pubmed' -f
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed" version' -l 'version' -d 'Show the version.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_positional "aug-pubmed" -eq 1' -fa 'augment' -d 'Add PubMed articles to rows (the default).'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_positional "aug-pubmed" -eq 1' -fa 'parse' -d 'Turn PubMed XML into a row an article.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_positional "aug-pubmed" -eq 1' -fa 'cache' -d 'List the answers that are kept, or remove them.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_positional "aug-pubmed" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_positional "aug-pubmed augment" -ge 1' -F
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" from' -l 'from' -d 'Format of the input. Found from its first bytes by default.' -rfka 'csv tsv ndjson'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" delimiter' -l 'delimiter' -d 'What stands between CSV fields: one character, or tab, comma, semicolon, pipe.' -rfka 'tab comma semicolon pipe'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" no-header' -l 'no-header' -d 'The first CSV record is data; columns are column_1, column_2 and so on.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" max-record-bytes' -l 'max-record-bytes' -d 'Longest record; a longer one is bad input, often a quote that is never closed. 16M by default.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" id-field' -l 'id-field' -d 'The row\'s identity in context records. Its number by default.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" ragged' -l 'ragged' -d 'CSV rows with too few or too many values: stop at the first, fill up with empty values, or also drop surplus ones.' -rfka 'fail fill trim'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" on-error' -l 'on-error' -d 'A bad row stops the run (fail), is dropped and counted (skip), or goes to FILE with its reason (quarantine=FILE).' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" query' -l 'query' -d 'Search for this query, in which {name} stands for a field of the row: \'{gene}[Gene] AND human[Organism]\'.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" field' -l 'field' -d 'Search for what stands in this field.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" pmid-field' -l 'pmid-field' -d 'Fetch the PMIDs that stand in this field: one, or several in a JSON array or with commas, semicolons, bars or white space between them.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment"' -l 'xml' -d 'Files of PubMed XML, compressed or not, the oldest first: every word up to the next option.' -rfa '(set -l exts \'xml\' \'gz\' \'zst\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" max-articles' -l 'max-articles' -d 'Articles of a query that are taken. 20 by default.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" all' -l 'all' -d 'Take all articles of a query, or --max-articles of them. Queries with more than 9,999, which is what one search gives, are split by date, and a day by PMID.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" since' -l 'since' -d 'Only articles from this day, month or year on.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" until' -l 'until' -d 'Only articles up to this day, month or year.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" date-type' -l 'date-type' -d 'The date that --since and --until mean: of publication, of entry into PubMed, of the last modification. Publication by default.' -rfka 'publication entry modification'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" sort' -l 'sort' -d 'Order of the articles.' -rfka 'relevance date author journal'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" fields' -l 'fields' -d 'Fields to add: status, pmids, articles (these three by default), hits; and of an article: kind, pmid, version, title, vernacular_title, abstract, abstract_sections, other_abstracts, journal, iso_abbreviation, issn, volume, issue, pages, year, date, medline_date, article_date, authors, mesh, chemicals, keywords, doi, pmcid, publication_types, languages, grants, references, is_retracted, notices, book_title, publisher, isbn, accession, all by default.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" markup' -l 'markup' -d 'What becomes of <sup>, <i> and the like: characters where Unicode has them and else plain text (unicode), plain text (strip), or the tags (html).' -rfka 'unicode strip html'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" explode' -l 'explode' -d 'Write a row for each article, with the article\'s fields as the row\'s.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" prefix' -l 'prefix' -d 'What the names of the added fields begin with.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" email' -l 'email' -d 'Your e-mail address, which NCBI asks for and writes to before it blocks anybody. NCBI_EMAIL by default.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" base-url' -l 'base-url' -d 'Address of the service, for a mirror or a gateway. The provider\'s own by default.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" interval' -l 'interval' -d 'Seconds between requests, of all processes together. What the provider allows by default.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" timeout' -l 'timeout' -d 'How long the service may be silent before a request is given up and sent again. 30s by default.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" cache' -l 'cache' -d 'Folder for answers, shared by any number of processes, or redis://host:port/database. ~/.cache/millrace by default.' -rfa '(__aug-pubmed_complete_directories)'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" cache-age' -l 'cache-age' -d 'How long an answer is taken from the cache: 12h, 7d, forever. What suits the service by default.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" refresh' -l 'refresh' -d 'Ask for everything again, and keep the new answers.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" no-cache' -l 'no-cache' -d 'Keep no answers, and use none.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" offline' -l 'offline' -d 'Send no request: answer from the cache, of whatever age, or fail.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" to' -l 'to' -d 'Format of the output. That of the input by default.' -rfka 'csv tsv ndjson'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" compress' -l 'compress' -d 'Compression of the output.' -rfka 'none gzip zstd'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" infer-types' -l 'infer-types' -d 'From CSV to NDJSON: write text that is a JSON number, true, false, object or array as such, and no text as null.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" flatten' -l 'flatten' -d 'From NDJSON to CSV: a column for each nested value, named by its dotted path, not one of JSON text.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" unflatten' -l 'unflatten' -d 'From CSV to NDJSON: make nested values of columns with dotted names.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" columns' -l 'columns' -d 'Columns of the output when NDJSON becomes CSV. The keys of the first record by default.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" o output' -s 'o' -l 'output' -d 'Output instead of standard output; takes the place of FILE only when it is whole.' -rF
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" provenance' -l 'provenance' -d 'Where the provenance sidecar goes. Beside the output by default.' -rF
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" no-provenance' -l 'no-provenance' -d 'Write no provenance.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" context' -l 'context' -d 'What is written about single rows: a record each, sums, or nothing.' -rfka 'rows summary none'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" require-upstream' -l 'require-upstream' -d 'Fail with status 1 unless it is certain which tool made the input.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" verify' -l 'verify' -d 'Compute the digests of the input again instead of trusting the tool that made it.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" jobs' -l 'jobs' -d 'Number of workers. The cores that this process may use by default.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" seed' -l 'seed' -d 'Seed of anything random.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" progress' -l 'progress' -d 'When to show progress.' -rfka 'auto always never'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" log-format' -l 'log-format' -d 'Form of diagnostics on standard error.' -rfka 'text json'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" v verbose' -l 'verbose' -s 'v' -d 'Say more.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" dry-run' -l 'dry-run' -d 'Check everything, say what would be done, and touch nothing.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" version' -l 'version' -d 'Show the version.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed augment" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_positional "aug-pubmed parse" -ge 1' -fa '(set -l exts \'xml\' \'gz\' \'zst\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed parse" fields' -l 'fields' -d 'Fields of an article, of: kind, pmid, version, title, vernacular_title, abstract, abstract_sections, other_abstracts, journal, iso_abbreviation, issn, volume, issue, pages, year, date, medline_date, article_date, authors, mesh, chemicals, keywords, doi, pmcid, publication_types, languages, grants, references, is_retracted, notices, book_title, publisher, isbn, accession. All by default.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed parse" markup' -l 'markup' -d 'What becomes of <sup>, <i> and the like: characters where Unicode has them and else plain text (unicode), plain text (strip), or the tags (html).' -rfka 'unicode strip html'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed parse" to' -l 'to' -d 'Format of the output.' -rfka 'csv tsv ndjson'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed parse" compress' -l 'compress' -d 'Compression of the output.' -rfka 'none gzip zstd'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed parse" o output' -s 'o' -l 'output' -d 'Output instead of standard output; takes the place of FILE only when it is whole.' -rF
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed parse" provenance' -l 'provenance' -d 'Where the provenance sidecar goes. Beside the output by default.' -rF
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed parse" no-provenance' -l 'no-provenance' -d 'Write no provenance.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed parse" context' -l 'context' -d 'What is written about single rows: a record each, sums, or nothing.' -rfka 'rows summary none'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed parse" require-upstream' -l 'require-upstream' -d 'Fail with status 1 unless it is certain which tool made the input.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed parse" verify' -l 'verify' -d 'Compute the digests of the input again instead of trusting the tool that made it.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed parse" jobs' -l 'jobs' -d 'Number of workers. The cores that this process may use by default.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed parse" seed' -l 'seed' -d 'Seed of anything random.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed parse" progress' -l 'progress' -d 'When to show progress.' -rfka 'auto always never'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed parse" log-format' -l 'log-format' -d 'Form of diagnostics on standard error.' -rfka 'text json'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed parse" v verbose' -l 'verbose' -s 'v' -d 'Say more.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed parse" q quiet' -l 'quiet' -s 'q' -d 'Say nothing but errors.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed parse" dry-run' -l 'dry-run' -d 'Check everything, say what would be done, and touch nothing.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed parse" version' -l 'version' -d 'Show the version.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed parse" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed cache" version' -l 'version' -d 'Show the version.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed cache" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_positional "aug-pubmed cache" -eq 1' -fa 'list' -d 'Print the answers that are kept, as NDJSON.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_positional "aug-pubmed cache" -eq 1' -fa 'prune' -d 'Remove answers that are old, or went unused for long.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_positional "aug-pubmed cache" -eq 1' -fa 'clear' -d 'Remove all answers that this tool keeps.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed cache list" cache' -l 'cache' -d 'Folder for answers, shared by any number of processes, or redis://host:port/database. ~/.cache/millrace by default.' -rfa '(__aug-pubmed_complete_directories)'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed cache list" version' -l 'version' -d 'Show the version.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed cache list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed cache prune" cache' -l 'cache' -d 'Folder for answers, shared by any number of processes, or redis://host:port/database. ~/.cache/millrace by default.' -rfa '(__aug-pubmed_complete_directories)'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed cache prune" older-than' -l 'older-than' -d 'Remove what was stored longer ago than this: 12h, 30d. Damaged ones go too.' -rfka ''
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed cache prune" dry-run' -l 'dry-run' -d 'Only say what would be removed.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed cache prune" version' -l 'version' -d 'Show the version.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed cache prune" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed cache clear" cache' -l 'cache' -d 'Folder for answers, shared by any number of processes, or redis://host:port/database. ~/.cache/millrace by default.' -rfa '(__aug-pubmed_complete_directories)'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed cache clear" dry-run' -l 'dry-run' -d 'Only say what would be removed.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed cache clear" version' -l 'version' -d 'Show the version.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed cache clear" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'aug-pubmed' -n '__aug-pubmed_should_offer_completions_for_flags_or_options "aug-pubmed help" version' -l 'version' -d 'Show the version.'
