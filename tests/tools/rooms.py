#!/usr/bin/env python3
"""rooms.py: the rooms of the house, as the includes have them.

Prints for each room how large it is and which others it uses, the lowest first.  Fails
where rooms use each other in a circle, or the modules (a source with its headers) inside
one of them.  With a file's name, fails when the picture that stands in it, which has no
sizes, is not this one; WRITE=1 puts it there.
"""
import os
import re
import sys

TOP = ("protocol", "server", "client", "core", "tui")
BEGIN, END = "<!-- rooms: made by make rooms -->\n```\n", "```\n<!-- rooms end -->"


def rooms():
    """Of each room its files, and of each header its room."""
    files, home = {}, {}
    for top in TOP:
        for root, _, names in os.walk(top):
            mine = sorted(name for name in names if name.endswith((".c", ".h")))
            if mine:
                files[root] = mine
                home.update((name, root) for name in mine if name.endswith(".h"))
    return files, home


def included(path):
    with open(path, encoding="utf-8") as file:
        return re.findall(r'^#include "([\w.]+)"', file.read(), re.M)


def module(name):
    """foo.c, foo.h and foo_internal.h are one."""
    return re.sub(r"_internal$", "", name.rsplit(".", 1)[0])


def arrows(files, home):
    """Which room uses which, and inside each room which module uses which."""
    between, inside = {room: set() for room in files}, {room: {} for room in files}
    for room, names in files.items():
        for name in names:
            uses = inside[room].setdefault(module(name), set())
            for header in included(os.path.join(room, name)):
                where = home.get(header)
                if where == room:
                    uses.add(module(header))
                elif where is not None:
                    between[room].add(where)
            uses.discard(module(name))
    return between, inside


def circles(uses):
    """The sets of those that reach each other."""
    def reached(start):
        seen, todo = set(), [start]
        while todo:
            for other in uses.get(todo.pop(), ()):
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
        return seen
    reach = {name: reached(name) for name in uses}
    return sorted({tuple(sorted({name} | {other for other in reach[name]
                                          if name in reach.get(other, ())}))
                   for name in uses if name in reach[name]})


def from_below(uses):
    """The rooms, each after those that it uses."""
    order = []
    while len(order) < len(uses):
        ready = [room for room in uses if room not in order and uses[room] <= set(order)]
        if not ready:
            return sorted(uses)
        order += ready[:1]
    return order


def lines_of(room, names):
    total = 0
    for name in names:
        with open(os.path.join(room, name), encoding="utf-8") as file:
            total += sum(1 for _ in file)
    return total


def bare(uses, room):
    """What a room uses, without what comes with something else that it uses."""
    def below(other):
        return uses[other].union(*map(below, uses[other])) if uses[other] else set()
    return sorted(uses[room] - set().union(*map(below, uses[room])))


def picture(files, between, sizes):
    rows = []
    for room in from_below(between):
        size = "%2d files %5d lines  " % (len(files[room]), lines_of(room, files[room]))
        rows.append("%-13s  %s%s" % (
            room, size if sizes else "",
            "on " + ", ".join(bare(between, room)) if between[room] else "on libc alone"))
    return "\n".join(rows) + "\n"


def main():
    files, home = rooms()
    between, inside = arrows(files, home)
    wrong = ["rooms in a circle: " + ", ".join(circle) for circle in circles(between)]
    for room in files:
        wrong += ["%s: modules in a circle: %s" % (room, ", ".join(circle))
                  for circle in circles(inside[room])]
    if circles(between):
        pass
    elif len(sys.argv) < 2:
        print(picture(files, between, True), end="")
    else:
        drawn = picture(files, between, False)
        with open(sys.argv[1], encoding="utf-8") as file:
            text = file.read()
        begin = text.index(BEGIN) + len(BEGIN)
        end = text.index(END)
        if os.environ.get("WRITE"):
            with open(sys.argv[1], "w", encoding="utf-8") as file:
                file.write(text[:begin] + drawn + text[end:])
        elif text[begin:end] != drawn:
            wrong.append("the rooms in %s are not those of the sources: make rooms" % sys.argv[1])
    for line in wrong:
        print(line)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
