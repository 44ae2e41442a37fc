# The fuzzers, for the Makefile: `make fuzz`.
#
# With a clang that has libFuzzer each is a libFuzzer program, else one of gcc with
# tests/fuzz/driver.c, under the same sanitizers.  FUZZ_DRIVER=yes asks for the latter,
# FUZZ_ONLY=record for one of them.

FUZZ_SECONDS ?= 60
FUZZ_SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_FLAGS = -O1 -g -fno-omit-frame-pointer
FUZZ_NAMES = $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
# these are about the screen: they are linked with it
FUZZ_OF_SCREEN = screen keys answers
FUZZERS = $(FUZZ_NAMES:%=$(BUILD)/fuzz_%)
FUZZ_OBJECTS = $(FUZZ_NAMES:%=$(BUILD)/tests/fuzz/fuzz_%.o)

fuzz:
	@if [ -z "$(FUZZ_DRIVER)" ] && echo 'int LLVMFuzzerTestOneInput(const void *d, long s) \
	    { return !d && s; }' | clang -x c -fsanitize=fuzzer,address - -o /dev/null 2>/dev/null; \
	then \
	    $(MAKE) BUILD=$(BUILD)/libfuzzer CC=clang CFLAGS="$(FUZZ_FLAGS)" \
	        SANITIZE="$(FUZZ_SANITIZE) -fsanitize=fuzzer-no-link" \
	        FUZZ_MAIN=-fsanitize=fuzzer fuzzers; \
	else \
	    $(MAKE) BUILD=$(BUILD)/fuzz CFLAGS="$(FUZZ_FLAGS)" \
	        SANITIZE="$(FUZZ_SANITIZE)" COVERAGE=-fsanitize-coverage=trace-pc \
	        FUZZ_MAIN='$$(BUILD)/tests/fuzz/driver.o' fuzzers; \
	fi

fuzzers: $(FUZZERS)
	BUILD=$(BUILD) FUZZ_SECONDS=$(FUZZ_SECONDS) FUZZ_SEED=$(FUZZ_SEED) sh tests/fuzz/run.sh $(or $(FUZZ_ONLY),$(FUZZ_NAMES))

$(FUZZERS): $(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(filter $(BUILD)/%,$(FUZZ_MAIN)) $(CORE)
	@echo LD $@; $(LINK) -o $@ $^ $(filter -%,$(FUZZ_MAIN)) $(CORE_LIBS) $(TUI_LIBS) $(LDLIBS)

$(FUZZ_OF_SCREEN:%=$(BUILD)/fuzz_%): $(filter-out %/tui/main.o,$(TUI))

$(FUZZ_OBJECTS): $(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo CC $<; $(COMPILE) $(TUI_FLAGS) -Itests/unit -c -o $@ $<

$(BUILD)/tests/fuzz/driver.o: tests/fuzz/driver.c
	@mkdir -p $(@D)
	@echo CC $<; $(COMPILE) $(CORE_FLAGS) -c -o $@ $<

$(FUZZ_OBJECTS) $(BUILD)/tests/fuzz/driver.o: $(BUILD)/flags

$(BUILD)/tests/fuzz/driver.o: override COVERAGE =

-include $(wildcard $(BUILD)/tests/fuzz/*.d)

.PHONY: fuzz fuzzers
