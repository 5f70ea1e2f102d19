# SPDX-License-Identifier: Apache-2.0
# Makefile - the doors to the build; the build itself is meson's
#
#	make		kist and kist-oci (build/musl), libkist and tests (build/glibc)
#	make run	a demonstration, on a machine that has nothing but gcc and make
#	make check	every test and lint
#	make help	the rest

PREFIX ?= /usr/local
DESTDIR ?=
JOBS ?= $(shell nproc)

ANALYZER := clang-analyzer-core.NullDereference \
	clang-analyzer-core.DivideZero clang-analyzer-core.StackAddressEscape \
	clang-analyzer-deadcode.*
comma := ,

MULTIARCH := $(shell gcc -print-multiarch)
# musl's own headers first; the kernel's (linux/, asm/) from Debian's.
MUSL_CC := musl-gcc -idirafter /usr/include -idirafter /usr/include/$(MULTIARCH)
MUSL_OPTIONS := -Dlibrary=false -Dtests=false -Dexamples=false
GLIBC_OPTIONS := -Dprograms=false

.DEFAULT_GOAL := all
.PHONY: all programs library faults asan run check bench lint analyze fmt \
	install uninstall clean help setup

all: programs library

help:
	@sed -n 's/^#\t//p' Makefile
	@printf '%s\n' \
	 'make bench	kist-oci beside crun and runc, kist beside unshare and others' \
	 'make lint	what make check does without running kist' \
	 'make fmt	format the C files' \
	 'make install	DESTDIR= PREFIX=/usr/local; make uninstall' \
	 'make clean	remove build/ (the cached test images stay)'

# The packages that are missing, if this user may install them.
setup:
	@contrib/setup.sh build

build/musl/build.ninja: | setup
	@if command -v musl-gcc >/dev/null; then cc="$(MUSL_CC)"; \
	else echo 'make: no musl-gcc: the programs use glibc, and start slower'; \
	cc=gcc; fi; \
	CC="$$cc" meson setup build/musl $(MUSL_OPTIONS) >build/musl.log || \
		{ cat build/musl.log; exit 1; }

build/glibc/build.ninja: | setup
	@CC=gcc meson setup build/glibc $(GLIBC_OPTIONS) \
		--libdir=lib >build/glibc.log || \
		{ cat build/glibc.log; exit 1; }

# kist-oci and kist with -Dfaults=true, for the fault sweep.
build/faults/build.ninja: | build/musl/build.ninja
	@if command -v musl-gcc >/dev/null; then cc="$(MUSL_CC)"; else cc=gcc; fi; \
	CC="$$cc" meson setup build/faults $(MUSL_OPTIONS) -Dfaults=true \
		>build/faults.log || { cat build/faults.log; exit 1; }

build/asan/build.ninja: | setup
	@CC=gcc meson setup build/asan -Db_sanitize=address,undefined \
		-Db_lundef=false -Dwerror=false >build/asan.log || \
		{ cat build/asan.log; exit 1; }

programs: build/musl/build.ninja
	@ninja -C build/musl -j $(JOBS) --quiet

library: build/glibc/build.ninja
	@ninja -C build/glibc -j $(JOBS) --quiet

faults: build/faults/build.ninja
	@ninja -C build/faults -j $(JOBS) --quiet

asan: build/asan/build.ninja
	@ninja -C build/asan -j $(JOBS) --quiet

run: programs
	@contrib/demo.sh build/musl/src/program/kist

check:
	@contrib/setup.sh check
	@$(MAKE) --no-print-directory all faults asan
	@tests/run.sh

lint:
	@contrib/setup.sh check
	@$(MAKE) --no-print-directory all
	@tests/run.sh lint

# Not its checkers of uninitialized values and leaks: they see neither what a
# system call writes nor the clean-up attribute; the sanitizers and gcc do.
analyze: library
	@git ls-files 'src/*.c' | xargs -P $(JOBS) -n 1 clang-tidy --quiet \
		-p build/glibc --warnings-as-errors='*' --checks=-*,$(subst \
		$() ,$(comma),$(strip $(ANALYZER)))

bench:
	@contrib/setup.sh bench
	@$(MAKE) --no-print-directory programs
	@bench/bench.sh build/musl/src/program/kist-oci
	@for mark in bench/mark-*.sh; do $$mark build/musl/src/program/kist; done

fmt:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

# The prefix may differ from the one of the set-up.
install: all
	@for build in build/musl build/glibc; do \
		meson configure $$build -Dprefix=$(abspath $(PREFIX)) && \
		ninja -C $$build --quiet >/dev/null || exit 1; \
	done
	@DESTDIR="$(DESTDIR)" meson install -C build/musl --no-rebuild --quiet --strip
	@DESTDIR="$(DESTDIR)" meson install -C build/glibc --no-rebuild --quiet

uninstall:
	@for build in build/musl build/glibc; do \
		python3 contrib/uninstall.py $$build "$(DESTDIR)"; \
	done
	@cd "$(DESTDIR)$(abspath $(PREFIX))/share/man" && \
		rm -f man1/kist.1 man1/kist-*.1 man8/kist-oci.8 man8/kist-oci-*.8 \
		man7/kist-*.7

clean:
	@rm -rf build/musl build/glibc build/faults build/asan build/fuzz
