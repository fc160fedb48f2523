# What a person types; CI types `make test`. `make help` lists it all.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules --no-print-directory

CARGO ?= cargo
RUSTC ?= rustc
INSTALL ?= install

# Where `make install` puts things, below DESTDIR.
DESTDIR ?=
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share/amio
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR ?= $(PREFIX)/share/zsh/site-functions
FISHCOMPDIR ?= $(PREFIX)/share/fish/vendor_completions.d

VERSION := $(shell sed -n '/^\[package\]/,/^version/s/^version = "\(.*\)"/\1/p' Cargo.toml)
ABI := $(firstword $(subst ., ,$(VERSION)))
RELEASE := $(or $(CARGO_TARGET_DIR),target)/release
PYTHON_BENCH := $(or $(CARGO_TARGET_DIR),target)/python/bench
WHEELS := $(or $(CARGO_TARGET_DIR),target)/wheels
NATIVE_LIBS := $(RELEASE)/native-static-libs
SOURCES := $(wildcard Cargo.lock) Cargo.toml build.rs cli/Cargo.toml \
    $(shell find src cli/src vendor -name '*.rs')

# Programs of tests, and those of them that a busy machine would disturb, what it disturbs most at the end.
TEST_PROGRAMS := $(shell sed -n '/^\[\[test\]\]/,/^$$/s/^name = "\(.*\)"/\1/p' Cargo.toml cli/Cargo.toml)
LIVE := jack streams alsa

.PHONY: build
build: $(RELEASE)/.built ## the libraries and the program, in target/release (default)

# Built again when a source is newer, so that `make && sudo make install` needs no cargo as root.
# The second command tells what whoever links the static library has to link as well.
$(RELEASE)/.built: $(SOURCES)
	$(CARGO) build --locked --release --workspace
	echo 'extern crate amio;' | $(RUSTC) --edition 2024 --crate-type staticlib \
	    --extern amio=$(RELEASE)/libamio.rlib -L dependency=$(RELEASE)/deps -o $(NATIVE_LIBS).a \
	    --print native-static-libs=$(NATIVE_LIBS) -
	rm $(NATIVE_LIBS).a
	touch $@

.PHONY: demo
demo: setup-build setup-demo build ## set up this machine, then render and check an arrangement of voices
	scripts/demo

# Two things at a time: first what keeps the processors busy, then what plays in real time, which they
# would disturb, beside what needs one of them.
.PHONY: test
test: setup ## set up this machine, then run all tests that CI runs
	scripts/side-by-side 'lint test-rust test-compare test-loom' 'build test-install test-san'
	scripts/side-by-side 'test-live test-python demo' 'test-fuzz test-rt'

.PHONY: setup setup-build setup-demo setup-bench
setup: ## install what this machine lacks to build, test and run the demo
	scripts/setup
setup-build setup-demo setup-bench: setup-%:
	scripts/setup $*

.PHONY: lint
lint: ## formatting and lints
	$(CARGO) fmt --all --check
	$(CARGO) fmt --all --check --manifest-path tests/loom/Cargo.toml
	$(CARGO) fmt --all --check --manifest-path fuzz/Cargo.toml
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	$(CARGO) clippy --locked --workspace --test compare -- -D warnings

.PHONY: test-rust
test-rust: ## what `cargo test` runs, but test-live: unit, integration, C, C++ and Python tests
	$(CARGO) test --locked --workspace --lib --bins $(addprefix --test ,$(filter-out $(LIVE) compare,$(TEST_PROGRAMS)))
	$(CARGO) test --locked --workspace --doc

.PHONY: test-live
test-live: ## what plays in real time, on servers of its own and streamed from disk
	$(CARGO) test --locked --workspace $(addprefix --test ,$(LIVE)) --no-run
	for program in $(LIVE); do $(CARGO) test --locked --workspace --test "$$program"; done

.PHONY: test-install
test-install: build ## C programs against an installed tree
	scripts/test-install

.PHONY: test-python
test-python: build ## the Python package: installed in three ways, its tests, types, style and documentation
	scripts/test-python

.PHONY: test-rt
test-rt: ## what the audio thread does: no allocation, lock or system call
	scripts/test-rt

.PHONY: test-san
test-san: ## address and thread sanitizers
	scripts/test-san

.PHONY: test-loom
test-loom: ## every interleaving of the queues between the threads
	scripts/test-loom

.PHONY: test-fuzz
test-fuzz: ## damaged files into each parser, for a minute
	scripts/fuzz 60

.PHONY: fuzz
fuzz: ## the same, for ten minutes; scripts/fuzz SECONDS for longer
	scripts/fuzz

.PHONY: test-compare
test-compare: ## random files, decoded by the library and by other decoders, for a minute
	scripts/fuzz-compare 60 --start 1

.PHONY: fuzz-compare
fuzz-compare: ## the same with new files, for ten minutes; scripts/fuzz-compare SECONDS for longer
	scripts/fuzz-compare

.PHONY: test-long
test-long: ## the tests that take too long for CI
	$(CARGO) test --locked --release --workspace -- --ignored
	scripts/test-san --long
	scripts/test-python --long

.PHONY: test-fresh
test-fresh: ## `make demo` and `make test` on a new Debian 12 without anything; takes root, or sudo
	scripts/test-fresh

.PHONY: bench
bench: setup-bench ## figures beside their budgets
	$(CARGO) bench --locked
	scripts/instructions

