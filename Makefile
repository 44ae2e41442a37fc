# tcpconsole
#
#   make            builds build/tcpconsole, build/tcpserv, build/tcpcli
#   make deps       installs what the build and the tests need (Debian, Ubuntu)
#   make run        opens the console on 127.0.0.1
#   make check      every test; check-asan and check-valgrind: under those
#   make rooms      draws which room uses which
#   make mutants    breaks a line, sees whether the tests notice, again and again
#   make fuzz       the fuzzers, FUZZ_SECONDS=60 each
#   make faults     every call of libc fails in turn, each process is killed everywhere
#   make soak       a random session, SECONDS=600: memory, descriptors, children flat
#   make bench      the speed, as figures beside their references
#   make patience   every lesson with long pauses, as lecturers make them
#   make goldens    writes the expected outputs of the tests anew: review the diff
#   make screenshots  the pictures in screenshots/, from real sessions
#   make install    under PREFIX (/usr/local), below DESTDIR
#
# CC, CPPFLAGS, CFLAGS, LDFLAGS, LDLIBS are respected; WERROR= leaves warnings as
# warnings.

PREFIX ?= /usr/local
DESTDIR ?=
CC ?= cc
CFLAGS ?= -O2 -g
WERROR ?=
HOST ?= 127.0.0.1
PORT ?=
BUILD ?= build

# What the build needs, and what the tests need beside it.
PACKAGES = gcc libc6-dev make pkg-config libncurses-dev libreadline-dev libjansson-dev \
	libmnl-dev
TEST_PACKAGES = check tmux iproute2 procps net-tools groff-base socat ncat busybox python3

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual \
	-Wwrite-strings -Wformat=2 -Wundef -Wvla -Wswitch-enum -Wfloat-equal \
	-Werror=implicit-function-declaration $(WERROR)
STANDARD = -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
COMPILE = $(CC) $(STANDARD) $(WARNINGS) $(SANITIZE) $(COVERAGE) $(CPPFLAGS) $(CFLAGS) -MMD -MP
LINK = $(CC) $(SANITIZE) $(CFLAGS) $(LDFLAGS)

# Other flags than last time make everything anew (WERROR is none of them).
FLAGS = $(CC) $(STANDARD) $(SANITIZE) $(COVERAGE) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(LDLIBS)
ifeq ($(filter clean uninstall,$(MAKECMDGOALS))$(findstring n,$(firstword -$(MAKEFLAGS))),)
$(shell mkdir -p $(BUILD))
$(file >$(BUILD)/flags.now,$(FLAGS))
$(shell cmp -s $(BUILD)/flags.now $(BUILD)/flags && rm $(BUILD)/flags.now || \
    mv $(BUILD)/flags.now $(BUILD)/flags)
endif

# The rooms (see README.md), each with those that it may use: it is compiled with their
# include paths and with no others, so that an include that climbs is an error.
# make rooms draws them.
SERVER_ROOMS = server
CLIENT_ROOMS = client
CORE_ROOMS = core/base core/kernel core/log core/guard core/watch core/format core/explain \
	core/world core/session core/headless
TUI_ROOMS = tui/terminal tui/line tui/panes tui/screen tui/console tui
USES_server = protocol
USES_client = protocol
USES_core/base = protocol
USES_core/kernel = core/base $(USES_core/base)
USES_core/log = core/kernel $(USES_core/kernel)
USES_core/guard = core/kernel $(USES_core/kernel)
USES_core/watch = core/log $(USES_core/log)
USES_core/format = core/log $(USES_core/log)
USES_core/explain = core/format $(USES_core/format)
USES_core/world = core/watch core/guard $(USES_core/watch)
USES_core/session = core/world core/explain core/format $(USES_core/world)
USES_core/headless = core/session $(USES_core/session)
USES_tui/terminal = core/base $(USES_core/base)
USES_tui/line = tui/terminal core/session $(USES_core/session)
USES_tui/panes = tui/terminal core/session $(USES_core/session)
USES_tui/screen = tui/panes tui/line $(USES_tui/panes)
USES_tui/console = tui/screen $(USES_tui/screen)
USES_tui = tui/console core/headless $(USES_tui/console)
ROOMS = $(SERVER_ROOMS) $(CLIENT_ROOMS) $(CORE_ROOMS) $(TUI_ROOMS)

