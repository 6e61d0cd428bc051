# Espalier: a network emulator that people type at.
#
#   make            build/espalier
#   make demo       set up, build, and open the demo network
#   make check      set up, build, and run every test
#   make check-vm   the net tests on a stock kernel alone: KERNEL=6.1, 6.12 or newest
#   make check-kmod-debug  the kernel module on a kernel that looks for errors, built first
#   make bench      measure against the kernel's floor, iproute2 and Mininet
#   make bench-trellis  connectors of tunnels to nodes, beside the paper's figures; KERNEL
#   make kmod       the kernel module, for the running kernel; KERNEL=6.1, 6.12 or newest: scripts/vm's
#   make format     apply .clang-format        make layers     check who includes whom
#   make install    to $(prefix), which is /usr/local; DESTDIR is put before it
#   V=1             show the commands
#
# One Makefile for all folders. Other builds of the same sources go to a folder of
# their own: `make BUILD=build/asan CFLAGS='-O1 -g -fsanitize=address' all tests`.

.DEFAULT_GOAL := all
MAKEFLAGS += --no-builtin-rules
prefix ?= /usr/local
CC := gcc
BUILD := build
KERNEL := 6.1
VERSION := 0.1
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)';)

PACKAGES := libnl-3.0 jansson readline ncursesw
PACKAGE_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PACKAGE_LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)
CPPFLAGS += -D_GNU_SOURCE -DESPALIER_VERSION='"$(VERSION)"' -Ilib -I. $(PACKAGE_CFLAGS)
CFLAGS ?= -O2 -g
STRICT := -std=gnu17 -Wall -Wextra -Werror -Wshadow -Wmissing-prototypes \
	-Wstrict-prototypes -Wvla -fno-common
LDLIBS += $(PACKAGE_LIBS) -lm

