# Espalier: a network emulator that people type at.
#
#   make            build/espalier
#   make demo       set up, build, and open the demo network
#   make check      set up, build, and run every test
#   make bench      measure against the kernel's floor, iproute2 and Mininet
#   V=1             show the commands

.DEFAULT_GOAL := all
MAKEFLAGS += --no-builtin-rules
prefix ?= /usr/local
CC := gcc
BUILD := build
VERSION := 0.1
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)';)

PACKAGES := libnl-3.0 jansson readline
CPPFLAGS += -D_GNU_SOURCE -DESPALIER_VERSION='"$(VERSION)"' -Ilib -I. \
	$(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
CFLAGS ?= -O2 -g
STRICT := -std=gnu17 -Wall -Wextra -Werror -Wshadow -Wmissing-prototypes \
	-Wstrict-prototypes -Wvla -fno-common
LDLIBS += $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lm

LIB_SRC := $(sort $(wildcard lib/*/*.c))
SHELL_SRC := $(sort $(wildcard shell/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
SHELL_OBJ := $(SHELL_SRC:%.c=$(BUILD)/%.o)
UNIT_BIN := $(UNIT_SRC:%.c=$(BUILD)/%)

all: $(BUILD)/espalier

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(CPPFLAGS) $(STRICT) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/libespalier.a: $(LIB_OBJ)
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^

$(BUILD)/espalier: $(SHELL_OBJ) $(BUILD)/libespalier.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

# A unit test is one program; it links what it tests, and the shell but for its main().
$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(filter-out %/main.o,$(SHELL_OBJ)) $(BUILD)/libespalier.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(LDFLAGS) $^ -lcmocka $(LDLIBS) -o $@

-include $(LIB_OBJ:.o=.d) $(SHELL_OBJ:.o=.d) $(UNIT_BIN:=.d)
.SECONDARY:
.PHONY: all
