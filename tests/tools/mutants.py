#!/usr/bin/env python3
"""mutants.py: does the suite notice a broken line?

Changes one place of a source at a time, builds, and runs what can notice it, the fastest
first; prints what survived, with file, line and change.  From the environment:

    MUTANTS=25        so many in each directory
    SEED=1            which places: the same seed takes the same ones of the same sources
    FILES='core/*'    of which sources (patterns, separated by blanks)
    WORKERS=2         so many side by side
    TESTS='why loop'  judged by these alone (a quick look while tests are written)

It can be stopped at any time, and goes on from build/mutants/results.tsv, which holds
what became of each, by the text of its source: a source that has changed is tried anew.

A changed line is judged first by the suites of Check that enter its function, then by the
scripts that do (a map made once, see entered.c), then by all that is left, the goldens
last: so what only they notice is known.  What survives is asked of the sanitizers as well,
by the suites that enter it: a text that is not freed, room that is one byte smaller.  Whatever
fails is run once more, for a test that fails by itself would be praised for it.  What does not compile without a warning, or
compiles to the same code, is no mutant.  It all happens in copies of the tree below
build/mutants, in namespaces of processes, mounts and networks of their own where the
machine gives them: what a broken program leaves behind ends with its test.

tests/tools/mutants-equivalent.txt lists the changes that change nothing, with the reason.
"""
import collections
import fnmatch
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

HOME = os.path.abspath("build/mutants")
RESULTS = os.path.join(HOME, "results.tsv")
EQUIVALENT = "tests/tools/mutants-equivalent.txt"
DIRECTORIES = ("core", "tui", "server", "client")
FLAGS = {"CFLAGS": "-O2", "WERROR": "-Werror"}  # in the environment: a test runs make, too
SANITIZED = {"CFLAGS": "-O1 -g -fno-omit-frame-pointer", "WERROR": "",
             "SANITIZE": "-fsanitize=address,undefined -fno-sanitize-recover=all"}
STAGE_SECONDS = 240  # a test that has not ended by then hangs: that is noticed

Change = collections.namedtuple("Change", "file start end new kind")


# --- The places of a source that can be changed ------------------------------------

def masked(text):
    """The text with comments, strings and preprocessor lines as blanks, of one length."""
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
                         r'|^[ \t]*#(?:\\\n|[^\n])*', re.S | re.M)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def closing(code, opening):
    """The position of the parenthesis that closes the one at opening, or None."""
    depth = 0
    for position in range(opening, len(code)):
        if code[position] in "([{":
            depth += 1
        elif code[position] in ")]}":
            depth -= 1
            if depth == 0:
                return position
    return None


def functions(code):
    """Of each function: its first and last position, and whether it gives nothing or a
    truth."""
    for match in re.finditer(r"^\{\n.*?^\}", code, re.S | re.M):
        head = code[:match.start()].rstrip()
        head = head[max(head.rfind("\n\n"), head.rfind("}\n"), head.rfind(";\n"), 0):]
        if "(" not in head:
            continue
        words = head.split("(")[0].split()
        kind = ("void" if "void" in words and "*" not in head.split("(")[0] else
                "bool" if "bool" in words else "other")
        yield match.start(), match.end(), kind


def arguments(code, opening):
    """The spans of a call's arguments."""
    end, depth, spans, begin = closing(code, opening), 0, [], opening + 1
    if end is None:
        return []
    for position in range(opening + 1, end):
        depth += (code[position] in "([{") - (code[position] in ")]}")
        if code[position] == "," and depth == 0:
            spans.append((begin, position))
            begin = position + 1
    spans.append((begin, end))
    return spans


def conditions(code):
    """Negated conditions and truths, and conditions of one part less."""
    for match in re.finditer(r"\bif \(", code):
        opening = match.end() - 1
        end = closing(code, opening)
        if end is not None:
            yield opening, end + 1, "(!" + code[opening:end + 1] + ")", "negated"
    for match in re.finditer(r"(?<![&|=])(&&|\|\|)(?![&|=])", code):
        yield *match.span(), "||" if match.group() == "&&" else "&&", "and/or"


OTHER = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}


