"""How long lines take through `keysieve redact` at 5 MB/s: median and 99th percentile, in milliseconds, and beside it
the same through `cat`, which is what the machine and this script add; then how long an incomplete line is held."""
import os
import subprocess
import sys
import threading
import time

keysieve, logs = sys.argv[1:3]
lines = open(logs, "rb").read(40 << 20).splitlines(keepends=True)[:-1]
lines = lines[: min(len(lines), 60_000)]
good = True


def measure(arguments):
    child = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    sent, came = [0.0] * len(lines), []

    def read():
        while piece := os.read(child.stdout.fileno(), 1 << 20):
            now = time.perf_counter()
            came.extend([now] * piece.count(b"\n"))

    reader = threading.Thread(target=read)
    reader.start()
    start, total = time.perf_counter(), 0
    for index, line in enumerate(lines):
        while (due := start + total / 5e6 - time.perf_counter()) > 0:
            time.sleep(min(due, 0.001))
        sent[index] = time.perf_counter()
        child.stdin.write(line)
        total += len(line)
    child.stdin.close()
    reader.join()
    child.wait()
    assert len(came) == len(lines), (len(came), len(lines))
    took = sorted(1000 * (end - begin) for begin, end in zip(sent, came))
    return took[len(took) // 2], took[len(took) * 99 // 100]


for name, arguments in (("cat", ["cat"]), ("redact", [keysieve, "redact", "--no-config"])):
    for _ in range(3):
        middle, late = measure(arguments)
        print(f"at 5 MB/s through {name}: p50 {middle:.2f} ms, p99 {late:.2f} ms, {len(lines)} lines")

child = subprocess.Popen([keysieve, "redact", "--no-config"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
os.write(child.stdin.fileno(), b"a line\n")
os.read(child.stdout.fileno(), 100)
for text in (b"Continue? ", b"Password: ", b"user@host$ "):
    start = time.perf_counter()
    os.write(child.stdin.fileno(), text)
    out = os.read(child.stdout.fileno(), 100)
    print(f"an incomplete line {text}: {1000 * (time.perf_counter() - start):.0f} ms, held for 200")
    assert out == text, out
    os.write(child.stdin.fileno(), b"\n")
    os.read(child.stdout.fileno(), 100)
child.stdin.close()
child.wait()
