# Millrace. The targets that people use:
#   make demo                      build, and see the tools at work; NO_INSTALL=1 only says which packages are missing
#   make test                      build, and run the tests
#   make install PREFIX=/usr/local [PROGRAM_PREFIX=mr-] [DESTDIR=…], make uninstall with the same words
#   make validators                install what others wrote to read the exports of prov, for make test, into .tools
#   make chat-model                install a small language model for make test, into .tools
#   make test-sanitize             the tests under thread sanitizer, then under address sanitizer; half an hour or more each
#   make score-synth               score tables that synth-gen learned, those of MILLRACE_FIXTURES, with SDMetrics in .tools
#   make bench                     measure, and write Benchmarks/RESULTS.md; make fuzz [SECONDS=60], make soak
#   make man, make completions     write anew what is made from the commands
#   make format, make lint, make clean

SHELL = /bin/sh
PREFIX = /usr/local
PROGRAM_PREFIX =
DESTDIR =
SECONDS = 60

bindir = $(PREFIX)/bin
mandir = $(PREFIX)/share/man
bashdir = $(PREFIX)/share/bash-completion/completions
zshdir = $(PREFIX)/share/zsh/site-functions
fishdir = $(PREFIX)/share/fish/vendor_completions.d

# Every tool of Package.swift.
TOOLS := $(shell sed -n 's/^ *tool."\([^"]*\)".*/\1/p' Package.swift)
# The folder that install takes executables from.
BUILD = .build/release
SOURCES = Package.swift Sources Tests Fuzz examples/own-tools/Package.swift examples/own-tools/Sources
GENERATE_MANUAL = .build/debug/generate-manual-tool

# Tests that are asynchronous within their process. They need threads of the cooperative pool, which has two on two cores;
# those that wait for a child process hold them. So the two kinds run one after the other.
ASYNCHRONOUS = MillraceCoreTests\.(Network|RateLimiter|Service|Cache)

.PHONY: all packages release demo build-tests test test-sanitize validators chat-model bench score-synth install install-files uninstall man completions generate-manual \
  fuzz soak lint format clean

all: release

packages:
	@scripts/install-packages
	@scripts/check-swift

# Without a run path of its own the executable looks for libraries only where the system has them.
release: packages
	swift build -c release --static-swift-stdlib --disable-local-rpath

demo: release
	examples/demo $(BUILD)

build-tests: packages
	swift build --build-tests
	swift build --package-path examples/own-tools
	$(MAKE) --no-print-directory generate-manual

# Without the validators and the language model the tests that need them are skipped.
test: build-tests
	swift test --skip-build --parallel --filter '$(ASYNCHRONOUS)'
	swift test --skip-build --parallel --skip '$(ASYNCHRONOUS)'

test-sanitize: packages
	scripts/test-sanitize thread
	scripts/test-sanitize address

validators: packages
	@scripts/make-validators .tools/validators

chat-model: packages
	@scripts/make-chat-model .tools/chat-model

bench: release
	Benchmarks/run $(BUILD)

score-synth: release
	@scripts/score-synth $(BUILD)/synth-gen .tools/synthetic-tables "$(MILLRACE_FIXTURES)/synth/tables"

fuzz: packages
	Fuzz/run $(SECONDS)

soak: release
	Tests/soak $(BUILD)

# The plugin of swift-argument-parser builds its generator when it is asked for help.
generate-manual:
	@swift package generate-manual --help >/dev/null

man: generate-manual
	swift build
	@for tool in $(TOOLS); do \
	  man/generate $(GENERATE_MANUAL) .build/debug/$$tool > man/man1/$$tool.1.new && \
	  mv man/man1/$$tool.1.new man/man1/$$tool.1 || exit 1; \
	done

completions:
	swift build
	@for tool in $(TOOLS); do \
	  .build/debug/$$tool --generate-completion-script bash > completions/bash/$$tool && \
	  .build/debug/$$tool --generate-completion-script zsh > completions/zsh/_$$tool && \
	  .build/debug/$$tool --generate-completion-script fish > completions/fish/$$tool.fish || exit 1; \
	done

install: release
	@$(MAKE) --no-print-directory install-files

# In a page, a tool's name is renamed where it is a command: in .Nm and .Xr, and behind a prompt or a pipe.
empty :=
space := $(empty) $(empty)
names := $(subst $(space),\|,$(TOOLS))
rename_in_page = sed \
  -e 's/^\(\.Nm\|\.Xr\) \($(names)\)\( \|$$\)/\1 $(PROGRAM_PREFIX)\2\3/' \
  -e 's/\(\$$ \|| *\)\($(names)\) /\1$(PROGRAM_PREFIX)\2 /g'

# An executable writes the completions for the name that it is started under.
install-files:
	@set -e; \
	install -d $(DESTDIR)$(bindir) $(DESTDIR)$(mandir)/man1 $(DESTDIR)$(bashdir) $(DESTDIR)$(zshdir) $(DESTDIR)$(fishdir); \
	for tool in $(TOOLS); do \
	  name=$(PROGRAM_PREFIX)$$tool; program=$(DESTDIR)$(bindir)/$$name; \
	  install -s -m 755 $(BUILD)/$$tool $$program; \
	  $(rename_in_page) man/man1/$$tool.1 > $(DESTDIR)$(mandir)/man1/$$name.1; \
	  $$program --generate-completion-script bash > $(DESTDIR)$(bashdir)/$$name; \
	  $$program --generate-completion-script zsh > $(DESTDIR)$(zshdir)/_$$name; \
	  $$program --generate-completion-script fish > $(DESTDIR)$(fishdir)/$$name.fish; \
	  chmod 644 $(DESTDIR)$(mandir)/man1/$$name.1 $(DESTDIR)$(bashdir)/$$name $(DESTDIR)$(zshdir)/_$$name \
	    $(DESTDIR)$(fishdir)/$$name.fish; \
	done; \
	for page in $(wildcard man/man5/*.5 man/man7/*.7); do \
	  install -D -m 644 $$page $(DESTDIR)$(mandir)/$${page#man/}; \
	done

uninstall:
	@for tool in $(TOOLS); do \
	  name=$(PROGRAM_PREFIX)$$tool; \
	  rm -f $(DESTDIR)$(bindir)/$$name $(DESTDIR)$(mandir)/man1/$$name.1 $(DESTDIR)$(bashdir)/$$name \
	    $(DESTDIR)$(zshdir)/_$$name $(DESTDIR)$(fishdir)/$$name.fish; \
	done
	@for page in $(wildcard man/man5/*.5 man/man7/*.7); do rm -f $(DESTDIR)$(mandir)/$${page#man/}; done

lint:
	swift format lint --strict -r $(SOURCES)

format:
	swift format -i -r $(SOURCES)

clean:
	rm -rf .build .build-thread .build-address examples/own-tools/.build
