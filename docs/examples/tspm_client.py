#!/usr/bin/env python3
"""A client of the tspm daemon in Python, with the standard library only. See docs/PROTOCOL.md.

    tspm_client.py list                     processes and their states
    tspm_client.py start NAME COMMAND...    defines and starts one
    tspm_client.py logs NAME [COUNT]        follows its log; ends after COUNT lines, if given
"""
import json
import os
import random
import socket
import sys
import time
import uuid


class TspmError(Exception):
    """What the daemon answered instead of a result: `code` for programs, the text for people."""

    def __init__(self, error):
        super().__init__(error["message"])
        self.code = error["code"]
        self.data = error.get("data") or {}


class Tspm:
    """One connection. A request at a time; open another one to ask while a stream runs."""

    def __init__(self, path=None, timeout=10):
        home = os.environ.get("TSPM_HOME") or os.path.join(os.path.expanduser("~"), ".tspm")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # A daemon that says nothing for ten seconds, not even a heartbeat, is lost.
        self.socket.settimeout(timeout)
        self.socket.connect(path or os.path.join(home, "tspm.sock"))
        self.lines = self.socket.makefile("rb")
        self.last_id = 0

    def close(self):
        self.lines.close()
        self.socket.close()

    def call(self, method, key=None, **params):
        """The result of a request. `key`: repeated with the same one, it is not carried out twice."""
        for kind, value in self.stream(method, key, **params):
            if kind == "result":
                return value

    def stream(self, method, key=None, **params):
        """Yields (method, params) of each notification, then ("result", result)."""
        self.last_id += 1
        request = {"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}
        if key:
            request["idempotencyKey"] = key
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        while True:
            line = self.lines.readline()
            if not line.endswith(b"\n"):
                raise ConnectionError("the daemon closed the connection")
            message = json.loads(line)
            if "method" in message:
                yield message["method"], message["params"]
            elif "error" in message:
                raise TspmError(message["error"])
            else:
                yield "result", message["result"]
                return


def start(name, command):
    """Starts once, also when the answer is lost on the way."""
    key = uuid.uuid4().hex
    request = {
        "define": [{"name": name, "command": command[0], "args": command[1:]}],
        "client": {"environment": dict(os.environ), "workingDirectory": os.getcwd()},
    }
    daemon = Tspm()
    pid = daemon.call("hello", version="example", protocolVersion=2).get("pid")
    while True:
        try:
            return daemon.call("start", key, **request)
        except OSError:
            daemon = Tspm()
            if daemon.call("hello", version="example", protocolVersion=2).get("pid") != pid:
                request["again"] = True


def follow(name, count):
    """Follows a log over lost connections: nothing is missing, and nothing comes twice."""
    after, pause = {}, 0.1
    while True:
        try:
            daemon = Tspm()
            for method, line in daemon.stream("logs", selectors=[name], follow=True, lines=100, **({"after": after} if after else {})):
                pause = 0.1
                if method == "heartbeat":
                    for stream, seq in (line.get("seq") or {}).items():
                        after.setdefault(stream, seq)
                if method != "log":
                    continue
                after["%d.%d.%s" % (line["id"], line["instance"], line["stream"])] = line["seq"]
                if "text" in line:
                    print(line["text"], flush=True)
                    count -= 1
                if count == 0:
                    return
        except (OSError, TspmError) as lost:
            if isinstance(lost, TspmError) and lost.code != -32008:  # the daemon is on its way out
                raise
            time.sleep(random.uniform(pause / 2, pause))
            pause = min(pause * 2, 5)


def main(words):
    if words[:1] == ["list"]:
        for process in Tspm().call("list")["processes"]:
            print(process["name"], process["state"], process["pid"] if process["pid"] else "-", sep="\t")
    elif words[:1] == ["start"] and len(words) > 2:
        for process in start(words[1], words[2:])["processes"]:
            print(process["name"], process["state"], sep="\t")
    elif words[:1] == ["logs"] and len(words) > 1:
        follow(words[1], int(words[2]) if len(words) > 2 else -1)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except TspmError as refused:
        sys.exit("%s (%d)" % (refused, refused.code))
    except OSError as gone:
        sys.exit("no daemon answers: %s" % gone)