.PHONY: bench-python
bench-python: setup-bench $(PYTHON_BENCH)/.made build ## the Python package's processor time, beside AMIO 0.1.1 and JACK-Client from PyPI
	AMIO_LIBRARY=$(abspath $(RELEASE)/libamio.so) $(PYTHON_BENCH)/bin/python python/benches/cpu.py
	AMIO_LIBRARY=$(abspath $(RELEASE)/libamio.so) $(PYTHON_BENCH)/bin/python python/benches/jack_process.py

$(PYTHON_BENCH)/.made: python/benches/requirements.txt python/constraints.txt
	. scripts/environment.sh && make_environment $(@D) --requirement $<
	. scripts/environment.sh && $(@D)/bin/pip install --quiet --no-build-isolation --no-deps amio==0.1.1
	touch $@

.PHONY: header
header: ## refresh include/amio.h from src/capi, and the Python package's view of it
	AMIO_REFRESH_HEADER=1 $(CARGO) test --locked --test integration header::
	scripts/python python/tools/abi.py

.PHONY: wheel
wheel: build ## the Python package as a wheel for this and newer systems, in target/wheels
	scripts/python -m pip wheel --no-build-isolation --no-deps --wheel-dir $(WHEELS) ./python

# What each shell completes by, and the pages: from the program itself.
COMPLETIONS = $(BASHCOMPDIR)/amio $(ZSHCOMPDIR)/_amio $(FISHCOMPDIR)/amio.fish
PAGES = $(addprefix $(MANDIR)/man1/amio,.1 -check.1 -completions.1 -connect.1 -devices.1 -disconnect.1 -find.1 \
    -graph.1 -graph-restore.1 -graph-save.1 -info.1 -latency.1 -man.1 -midi.1 -midi-monitor.1 -play.1 -plot.1 -ports.1 \
    -record.1 -render.1 -transport.1 -transport-locate.1 -transport-start.1 -transport-status.1 \
    -transport-stop.1 -watch.1)

INSTALLED = \
    $(BINDIR)/amio \
    $(COMPLETIONS) \
    $(PAGES) \
    $(INCLUDEDIR)/amio.h \
    $(LIBDIR)/libamio.a \
    $(LIBDIR)/libamio.so \
    $(LIBDIR)/libamio.so.$(ABI) \
    $(LIBDIR)/libamio.so.$(VERSION) \
    $(LIBDIR)/pkgconfig/amio.pc \
    $(DATADIR)/amio.tsan.supp

# Inside amio.pc, paths are relative to its prefix, so that the tree can be moved.
in_prefix = $(patsubst $(PREFIX)/%,$${prefix}/%,$(1))

.PHONY: install
install: build ## library, header, amio.pc, program, its manual and completions below PREFIX (/usr/local), staged in DESTDIR
	$(INSTALL) -d $(addprefix $(DESTDIR),$(BINDIR) $(INCLUDEDIR) $(LIBDIR)/pkgconfig)
	$(INSTALL) -m 755 $(RELEASE)/amio $(DESTDIR)$(BINDIR)/amio
	$(INSTALL) -d $(addprefix $(DESTDIR),$(MANDIR)/man1 $(BASHCOMPDIR) $(ZSHCOMPDIR) $(FISHCOMPDIR))
	$(RELEASE)/amio man $(DESTDIR)$(MANDIR)/man1
	$(RELEASE)/amio completions bash >$(DESTDIR)$(BASHCOMPDIR)/amio
	$(RELEASE)/amio completions zsh >$(DESTDIR)$(ZSHCOMPDIR)/_amio
	$(RELEASE)/amio completions fish >$(DESTDIR)$(FISHCOMPDIR)/amio.fish
	chmod 644 $(addprefix $(DESTDIR),$(COMPLETIONS) $(PAGES))
	$(INSTALL) -d $(DESTDIR)$(DATADIR)
	$(INSTALL) -m 644 amio.tsan.supp $(DESTDIR)$(DATADIR)/amio.tsan.supp
	$(INSTALL) -m 644 include/amio.h $(DESTDIR)$(INCLUDEDIR)/amio.h
	$(INSTALL) -m 644 $(RELEASE)/libamio.a $(DESTDIR)$(LIBDIR)/libamio.a
	$(INSTALL) -m 755 $(RELEASE)/libamio.so $(DESTDIR)$(LIBDIR)/libamio.so.$(VERSION)
	ln -sf libamio.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libamio.so.$(ABI)
	ln -sf libamio.so.$(ABI) $(DESTDIR)$(LIBDIR)/libamio.so
	sed -e 's,@PREFIX@,$(PREFIX),' -e 's,@VERSION@,$(VERSION),' \
	    -e 's,@LIBDIR@,$(call in_prefix,$(LIBDIR)),' \
	    -e 's,@INCLUDEDIR@,$(call in_prefix,$(INCLUDEDIR)),' \
	    -e "s,@NATIVE_LIBS@,$$(cat $(NATIVE_LIBS))," \
	    amio.pc.in >$(DESTDIR)$(LIBDIR)/pkgconfig/amio.pc
	chmod 644 $(DESTDIR)$(LIBDIR)/pkgconfig/amio.pc

.PHONY: uninstall
uninstall: ## remove what `make install` with the same PREFIX and DESTDIR put there
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14
