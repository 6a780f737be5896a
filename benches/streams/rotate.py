"""`keysieve watch` on a tree as the kubelet makes it, ended and begun again while logs are rotated and packed: after
SIGTERM every line must be in its copy, and once.

    benches/streams/rotate.py KEYSIEVE [ROUNDS]
"""
import gzip
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

keysieve, rounds = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 6
work = tempfile.mkdtemp()
os.chdir(work)
os.makedirs("pods/shop_web-1_0f3a/app")
os.makedirs("containers")
log = "pods/shop_web-1_0f3a/app/0.log"
os.symlink(f"../{log}", "containers/web-1_shop_app-0f3abc.log")
written, rotations, going = 0, 0, True


def write():
    """A program whose log is renamed now and then; the one before is packed then."""
    global written, rotations
    file = open(log, "ab", buffering=0)
    while going:
        for _ in range(random.randrange(1, 30)):
            file.write(b"2026-11-25T11:00:00.123456789Z stdout F line %08d\n" % written)
            written += 1
        time.sleep(0.002)
        if random.randrange(150) == 0:
            before = f"{log}.{20261125 + rotations}"
            rotations += 1
            os.rename(log, f"{log}.{20261125 + rotations}")
            file = open(log, "ab", buffering=0)
            if os.path.exists(before):
                with open(before, "rb") as plain, gzip.open(before + ".gz", "wb") as packed:
                    shutil.copyfileobj(plain, packed)
                os.remove(before)


open(log, "w").close()
writer = threading.Thread(target=write)
writer.start()
arguments = [keysieve, "watch", "--no-config", "containers/*.log", "--state", "state", "--output", "copy", "--alerts", "alerts"]
for _ in range(rounds):
    child = subprocess.Popen(arguments)
    time.sleep(1 + random.random())
    child.terminate()
    child.wait()
    time.sleep(random.random() * 1.5)
going = False
writer.join()
subprocess.run([*arguments, "--once"], check=True)
seen = [int(line[-8:]) for line in open("copy").read().splitlines()]
missing, twice = written - len(set(seen)), len(seen) - len(set(seen))
print(f"ended {rounds} times, {rotations} rotations: {written} lines, {missing} missing, {twice} twice")
os.chdir("/")
shutil.rmtree(work)
sys.exit(1 if missing or twice else 0)
