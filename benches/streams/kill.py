"""`keysieve watch` is killed at random moments, in the middle of rotations: no line may be missing from its copy."""
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

keysieve, rounds = sys.argv[1], int(sys.argv[2])
directory = tempfile.mkdtemp()
log, copy, state = (os.path.join(directory, name) for name in ("app.log", "copy", "state"))
written, going = 0, True
random.seed(int(sys.argv[3]) if len(sys.argv) > 3 else 1)


def write():
    """A program whose log is rotated now and then, by renaming."""
    global written
    file, kept = open(log, "ab", buffering=0), 0
    while going:
        for _ in range(random.randrange(1, 40)):
            file.write(b"line %08d of a log that is rotated\n" % written)
            written += 1
        time.sleep(random.random() * 0.004)
        if random.randrange(300) == 0:
            kept += 1
            os.rename(log, f"{log}.{kept}")
            time.sleep(random.random() * 0.01)
            file = open(log, "ab", buffering=0)


writer = threading.Thread(target=write)
writer.start()
arguments = [keysieve, "watch", log, "--no-config", "--state", state, "--output", copy, "--alerts", os.path.join(directory, "alerts")]
for _ in range(rounds):
    child = subprocess.Popen(arguments)
    time.sleep(0.05 + random.random() * 1.5)
    child.send_signal(signal.SIGKILL)
    child.wait()
going = False
writer.join()
subprocess.run([*arguments, "--once"], check=True)
lines = open(copy, "rb").read().splitlines()
seen = {int(line[5:13]) for line in lines if line.startswith(b"line ") and line.endswith(b"rotated")}
missing = [line for line in range(written) if line not in seen]
print(f"killed {rounds} times: {written} lines, {len(missing)} missing, {len(lines) - len(seen)} twice or torn")
shutil.rmtree(directory)
sys.exit(1 if missing else 0)
