# SPDX-License-Identifier: Apache-2.0
"""What FailoverStory.java does, by redis-py with its defaults: story.py PORT KEYS_FILE DEADLINE_SECONDS"""
import json
import sys
import threading
import time

from redis.cluster import RedisCluster

port, keys_file, deadline_seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
WRITES_BEFORE_SIGNAL = 50

with open(keys_file) as lines:
    keys = ["redis-py:" + line.strip() for line in lines]
cluster = RedisCluster(host="127.0.0.1", port=port, decode_responses=True)
finishing = threading.Event()
errors = 0
last_error = ""


def await_finish():
    sys.stdin.readline()
    finishing.set()


def once(operation, key):
    """Returns None when it worked, and otherwise what went wrong."""
    global errors, last_error
    try:
        reply = cluster.set(key, "of:" + key) if operation == "set" else cluster.get(key)
        good = reply is True if operation == "set" else reply == "of:" + key
        return None if good else str(reply)
    except Exception as error:  # Every kind of error is counted alike.
        errors += 1
        last_error = repr(error)
        return last_error


def all_of(operation, names):
    """Returns what still fails at the deadline, as lines of text."""
    deadline = time.monotonic() + deadline_seconds
    failures = {key: "not tried" for key in names}
    while failures and time.monotonic() < deadline:
        outcomes = {key: once(operation, key) for key in failures}
        failures = {key: outcome for key, outcome in outcomes.items() if outcome is not None}
        if failures:
            time.sleep(0.02)
    return ["%s %s: %s" % (operation, key, outcome) for key, outcome in failures.items()]


threading.Thread(target=await_finish, daemon=True).start()
before = [key + ":before" for key in keys]
after = [key + ":after" for key in keys]
failures = all_of("set", before) + all_of("get", before)
acknowledged = []
n = 0
while not finishing.is_set():
    n += 1
    key = "redis-py:%d" % n
    if once("set", key) is None:
        acknowledged.append(key)
        if len(acknowledged) == WRITES_BEFORE_SIGNAL:
            print("writing", flush=True)
        time.sleep(0.001)
    else:
        time.sleep(0.02)
errors_in_window = errors
start = time.monotonic()
failures += all_of("set", after)
recovered_ms = int((time.monotonic() - start) * 1000)
failures += all_of("get", before + acknowledged + after)
print(
    json.dumps(
        {
            "slots": len(keys),
            "writes": len(acknowledged),
            "errors": errors_in_window,
            "recoveredMs": recovered_ms,
            "failures": failures,
            "lastError": last_error,
        }
    )
)
