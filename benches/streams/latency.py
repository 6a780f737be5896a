"""How long lines take through `keysieve redact` at 5 MB/s: median and 99th percentile, in milliseconds."""
import os
import subprocess
import sys
import threading
import time

keysieve, logs = sys.argv[1:3]
lines = open(logs, "rb").read(40 << 20).splitlines(keepends=True)[:-1]
lines = lines[: min(len(lines), 60_000)]
child = subprocess.Popen([keysieve, "redact", "--no-config"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
sent, came = [0.0] * len(lines), []


def read():
    rest = 0
    while piece := os.read(child.stdout.fileno(), 1 << 20):
        now = time.perf_counter()
        came.extend([now] * piece.count(b"\n"))


reader = threading.Thread(target=read)
reader.start()
start = time.perf_counter()
total = 0
for index, line in enumerate(lines):
    while (due := start + total / 5e6 - time.perf_counter()) > 0:
        time.sleep(min(due, 0.001))
    sent[index] = time.perf_counter()
    child.stdin.write(line)
    total += len(line)
child.stdin.close()
reader.join()
assert len(came) == len(lines), (len(came), len(lines))
took = sorted(1000 * (end - begin) for begin, end in zip(sent, came))
print(f"latency at 5 MB/s: p50 {took[len(took) // 2]:.2f} ms, p99 {took[len(took) * 99 // 100]:.2f} ms, {len(took)} lines")