def boundaries(code):
    for match in re.finditer(r" (<=|>=|==|!=|<|>) ", code):
        start, end = match.span(1)
        kind = "negated" if match.group(1) in ("==", "!=") else "boundary"
        yield start, end, OTHER[match.group(1)], kind
    for match in re.finditer(r" [+-] 1\b(?!\.)", code):
        yield *match.span(), "", "boundary"


def statements(code):
    """Calls and assignments that are a statement by themselves."""
    pattern = r"(?<=[;{})\n])[ \t\n]*((?:\(void\))?[a-z_][\w>.\[\]-]*)(\(| [-+|&]?= |\+\+;|--;)"
    for match in re.finditer(pattern, code):
        word = match.group(1)
        if re.match(r"(if|while|for|switch|return|sizeof|else|do|case|goto)\b", word):
            continue
        end = code.find(";", match.end() - 1)
        if end < 0 or "{" in code[match.start(1):end]:
            continue
        yield match.start(1), end, "", "removed"


def constants(code):
    for match in re.finditer(r"(?<![\w.])\d+(?![\w.])", code):
        number = int(match.group())
        yield *match.span(), str(number + 1), "constant"
        if number > 1:
            yield *match.span(), str(number - 1), "constant"
    for match in re.finditer(r"\b(true|false)\b", code):
        yield *match.span(), "false" if match.group() == "true" else "true", "constant"


def swaps(code):
    for match in re.finditer(r"\b[a-z_]\w*\(", code):
        if re.search(r"cmp\($", match.group()):
            continue  # equal is equal in either order
        spans = arguments(code, match.end() - 1)
        for (a, b), (c, d) in zip(spans, spans[1:]):
            one, two = code[a:b].strip(), code[c:d].strip()
            if one != two and re.fullmatch(r"[\w>.&*\[\]\s-]+", one + two) and "(" not in one + two:
                yield a, d, two + ", " + one, "swapped"


def early_returns(code):
    for start, end, kind in functions(code):
        if kind == "void" and code.count("\n", start, end) > 2:
            yield start + 1, start + 1, "\n\treturn;", "early return"
        elif kind != "void":
            yield start + 1, start + 1, "\n\treturn 0;", "early return"
            if kind == "bool":
                yield start + 1, start + 1, "\n\treturn true;", "early return"


def errno_checks(code):
    for match in re.finditer(r"\berrno [!=]= E[A-Z]+\b", code):
        for value in ("false", "true"):
            yield *match.span(), value, "errno check"


def enumerators():
    """Each enumerator of the project, and the one that follows or precedes it."""
    neighbour = {}
    for path in sources(("*",), (".h", ".c")):
        for match in re.finditer(r"\benum(?:\s+\w+)?\s*\{([^}]*)\}", masked(read(path))):
            names = re.findall(r"\b([A-Z][A-Z0-9_]+)\b(?=\s*(?:=[^,]*)?(?:,|$))",
                               match.group(1).strip())
            for one, two in zip(names, names[1:] + names[-2:-1]):
                neighbour[one] = two
    return neighbour


def enum_values(code, neighbour):
    for match in re.finditer(r"\b[A-Z][A-Z0-9_]+\b", code):
        other = neighbour.get(match.group())
        if other is not None and not re.match(r"\s*(=[^=]|,?\s*$)", code[match.end():match.end() + 3]):
            yield *match.span(), other, "enum value"


def changes(path, neighbour):
    """Every change of a source, by its kind."""
    text = read(path)
    code = masked(text)
    inside = [(start, end) for start, end, _ in functions(code)]
    kinds = collections.defaultdict(list)
    found = [conditions(code), boundaries(code), statements(code), constants(code), swaps(code),
             early_returns(code), errno_checks(code), enum_values(code, neighbour)]
    for start, end, new, kind in (place for operator in found for place in operator):
        # tables outside of functions, too, but no sizes, enums and bit fields there
        line = text[text.rfind("\n", 0, start) + 1:text.find("\n", end)]
        if not any(a <= start < b for a, b in inside) and not line.lstrip().startswith(("{", "[", ".")):
            continue
        # strings are blanks in the code: what is kept of them comes from the text
        if new and kind in ("negated", "swapped") and '"' in text[start:end]:
            if kind == "swapped":
                continue
            new = "(!" + text[start:end] + ")"
        kinds[kind].append(Change(path, start, end, new, kind))
    return kinds