# The libraries that a room needs beside libc.
NEEDS_core/kernel = libmnl
NEEDS_core/format = jansson
$(foreach room,$(TUI_ROOMS),$(eval NEEDS_$(room) = ncursesw readline))

paths = $(addprefix -I,$(1) $(USES_$(1)))
needs = $(if $(NEEDS_$(1)),$$(pkg-config --cflags $(NEEDS_$(1))))
objects = $(foreach room,$(1),$(patsubst %.c,$(BUILD)/%.o,$(wildcard $(room)/*.c)))

CORE = $(call objects,$(CORE_ROOMS))
TUI = $(call objects,$(TUI_ROOMS))
SERVER = $(call objects,$(SERVER_ROOMS))
CLIENT = $(call objects,$(CLIENT_ROOMS))
CORE_FLAGS = $(addprefix -I,$(CORE_ROOMS) protocol) $$(pkg-config --cflags jansson libmnl)
CORE_LIBS = $$(pkg-config --libs jansson libmnl) -lm
TUI_FLAGS = $(CORE_FLAGS) $(addprefix -I,$(TUI_ROOMS)) $$(pkg-config --cflags ncursesw readline)
TUI_LIBS = $$(pkg-config --libs ncursesw readline) $(CORE_LIBS)

# The unit tests stand in the same rooms; those of the screen are linked with curses.
UNIT_FLAGS = -Itests/unit -Itests $$(pkg-config --cflags check)
SCREEN_TEST_ROOMS = $(patsubst %,tests/unit/%,terminal line panes screen console)
CORE_TEST_ROOMS = $(filter-out $(SCREEN_TEST_ROOMS),$(patsubst %/,%,$(wildcard tests/unit/*/)))
SCREEN_TESTS = $(call objects,$(SCREEN_TEST_ROOMS)) $(BUILD)/tests/unit/check_screen_main.o
CORE_TESTS = $(call objects,$(CORE_TEST_ROOMS)) \
	$(filter-out %/check_screen_main.o,$(call objects,tests/unit))
TEST_LIBS = $$(pkg-config --libs check)
PROGRAMS = $(BUILD)/tcpconsole $(BUILD)/tcpserv $(BUILD)/tcpcli
TEST_PROGRAMS = $(BUILD)/alone $(BUILD)/check_core $(BUILD)/check_screen $(BUILD)/free_port \
	$(BUILD)/refusing $(BUILD)/stream $(BUILD)/hostile $(BUILD)/odd_server \
	$(BUILD)/faulted $(BUILD)/failing.so $(BUILD)/witness.so $(BUILD)/crowd
BENCH = $(patsubst %,$(BUILD)/bench/%,bare load decide rest wakes crowd start memory)
BENCH_PROGRAMS = $(BENCH) $(BUILD)/make_recording $(BUILD)/replay_time

all: $(PROGRAMS) $(BUILD)/scenarios

# the program looks for its lessons beside itself
$(BUILD)/scenarios:
	@mkdir -p $(@D)
	@ln -sfnr scenarios $@

$(BUILD)/tcpconsole: $(TUI) $(CORE)
	@echo LD $@; $(LINK) -o $@ $^ $(TUI_LIBS) $(LDLIBS)

# bound at its start (-z now), for what is bound later each child binds anew
$(BUILD)/tcpserv: $(SERVER)
	@echo LD $@; $(LINK) -Wl,-z,now -o $@ $^ $(LDLIBS)

$(BUILD)/tcpcli: $(CLIENT)
	@echo LD $@; $(LINK) -o $@ $^ $(LDLIBS)

$(CORE) $(TUI) $(SERVER) $(CLIENT) $(CORE_TESTS) $(SCREEN_TESTS): $(BUILD)/flags
$(BUILD)/flags:

