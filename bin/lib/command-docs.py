#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes node's command-docs.txt from what a running redis-server says: bin/lib/command-docs.py PORT."""
import pathlib
import socket
import sys

TARGET = pathlib.Path(__file__).parents[2] / "node/src/main/resources/dev/dunlin/node/command/command-docs.txt"
HEAD = [
    "# What COMMAND INFO and COMMAND DOCS of redis-server 7.0.15 say about each command beside its row in the table.",
    "# =command   -tip   ?index:notes of that key specification   then the documentation as a tree in RESP3's types,",
    "# an element a line: %pairs  *elements  ~elements  $string  +status  :integer",
]


class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.file = self.socket.makefile("rb")

    def call(self, *words):
        request = b"*%d\r\n" % len(words)
        for word in words:
            request += b"$%d\r\n%s\r\n" % (len(word), word.encode())
        self.socket.sendall(request)
        return self.read()

    def read(self):
        """Returns a reply as its type and its text or elements."""
        line = self.file.readline()[:-2]
        kind, rest = chr(line[0]), line[1:].decode()
        if kind == "$":
            return kind, self.file.read(int(rest) + 2)[:-2].decode()
        if kind in "*%~":
            return kind, [self.read() for _ in range(int(rest) * (2 if kind == "%" else 1))]
        return kind, rest


def pairs(reply):
    elements = reply[1]
    return [(elements[i], elements[i + 1]) for i in range(0, len(elements), 2)]


def tree(reply, out):
    kind, value = reply
    if isinstance(value, list):
        out.append(kind + str(len(value) // 2 if kind == "%" else len(value)))
        for element in value:
            tree(element, out)
    else:
        out.append(kind + value)


def row(info, docs, out):
    elements = info[1]
    out.append("=" + elements[0][1])
    out.extend("-" + tip[1] for tip in elements[7][1])
    for index, spec in enumerate(elements[8][1]):
        out.extend("?%d:%s" % (index, value[1]) for name, value in pairs(spec) if name[1] == "notes")
    fields = [pair for pair in pairs(docs) if pair[0][1] != "subcommands"]
    out.append("%%%d" % len(fields))
    for name, value in fields:
        tree(name, out)
        tree(value, out)
    inner = {name[1]: value for pair in pairs(docs) if pair[0][1] == "subcommands" for name, value in pairs(pair[1])}
    for subcommand in sorted(elements[9][1], key=lambda sub: sub[1][0][1]):
        row(subcommand, inner[subcommand[1][0][1]], out)


def main():
    redis = Connection(int(sys.argv[1]))
    redis.call("HELLO", "3")
    docs = {name[1]: value for name, value in pairs(redis.call("COMMAND", "DOCS"))}
    out = list(HEAD)
    for info in sorted(redis.call("COMMAND")[1], key=lambda info: info[1][0][1]):
        row(info, docs[info[1][0][1]], out)
    TARGET.write_text("\n".join(out) + "\n")


main()
