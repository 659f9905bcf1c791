"""Killing a process that writes, at a moment it does not choose.

SCRIPT = '''
import sys
from keepwell.book.book import Book

def work(number):
    with Book.open(sys.argv[1]).writer() as writer:
        ...
        writer.commit()
'''
for number in killed_at_random_moments(SCRIPT, home, times=50):
    ...  # look at what the killed process left behind
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

# Imports once, then forks a process for each piece of work: starting Python anew takes longer than the work.
# It never works itself, so that no thread of an engine is cut off by the forking.
_NURSERY = """
import os, sys
{script}
print("ready", flush=True)
for number in map(int, iter(sys.stdin.readline, "")):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work(number)
            code = 0
        except BaseException:
            import traceback
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    print(child, flush=True)
    sys.stdin.readline()  # until told to, the child stays unreaped and its number its own
    print(os.waitpid(child, 0)[1], flush=True)
"""


def killed_at_random_moments(script: str, *arguments: str | Path, times: int, seed: int = 0) -> Iterator[int]:
    """Let processes do `work(number)` as the script defines it, and kill each at another moment (SIGKILL).

    The first two are left to finish, to learn how long the work takes. After that the longest wait follows how
    fast the machine happens to be: longer after each that was killed, shorter after each that got done. Gives
    the number of each process after its end. Fails where a process fails by itself.
    """
    moments = random.Random(seed)
    nursery = subprocess.Popen(
        [sys.executable, "-c", _NURSERY.format(script=script), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    assert nursery.stderr is not None
    try:
        assert nursery.stdout.readline().strip() == "ready", nursery.stderr.read()
        within = 0.0
        for number in range(times + 2):
            nursery.stdin.write(f"{number}\n")
            nursery.stdin.flush()
            child, began = int(nursery.stdout.readline()), time.monotonic()
            if number >= 2:
                time.sleep(moments.uniform(0, within))
                os.kill(child, signal.SIGKILL)
            nursery.stdin.write("reap\n")
            nursery.stdin.flush()
            status = int(nursery.stdout.readline())
            within = time.monotonic() - began if number < 2 else within * (1.1 if status else 0.8)
            if os.WIFEXITED(status) and os.WEXITSTATUS(status):
                nursery.kill()
                raise AssertionError(nursery.stderr.read())
            yield number
    finally:
        nursery.kill()
        nursery.communicate()