def line_of(change, text):
    return text.count("\n", 0, change.start) + 1


def described(change, text):
    """A change in a line: what stood there, and what stands there now."""
    old = " ".join(text[change.start:change.end].split())
    line = " ".join(text[text.rfind("\n", 0, change.start) + 1:
                         max(text.find("\n", change.end), change.end)].split())
    new = " ".join(change.new.split())
    if change.kind == "early return":
        name = re.findall(r"(\w+)\(", text[:change.start].rstrip("{\n ").rsplit("\n\n", 1)[-1])
        return "%s: %s at the start of %s" % (change.kind, new, name[0] if name else "?")
    return "%s: %s -> %s in: %s" % (change.kind, old or "nothing", new or "nothing", line[:160])


# --- Small things ----------------------------------------------------------------

def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def sources(patterns, endings=(".c",)):
    paths = [directory + "/" + name for directory in DIRECTORIES for name in walk(directory)
             if name.endswith(endings)]
    return sorted(path for path in paths if any(fnmatch.fnmatch(path, p) for p in patterns))


def walk(directory):
    for root, _, names in os.walk(directory):
        for name in names:
            yield os.path.relpath(os.path.join(root, name), directory)


RUNNING = set()  # process groups, ended with this program


def end_all(number, _):
    for group in list(RUNNING):
        os.killpg(group, signal.SIGKILL)
    os._exit(128 + number)


def run(command, where, seconds=1200, environment=None):
    """Runs a command; returns its status (None after the time is up) and its output."""
    process = subprocess.Popen(command, cwd=where, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               errors="replace", start_new_session=True,
                               env={**os.environ, **(environment or {})})
    RUNNING.add(process.pid)
    try:
        output, _ = process.communicate(timeout=seconds)
        return process.returncode, output
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        return None, output
    finally:
        RUNNING.discard(process.pid)


def tree_files():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], check=True,
                            capture_output=True, text=True).stdout.split("\n")
    return [path for path in listed if path and os.path.isfile(path)]