# core is whole without a screen: its tests link without curses
$(BUILD)/check_core: $(CORE_TESTS) $(CORE)
	@echo LD $@; $(LINK) -o $@ $^ $(TEST_LIBS) $(CORE_LIBS) $(LDLIBS)

$(BUILD)/check_screen: $(SCREEN_TESTS) $(filter-out %/main.o,$(TUI)) $(CORE)
	@echo LD $@; $(LINK) -o $@ $^ $(TEST_LIBS) $(TUI_LIBS) $(LDLIBS)

# a terminal that looks at each byte, and the model of one that it looks with
$(BUILD)/stream: tests/tools/stream.c tests/tools/terminal_model.c
	@mkdir -p $(@D)
	@echo CC $<; $(CC) $(STANDARD) $(WARNINGS) $(SANITIZE) $(CPPFLAGS) $(CFLAGS) \
	    -o $@ $(filter %.c,$^) $(LDFLAGS) -lutil

$(BUILD)/stream: tests/tools/terminal_model.h

$(BUILD)/alone $(BUILD)/free_port $(BUILD)/refusing $(BUILD)/hostile $(BUILD)/odd_server $(BUILD)/faulted $(BUILD)/soak $(BUILD)/crowd: \
    $(BUILD)/%: tests/tools/%.c
	@mkdir -p $(@D)
	@echo CC $<; $(COMPILE) -o $@ $< $(LDFLAGS)

# libraries for LD_PRELOAD; they hide open and open64, so these must be two
$(BUILD)/failing.so $(BUILD)/witness.so: $(BUILD)/%.so: tests/tools/%.c
	@mkdir -p $(@D)
	@echo CC $<; $(CC) $(STANDARD) -U_FILE_OFFSET_BITS $(WARNINGS) $(CPPFLAGS) $(CFLAGS) \
	    -MMD -MP -fPIC -shared -o $@ $< $(LDFLAGS) -ldl

# a recording of a busy session, and how long it takes to walk through
$(BUILD)/make_recording $(BUILD)/replay_time: $(BUILD)/%: tests/tools/%.c $(CORE)
	@mkdir -p $(@D)
	@echo CC $<; $(COMPILE) $(CORE_FLAGS) -Itests/unit -o $@ $^ $(LDFLAGS) $(CORE_LIBS) $(LDLIBS)

$(BUILD)/lecture: tests/tools/lecture.c $(CORE)
	@mkdir -p $(@D)
	@echo CC $<; $(COMPILE) $(CORE_FLAGS) -o $@ $^ $(LDFLAGS) $(CORE_LIBS) $(LDLIBS)

define compile_room
$(call objects,$(1)): $(BUILD)/%.o: %.c
	@mkdir -p $$(@D)
	@echo CC $$<; $$(COMPILE) $(call paths,$(1)) $(subst $$,$$$$,$(call needs,$(1))) -c -o $$@ $$<

endef
$(foreach room,$(ROOMS),$(eval $(call compile_room,$(room))))

