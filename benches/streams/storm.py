"""A storm of leaks, and receivers that fail: one alert and a count, memory flat, the stream as fast as ever, nothing lost.

    benches/streams/storm.py KEYSIEVE [LINES]
"""
import http.server
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zlib

keysieve, count = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
work = tempfile.mkdtemp()
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
good = True


def token(seed):
    generator = random.Random(seed)
    body, check = "".join(generator.choice(LETTERS) for _ in range(30)), ""
    number = zlib.crc32(body.encode())
    while number:
        check, number = LETTERS[number % 62] + check, number // 62
    return "ghp" + "_" + body + check.rjust(6, "0")


def path(name):
    return os.path.join(work, name)


def watch(name, *more):
    """Reads a log to its end; says how long that took, and the memory in kilobytes."""
    start = time.time()
    arguments = [keysieve, "watch", "--no-config", path(name), "--once", "--alerts", path("alerts"), *more]
    done = subprocess.run(["/usr/bin/time", "-f", "%M", *arguments], check=True, stderr=subprocess.PIPE, text=True)
    return time.time() - start, int(done.stderr.split()[-1])


class Receiver(http.server.BaseHTTPRequestHandler):
    """Answers as the address asks: /500, /429, /200 after three failures; keeps what it has taken."""
    taken, tries = [], 0

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Receiver.tries += 1
        status = {"/500": 500, "/429": 429}.get(self.path, 200 if Receiver.tries > 3 else 503)
        if status == 200:
            told = json.loads(body)
            Receiver.taken += told.get("alerts", [told])
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"json=http://127.0.0.1:{server.server_port}"
try:
    with open(path("few.log"), "w") as log:
        log.write(f"GET /?token={token(1)} 200\n" * (count // 100))
    with open(path("storm.log"), "w") as log:
        log.write(f"GET /?token={token(1)} 200\n" * count)
    _, little = watch("few.log")
    os.remove(path("alerts"))
    took, much = watch("storm.log")
    events = [json.loads(line) for line in open(path("alerts"))]
    good &= [event["kind"] for event in events] == ["firing", "summary"] and events[-1]["count"] == count
    good &= much < little * 1.2
    print(f"storm: {count} equal leaks in {took:.1f} s, {len(events)} events, the last with the count {events[-1]['count']}; "
          f"{much} KB, {little} KB for a hundredth of them")
    os.remove(path("alerts"))

    # 5,000 different secrets, among lines without any.
    with open(path("many.log"), "w") as log:
        for seed in range(5_000):
            log.write(f"GET /?token={token(seed)} 200\n" + "nothing of note in this line\n" * 200)
    alone, _ = watch("many.log")
    os.remove(path("alerts"))
    dead = "json=http://192.0.2.1:9/"  # nobody's, RFC 5737
    for name, to in [("500", url + "/500"), ("429", url + "/429"), ("no answer", dead)]:
        took, _ = watch("many.log", "--alert-to", to, "--alert-queue", path("queue-" + name))
        waiting = sum(1 for _ in open(path(f"queue-{name}/webhook-0.jsonl")))
        print(f"a receiver that answers {name}: {took:.1f} s with 2 s to say farewell, {alone:.1f} s without it; {waiting} of 5000 wait")
        good &= waiting >= 4_900 and took < alone * 2 + 3
        os.remove(path("alerts"))
    # One that comes back takes all that waited.
    Receiver.tries, Receiver.taken = 0, []
    shutil.copytree(path("queue-500"), path("queue-200"))
    child = subprocess.Popen([keysieve, "watch", "--no-config", path("few.log"), "--alerts", path("alerts"),
                              "--alert-to", url + "/", "--alert-queue", path("queue-200")])
    end = time.time() + 60
    while len(Receiver.taken) < 40 and time.time() < end:
        time.sleep(0.1)
    child.send_signal(signal.SIGTERM)
    child.wait(20)
    left = sum(1 for _ in open(path("queue-200/webhook-0.jsonl")))
    print(f"one that comes back: {len(Receiver.taken)} taken after {Receiver.tries} tries, {left} wait, nothing lost")
    good &= len(Receiver.taken) >= 40 and left + len(Receiver.taken) >= 5_000
finally:
    server.shutdown()
    shutil.rmtree(work)
print("all good" if good else "BAD")
sys.exit(0 if good else 1)