def copy_tree(where):
    """The tree as it stands; what has not changed stays as it is, so that make rests."""
    wanted = set(tree_files())
    for path in wanted:
        target = os.path.join(where, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.exists(target) or open(path, "rb").read() != open(target, "rb").read():
            shutil.copy(path, target)
    for root, _, names in os.walk(where):
        if os.path.relpath(root, where).split("/")[0] in ("build", ".git"):
            continue
        for name in names:
            if os.path.relpath(os.path.join(root, name), where) not in wanted:
                os.remove(os.path.join(root, name))


def apart():
    """What puts a command into namespaces of its own, so that nothing outlives it, with a
    /tmp of its own, unless that is where the copies are."""
    words = ["unshare", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc"]
    with_tmp = words + ["sh", "-c", 'mount -t tmpfs -o mode=1777 none /tmp && exec "$@"', "sh"]
    for way in (with_tmp, words):
        if subprocess.run(way + ["test", "-d", HOME], capture_output=True).returncode == 0:
            return way
    return []


# --- Which tests enter a function --------------------------------------------------

def all_tests(where):
    output = subprocess.run(["sh", "tests/run.sh", "names"], cwd=where, check=True,
                            capture_output=True, text=True).stdout
    return [tuple(line.split()) for line in output.split("\n") if line]


class Map:
    """Of each test: its seconds, and the lines that begin a block which it enters."""

    def __init__(self):
        self.path = os.path.join(HOME, "entered.json")
        state = hashlib.sha256()
        for path in sorted(tree_files()):
            if path.endswith((".c", ".h", ".sh", ".script", ".scenario")):
                state.update(open(path, "rb").read())
        self.state = state.hexdigest()
        self.tests = {}

    def load(self):
        try:
            kept = json.loads(read(self.path))
        except (OSError, ValueError):
            kept = {}
        if kept.get("state") != self.state:
            kept = {"state": self.state, "tests": self.make()}
            self.prove()
            write(self.path, json.dumps(kept))
        self.tests = kept["tests"]

    @staticmethod
    def prove():
        """What fails without any change is no judge of one."""
        print("every test, with nothing changed", flush=True)
        copy = Copy("copy0", FLAGS)
        status, output = run([*copy.apart, "sh", "tests/run.sh"], copy.where,
                             environment={"AGAIN": "1", **FLAGS})
        if status != 0:
            sys.exit(output[-5000:])

    def make(self):
        print("making the map of what each test enters", flush=True)
        where = os.path.join(HOME, "map")
        copy_tree(where)
        library = os.path.join(where, "build", "libentered.so")
        os.makedirs(os.path.join(where, "build"), exist_ok=True)
        subprocess.run(["cc", "-D_GNU_SOURCE", "-O2", "-fPIC", "-shared", "-o", library,
                        "tests/tools/entered.c"], check=True)
        flags = {"CFLAGS": "-O0 -g", "COVERAGE": "-fsanitize-coverage=trace-pc",
                 "LDFLAGS": "-Wl,--no-as-needed %s -Wl,-rpath,%s" % (library, os.path.dirname(library))}
        status, output = run(["make", "-j2", "check-programs"], where, environment=flags)
        if status != 0:
            sys.exit(output[-3000:])
        programs = [name for name in ("tcpconsole", "tcpserv", "tcpcli", "check_core", "check_screen")]
        lines = {}
        marked = {}
        seconds = {}
        pool = list(all_tests(where))
        lock = threading.Lock()

        def work():
            while True:
                with lock:
                    if not pool:
                        return
                    kind, name = pool.pop(0)
                entered = os.path.join(where, "entered", name)
                shutil.rmtree(entered, ignore_errors=True)
                os.makedirs(entered, mode=0o777)
                os.chmod(entered, 0o777)
                for program in programs:
                    path = os.path.join(entered, program)
                    with open(path, "wb") as file:
                        file.truncate(os.path.getsize(os.path.join(where, "build", program)))
                    os.chmod(path, 0o666)
                begun = time.monotonic()
                run(["sh", "tests/run.sh"], where, STAGE_SECONDS,
                    {"TESTS": name, "ENTERED": entered, **flags})
                seconds[name] = time.monotonic() - begun
                for program in programs:
                    data = open(os.path.join(entered, program), "rb").read()
                    marked[name, program] = [m.start() for m in re.finditer(b"\1", data)]
                shutil.rmtree(entered)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for program in programs:
            places = sorted({p for (_, of), ps in marked.items() if of == program for p in ps})
            lines[program] = dict(zip(places, looked_up(os.path.join(where, "build", program),
                                                        places, where)))
        return {name: {"kind": kind, "seconds": seconds[name],
                       "lines": sorted({lines[program][place] for program in programs
                                        for place in marked[name, program]
                                        if lines[program][place] is not None})}
                for kind, name in all_tests(where)}

    def entering(self, path, first, last):
        """The tests that enter these lines, suites before scripts, each the fastest first."""
        wanted = {"%s:%d" % (path, line) for line in range(first, last + 1)}
        names = [name for name, test in self.tests.items() if not wanted.isdisjoint(test["lines"])]
        return self.ordered(names)

    def ordered(self, names):
        return sorted(names, key=lambda name: (self.tests[name]["kind"] == "script",
                                               self.tests[name]["seconds"]))


def looked_up(program, places, where):
    """file:line of each place, None outside of the project."""
    asked = "".join("%x\n" % (place - 1) for place in places)
    output = subprocess.run(["addr2line", "-e", program], input=asked, capture_output=True,
                            text=True, check=True).stdout.split("\n")
    for line in output[:len(places)]:
        name, _, number = line.partition(":")
        name = os.path.relpath(os.path.normpath(os.path.join(where, name)), where)
        yield ("%s:%s" % (name, number.split(" ")[0])
               if name.split("/")[0] in DIRECTORIES else None)


# --- One of them -------------------------------------------------------------------

class Copy:
    """A copy of the tree, built with some flags, in which tests are run."""

    def __init__(self, name, flags):
        self.where = os.path.join(HOME, name)
        self.flags = flags
        self.apart = apart()
        copy_tree(self.where)
        self.build(check=True)

    def build(self, check=False):
        status, output = run(["make", "-j2", "check-programs"], self.where, environment=self.flags)
        if check and status != 0:
            sys.exit("the sources as they are do not build:\n" + output[-3000:])
        return status == 0

    def tests(self, names):
        """Runs tests; returns those that fail, and the first line that says so."""
        status, output = run([*self.apart, "sh", "tests/run.sh"], self.where, STAGE_SECONDS,
                             {"TESTS": " ".join(names), "STOP_AT_FIRST": "1", **self.flags})
        if status == 0:
            return [], ""
        if status is None:
            return names, "it hangs"
        line = re.search(r"^not ok .*|^\S+:\d+:[FE]:.*|^told of .*|^ended with .*", output, re.M)
        failed = re.findall(r"^failing: (\S+)", output, re.M)
        return [name for name in names if name in failed] or names, line.group() if line else output[-200:]

    def noticed(self, names):
        """What notices it among these tests, surely; empty when nothing does."""
        if not names:
            return ""
        failed, line = self.tests(names)
        if failed and line != "it hangs":
            failed, line = self.tests(failed)
        return (",".join(failed[:3]) + ": " + line[:200]) if failed else ""


class Sanitized(Copy):
    """The one under the sanitizers, built when the first survivor asks for it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.where = None

    def judge(self, change, text, names):
        with self.lock:
            if self.where is None:
                super().__init__("sanitized", SANITIZED)
            path = os.path.join(self.where, change.file)
            write(path, text[:change.start] + change.new + text[change.end:])
            try:
                who = self.noticed(names) if self.build() else ""
                return "" if "it hangs" in who else who  # it may only be slow
            finally:
                write(path, text)
                self.build(check=True)


class Worker(Copy):
    def __init__(self, number, entered, sanitized):
        super().__init__("copy%d" % number, FLAGS)
        self.entered = entered
        self.sanitized = sanitized

    def object_of(self, path):
        with open(os.path.join(self.where, "build", path[:-2] + ".o"), "rb") as file:
            return file.read()

    def stages(self, change, text):
        first, last = around(change, text)
        entering = self.entered.entering(change.file, first, last)
        kinds = self.entered.tests
        suites = [name for name in entering if kinds[name]["kind"] != "script"]
        scripts = [name for name in entering if kinds[name]["kind"] == "script" and name != "goldens"]
        rest = [name for name in self.entered.ordered(kinds)
                if name not in suites and name not in scripts and name != "goldens"]
        return suites, scripts, rest, ["goldens"]

    def judge(self, change):
        """Makes the change, and returns its verdict and who noticed."""
        text = read(change.file)
        path = os.path.join(self.where, change.file)
        before = self.object_of(change.file)
        write(path, text[:change.start] + change.new + text[change.end:])
        try:
            if not self.build():
                return "warned of", ""
            if self.object_of(change.file) == before:
                return "the same code", ""
            if os.environ.get("TESTS"):
                who = self.noticed(os.environ["TESTS"].split())
                return ("noticed", who) if who else ("survived", "")
            stages = self.stages(change, text)
            for stage, names in zip(("suite", "script", "others", "goldens"), stages):
                who = self.noticed(names)
                if who:
                    return "noticed", stage + " " + who
            who = self.sanitized.judge(change, text, stages[0])
            return ("noticed", "sanitizers " + who) if who else ("survived", "")
        finally:
            write(path, text)
            self.build(check=True)


def around(change, text):
    """The first and last line of the function of a change, or the whole file."""
    for start, end, _ in functions(masked(text)):
        if start <= change.start < end:
            return text.count("\n", 0, start) + 1, text.count("\n", 0, end) + 1
    return 1, text.count("\n") + 1


# --- All of them -------------------------------------------------------------------

def drawn(directory, paths, seed):
    """All changes of a directory, as a seed shuffles them: in turn from each file, and of
    each kind there."""
    chance = random.Random("%s %s" % (seed, directory))
    neighbour = enumerators()
    files = []
    for path in paths:
        kinds = list(changes(path, neighbour).values())
        for places in kinds:
            chance.shuffle(places)
        chance.shuffle(kinds)
        turns = [places[i] for i in range(max(map(len, kinds), default=0))
                 for places in kinds if i < len(places)]
        if turns:
            files.append(turns)
    chance.shuffle(files)
    for i in range(max(map(len, files), default=0)):
        for turns in files:
            if i < len(turns):
                yield turns[i]


def equivalents():
    try:
        rows = read(EQUIVALENT).split("\n")
    except OSError:
        rows = []
    return {tuple(row.split("\t")[:2]) for row in rows if row and not row.startswith("#")}


def kept_results():
    kept = {}
    if os.path.exists(RESULTS):
        for row in read(RESULTS).split("\n"):
            fields = row.split("\t")
            if len(fields) == 4:
                kept[fields[0], fields[1]] = fields[2], fields[3]
    return kept


class Trial:
    """The mutants of one directory: drawn, judged side by side, counted."""

    def __init__(self, directory, paths, seed, count, kept):
        self.directory, self.count, self.kept = directory, count, kept
        self.places = drawn(directory, paths, seed)
        self.lock = threading.Lock()
        self.open = 0
        self.told = []  # (change, description, line, verdict, who)
        self.known = equivalents()

    def next(self):
        with self.lock:
            while self.open + len(self.told) < self.count:
                change = next(self.places, None)
                if change is None:
                    return None
                text = read(change.file)
                what = described(change, text)
                if (change.file, what) in self.known:
                    self.told.append((change, what, line_of(change, text), "equivalent", ""))
                    continue
                key = change.file + " " + hashlib.sha256(text.encode()).hexdigest()[:12], \
                    "%d: %s" % (line_of(change, text), what)
                self.open += 1
                return change, key
        return None

    def tell(self, change, key, verdict, who, fresh):
        with self.lock:
            self.open -= 1
            self.kept[key] = verdict, who
            if fresh:
                with open(RESULTS, "a", encoding="utf-8") as file:
                    file.write("\t".join((*key, verdict, " ".join(who.split()))) + "\n")
            if verdict in ("noticed", "survived"):
                line, _, what = key[1].partition(": ")
                self.told.append((change, what, int(line), verdict, who))
                print("%s %s:%s: %s%s" % (verdict, change.file, line, what,
                                          " (by %s)" % who if who else ""), flush=True)

    def work(self, worker):
        while True:
            job = self.next()
            if job is None:
                return
            change, key = job
            fresh = key not in self.kept
            verdict, who = worker.judge(change) if fresh else self.kept[key]
            self.tell(change, key, verdict, who, fresh)

    def summary(self):
        of = collections.Counter(verdict for *_, verdict, _ in self.told)
        alone = collections.Counter(who.split(" ")[0] for *_, who in self.told)
        tried = of["noticed"] + of["survived"]
        return ("%-7s %3d tried, %3d survived (%d %%), %d by goldens alone, %d by the sanitizers alone, "
                "%d equivalent" % (self.directory, tried, of["survived"],
                                   100 * of["survived"] / max(tried, 1), alone["goldens"],
                                   alone["sanitizers"], of["equivalent"]))


def main():
    signal.signal(signal.SIGTERM, end_all)
    signal.signal(signal.SIGINT, end_all)
    seed = os.environ.get("SEED", "1")
    count = int(os.environ.get("MUTANTS", "25"))
    patterns = os.environ.get("FILES", "*").split()
    os.makedirs(HOME, exist_ok=True)
    entered = Map()
    if not os.environ.get("TESTS"):
        entered.load()
    sanitized = Sanitized()
    workers = [Worker(number, entered, sanitized) for number in range(int(os.environ.get("WORKERS", "2")))]
    kept = {} if os.environ.get("TESTS") else kept_results()
    trials = []
    for directory in DIRECTORIES:
        paths = [path for path in sources(patterns) if path.startswith(directory + "/")]
        if not paths:
            continue
        trial = Trial(directory, paths, seed, count, kept)
        trials.append(trial)
        threads = [threading.Thread(target=trial.work, args=(worker,)) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    print("\nWhat survived (seed %s):" % seed)
    for trial in trials:
        for change, what, line, verdict, _ in sorted(trial.told, key=lambda t: (t[0].file, t[2])):
            if verdict == "survived":
                print("%s:%d: %s" % (change.file, line, what))
    print()
    for trial in trials:
        print(trial.summary())


if __name__ == "__main__":
    main()