$(CORE_TESTS): $(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo CC $<; $(COMPILE) $(UNIT_FLAGS) $(CORE_FLAGS) -c -o $@ $<

$(SCREEN_TESTS): $(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo CC $<; $(COMPILE) $(UNIT_FLAGS) $(TUI_FLAGS) -c -o $@ $<

# each header compiles alone, with what its room may use, and has a name of its own
header = printf '\#include "%s"\ntypedef int whole;\n' $$header | \
	$(CC) $(STANDARD) $(WARNINGS) -I. $(1) -fsyntax-only -x c - || exit 1;
headers:
	@twice=$$(ls $(patsubst %,%/*.h,$(ROOMS) protocol tests tests/unit tests/bench tests/tools tests/fuzz) 2>/dev/null | \
	    sed 's|.*/||' | sort | uniq -d); [ -z "$$twice" ] || { echo "two headers are named $$twice"; exit 1; }
	@$(foreach room,protocol $(ROOMS),for header in $(wildcard $(room)/*.h); do \
		$(call header,$(call paths,$(room)) $(call needs,$(room))) done;) true
	@for header in tests/unit/*.h; do $(call header,$(UNIT_FLAGS) $(TUI_FLAGS)) done

run: all
	$(BUILD)/tcpconsole $(HOST) $(PORT)

# The one rule that installs anything, and only what is missing.
deps:
	@sh tests/deps.sh $(PACKAGES) $(TEST_PACKAGES)

# With deps asked for, everything else comes after it, also under make -j.
ifneq ($(filter deps,$(MAKECMDGOALS)),)
$(CORE) $(TUI) $(SERVER) $(CLIENT) $(CORE_TESTS) $(SCREEN_TESTS) headers: | deps
endif

check-programs: all $(TEST_PROGRAMS) $(BENCH_PROGRAMS)

# TESTS="why contract/sigpipe" runs these alone (tests/run.sh says more)
check: check-programs headers
	BUILD=$(BUILD) sh tests/run.sh

# which room uses which, from the includes: into README, where it stands
rooms:
	WRITE=1 python3 tests/tools/rooms.py README.md
	python3 tests/tools/rooms.py

# does the suite notice a broken line?  MUTANTS=25 SEED=1 FILES='core/*' (an hour)
mutants:
	python3 tests/tools/mutants.py

check-asan:
	$(MAKE) BUILD=build/asan CFLAGS="-O1 -g -fno-omit-frame-pointer" \
	    SANITIZE="-fsanitize=address,undefined -fno-sanitize-recover=all" check

# every lesson at once, with a pause of so many seconds at whatever is said: what is
# expected afterwards has to hold in a slow lecture, too
PAUSE ?= 70
patience: all $(BUILD)/lecture $(BUILD)/free_port
	@ls scenarios/*.scenario | \
	    BUILD=$(BUILD) xargs -P 60 -I {} sh -c \
	    '$(BUILD)/lecture $(PAUSE) {} $$($(BUILD)/free_port) && echo "ok {}"'

# a random session of ten minutes, or of hours: memory, descriptors, children flat
SECONDS ?= 600
SEED ?=
soak: all $(BUILD)/soak $(BUILD)/free_port
	$(BUILD)/soak $(BUILD)/tcpconsole $$($(BUILD)/free_port) $(SECONDS) $(SEED)

# every figure of speed beside its reference; the scripts are tests/bench/NN-NAME.sh
BENCH_SHARED = $(BUILD)/tests/bench/bench_terminal.o $(BUILD)/tests/bench/foreign.o \
	$(BUILD)/tests/tools/terminal_model.o

$(BUILD)/tests/bench/%.o $(BUILD)/tests/tools/%.o: override CPPFLAGS += $(addprefix -I,$(CORE_ROOMS) protocol) -Itests/tools

$(BUILD)/tests/bench/%.o: tests/bench/%.c
	@mkdir -p $(@D)
	@echo CC $<; $(COMPILE) -c -o $@ $<

$(BUILD)/tests/tools/terminal_model.o: tests/tools/terminal_model.c
	@mkdir -p $(@D)
	@echo CC $<; $(COMPILE) -c -o $@ $<

$(filter-out %/bare,$(BENCH)): $(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(BENCH_SHARED) $(CORE)
	@mkdir -p $(@D)
	@echo LD $@; $(LINK) -o $@ $^ -lutil $(CORE_LIBS) $(LDLIBS)

# the reference is what it is: nothing but itself is linked to it
$(BUILD)/bench/bare: $(BUILD)/tests/bench/bare.o
	@mkdir -p $(@D)
	@echo LD $@; $(LINK) -o $@ $<

bench: all $(BENCH_PROGRAMS) $(BUILD)/free_port
	@BUILD=$(BUILD) sh tests/bench/run.sh

# every process killed and stopped at every moment; every call of libc fails once, one
# by one, in every process: takes half an hour
faults: all $(TEST_PROGRAMS)
	FAULTS=all BUILD=$(BUILD) sh tests/sessions/killed.sh
	FAULTS=all BUILD=$(BUILD) sh tests/sessions/faults.sh

check-valgrind: all $(TEST_PROGRAMS)
	BUILD=$(BUILD) sh tests/sessions/valgrind.sh

goldens: all $(TEST_PROGRAMS) $(BENCH_PROGRAMS)
	BUILD=$(BUILD) UPDATE_GOLDENS=1 sh tests/run.sh

$(BUILD)/ansi_to_svg: screenshots/ansi_to_svg.c
	@mkdir -p $(@D)
	@echo CC $<; $(COMPILE) -o $@ $< $(LDFLAGS)

screenshots: all $(BUILD)/ansi_to_svg
	BUILD=$(BUILD) sh screenshots/make.sh

MANUALS = $(BUILD)/man/tcpserv.1 man/tcpcli.1 $(BUILD)/man/tcpconsole.1 \
	man/tcpconsole-scenario.5

# the manuals' lists come from the programs' own tables
$(BUILD)/make_manual: man/make_manual.c $(BUILD)/tui/panes/keys.o $(CORE)
	@echo CC $<; $(COMPILE) $(TUI_FLAGS) -o $@ $^ $(LDFLAGS) $(CORE_LIBS) $(LDLIBS)

$(BUILD)/man/%.1: man/%.1.in $(BUILD)/make_manual
	@mkdir -p $(@D)
	@echo MAN $@; $(BUILD)/make_manual <$< >$@.part && mv $@.part $@

manual: $(MANUALS)

# the completion's words, too
$(BUILD)/make_completion: completion/make_completion.c $(CORE)
	@mkdir -p $(@D)
	@echo CC $<; $(COMPILE) $(CORE_FLAGS) -o $@ $^ $(LDFLAGS) $(CORE_LIBS) $(LDLIBS)

$(BUILD)/completion/tcpconsole: completion/tcpconsole.in $(BUILD)/make_completion
	@mkdir -p $(@D)
	@echo MAKE $@; $(BUILD)/make_completion <$< >$@.part && mv $@.part $@

completion: $(BUILD)/completion/tcpconsole

MAN1 = $(filter %.1,$(MANUALS))
MAN5 = $(filter %.5,$(MANUALS))
# a path may hold blanks: each stands between quotes
# and not every shell has made a home of its ~
ROOT = $(DESTDIR)$(if $(filter ~/%,$(PREFIX)),$(patsubst ~/%,$(HOME)/%,$(PREFIX)),$(PREFIX))
BIN = $(ROOT)/bin
SHARE = $(ROOT)/share
COMPLETIONS = $(SHARE)/bash-completion/completions

install: all manual completion
	install -d "$(BIN)" "$(SHARE)/man/man1" "$(SHARE)/man/man5" \
	    "$(SHARE)/tcpconsole/scenarios" "$(COMPLETIONS)"
	install -m 755 $(PROGRAMS) "$(BIN)"
	install -m 644 $(MAN1) "$(SHARE)/man/man1"
	install -m 644 $(MAN5) "$(SHARE)/man/man5"
	install -m 644 scenarios/*.scenario "$(SHARE)/tcpconsole/scenarios"
	install -m 644 $(BUILD)/completion/tcpconsole "$(COMPLETIONS)"
	for name in tcpserv tcpcli; do \
	    ln -sf tcpconsole "$(COMPLETIONS)/$$name" || exit 1; done

uninstall:
	for name in tcpconsole tcpserv tcpcli; do \
	    rm -f "$(BIN)/$$name" "$(COMPLETIONS)/$$name" || exit 1; done
	for name in $(notdir $(MAN1)); do rm -f "$(SHARE)/man/man1/$$name" || exit 1; done
	for name in $(notdir $(MAN5)); do rm -f "$(SHARE)/man/man5/$$name" || exit 1; done
	rm -rf "$(SHARE)/tcpconsole"

clean:
	rm -rf $(BUILD)

include tests/fuzz/rules.mk

-include $(wildcard $(BUILD)/*/*.d $(BUILD)/*/*/*.d $(BUILD)/*/*/*/*.d)

.PHONY: all bench headers manual completion run deps check check-programs mutants rooms check-asan check-valgrind faults soak goldens \
	screenshots install uninstall clean
