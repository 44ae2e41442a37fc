#!/usr/bin/env python3
"""Are a lesson's words true of what happened in it?

lesson_words.py LOG EXCEPTIONS: LOG holds the events of --play-all --json.  What a `say`
names, a signal, an errno, a state of TCP or an exit status, has to happen in the lesson:
before it, or up to the `say` after the next, for it may tell what is to come.  EXCEPTIONS has the words that
are of what does not happen, each line "lesson<TAB>word<TAB>reason"; one that is not needed
any more is told as well.  A lesson that was not played to its end is left out.
"""
import json
import re
import sys

STATES = ("SYN_SENT|SYN_RECV|ESTABLISHED|FIN_WAIT1|FIN_WAIT2|CLOSING|TIME_WAIT|"
          "CLOSE_WAIT|LAST_ACK|LISTEN|GONE")
NAMED = re.compile(r"\b(SIG[A-Z0-9]{2,}|E[A-Z]{4,}|%s|exit \d+)\b" % STATES)
TOLD = {"say", "ask", "lesson", "command", "expect", "note", "why"}


def values(event):
    """All that an event says, as one text."""
    said = json.dumps(event)
    if event["type"] == "call" and event.get("result") == -1:
        said += " " + event.get("errno_name", "")
    if "status" in event:
        said += " exit %d" % event["status"]
    return said


def lessons(path):
    """Each lesson that passed: its name, and its events."""
    events = []
    for line in open(path, encoding="utf-8"):
        event = json.loads(line)
        if event["type"] == "lesson" and event["what"] == "begun":
            events = []
        events.append(event)
        if event["type"] == "lesson" and event["what"] == "passed":
            yield event["name"], events


def unfounded(events):
    """The words of each say that nothing bears out, with what was said."""
    said = [i for i, event in enumerate(events) if event["type"] == "say"]
    for number, i in enumerate(said):
        end = said[number + 2] if number + 2 < len(said) else len(events)
        happened = "\n".join(values(event) for event in events[:end]
                             if event["type"] not in TOLD)
        for word in NAMED.findall(events[i]["text"]):
            if not re.search(r"\b%s\b" % word, happened):
                yield word, events[i]["text"]


def main():
    excepted = {}
    for line in open(sys.argv[2], encoding="utf-8"):
        lesson, word, reason = line.rstrip("\n").split("\t")
        excepted[lesson, word] = reason
    needed, played, wrong = set(), set(), 0
    for name, events in lessons(sys.argv[1]):
        played.add(name)
        for word, text in unfounded(events):
            needed.add((name, word))
            if (name, word) not in excepted:
                wrong += 1
                print("%s: %s is not in the log before: %s" % (name, word, text))
    for lesson, word in sorted(excepted.keys() - needed):
        if lesson in played:
            wrong += 1
            print("%s: %s happens, or is not said: its exception goes" % (lesson, word))
    print("%d lessons read" % len(played))
    return wrong > 0 or not played


if __name__ == "__main__":
    sys.exit(main())