LIB_SRC := $(sort $(wildcard lib/*/*.c))
SHELL_SRC := $(sort $(wildcard shell/*.c))
MONITOR_SRC := $(sort $(wildcard monitor/*.c))
MAIN_SRC := $(sort $(wildcard main/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
BENCH_SRC := $(sort $(wildcard tests/bench/*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
SHELL_OBJ := $(SHELL_SRC:%.c=$(BUILD)/%.o)
MONITOR_OBJ := $(MONITOR_SRC:%.c=$(BUILD)/%.o)
MAIN_OBJ := $(MAIN_SRC:%.c=$(BUILD)/%.o)
LIBS := $(BUILD)/libshell.a $(BUILD)/libmonitor.a $(BUILD)/libespalier.a
UNIT_BIN := $(UNIT_SRC:%.c=$(BUILD)/%)
BENCH_BIN := $(BENCH_SRC:%.c=$(BUILD)/%)
FUZZ_BIN := $(FUZZ_SRC:%.c=$(BUILD)/%)
SOURCES := $(wildcard lib/*/*.[ch] shell/*.[ch] monitor/*.[ch] main/*.[ch] tests/*/*.[ch])

all: $(BUILD)/espalier

# Set-up comes first and in a make of its own: pkg-config has answers only after it.
demo:
	@scripts/deps
	@$(MAKE) --no-print-directory all
	@bash -mc '$(BUILD)/espalier labs/demo.lab; exit $$?' # -m: Ctrl-C must not reach make

check:
	@scripts/deps
	@scripts/deps check
	@scripts/deps vm
	@scripts/deps kmod
	@V=$(V) scripts/check

check-vm:
	@scripts/deps
	@scripts/deps check
	@scripts/deps vm
	@V=$(V) KERNEL=$(KERNEL) scripts/check gcc vm_net_all

check-kmod-debug:
	@scripts/deps
	@scripts/deps check
	@scripts/deps vm
	@scripts/deps kmod
	@scripts/deps kernel
	@V=$(V) scripts/check gcc kmod_debug

bench:
	@scripts/deps
	@scripts/deps bench
	@$(MAKE) --no-print-directory all bench-programs
	@tests/bench/run
	@echo
	@$(BUILD)/tests/bench/wire
	@echo
	@tests/bench/shapes
	@echo
	@tests/bench/samples
	@echo
	@tests/bench/monitor
	@echo
	@scripts/deps services
	@tests/bench/frr
	@echo
	@tests/bench/labs
	@if command -v qemu-system-x86_64 >/dev/null; then \
		printf '\nThe same on a stock kernel, emulated:\n'; \
		scripts/vm --icount tests/bench/shapes 3; fi

bench-trellis:
	@scripts/deps
	@scripts/deps vm
	@scripts/deps kmod
	@$(MAKE) --no-print-directory all
	@tests/bench/trellis $(KERNEL)

kmod:
	@scripts/deps kmod
	@unset MAKEFLAGS MFLAGS MAKELEVEL; \
		scripts/kmod $(if $(filter command environment,$(origin KERNEL)),$(KERNEL))

format:
	$(Q)clang-format -i $(SOURCES)

layers:
	$(Q)scripts/layers

tests: $(UNIT_BIN) $(BENCH_BIN)

bench-programs: $(BENCH_BIN)

fuzz: $(FUZZ_BIN)

$(BUILD)/%.o: %.c | $(if $(PACKAGE_LIBS),,packages-missing)
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(CPPFLAGS) $(STRICT) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/libespalier.a: $(LIB_OBJ)
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^

$(BUILD)/libmonitor.a: $(MONITOR_OBJ)
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^

$(BUILD)/libshell.a: $(SHELL_OBJ)
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^

$(BUILD)/espalier: $(MAIN_OBJ) $(LIBS)
	$(call say,LD,$@)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

# A unit test is one program, of what it tests.
$(UNIT_BIN): $(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(LIBS)
	$(call say,LD,$@)$(CC) $(CFLAGS) $(LDFLAGS) $^ -lcmocka $(LDLIBS) -o $@

# The references of the benchmark have nothing of Espalier in them; wire measures lib/wire,
# sample lib/stat.
$(BUILD)/tests/bench/wire $(BUILD)/tests/bench/sample: $(BUILD)/libespalier.a
$(BENCH_BIN): $(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o
	$(call say,LD,$@)$(CC) $(CFLAGS) $(LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) \
		$(if $(filter %.a,$^),$(LDLIBS)) -o $@

# To be built with CC=clang and -fsanitize=fuzzer-no-link in CFLAGS; see scripts/check.
$(FUZZ_BIN): $(BUILD)/tests/fuzz/%: $(BUILD)/tests/fuzz/%.o $(LIBS)
	$(call say,LD,$@)$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) $^ $(LDLIBS) -o $@

$(BUILD)/espalier.1: $(BUILD)/espalier
	$(call say,MAN,$@)$< --manual > $@.new && mv $@.new $@

packages-missing:
	@echo 'make: libraries to build with are missing ($(PACKAGES)):' \
		'run scripts/deps, or make demo, which does so' >&2; false

install: $(BUILD)/espalier $(BUILD)/espalier.1
	$(Q)install -D -m 755 $(BUILD)/espalier $(DESTDIR)$(prefix)/bin/espalier
	$(Q)install -D -m 644 $(BUILD)/espalier.1 $(DESTDIR)$(prefix)/share/man/man1/espalier.1
	$(Q)install -d $(DESTDIR)$(prefix)/share/espalier/labs/papers
	$(Q)install -m 644 labs/*.lab $(DESTDIR)$(prefix)/share/espalier/labs
	$(Q)install -m 644 labs/papers/*.lab $(DESTDIR)$(prefix)/share/espalier/labs/papers

uninstall:
	$(Q)rm -f $(DESTDIR)$(prefix)/bin/espalier $(DESTDIR)$(prefix)/share/man/man1/espalier.1
	$(Q)rm -rf $(DESTDIR)$(prefix)/share/espalier

clean:
	$(Q)rm -rf $(BUILD)

-include $(LIB_OBJ:.o=.d) $(SHELL_OBJ:.o=.d) $(MONITOR_OBJ:.o=.d) $(MAIN_OBJ:.o=.d) $(UNIT_BIN:=.d) $(BENCH_BIN:=.d) $(FUZZ_BIN:=.d)
.SECONDARY:
.DELETE_ON_ERROR:
.PHONY: all demo check check-vm check-kmod-debug bench bench-trellis kmod format layers tests bench-programs fuzz packages-missing \
	install uninstall clean
