"""What plugins do that they should not, as data: each misdeed is a piece of Python.

A misdeed is run in a plugin, wherever it is called. It may use ``into`` (where its
file goes), ``root`` (the run directory) and ``token``, where the place has them; what it
leaves as ``result`` is returned.
"""

from __future__ import annotations

#: Exceptions of every kind. All but :data:`OUT_OF_MEMORY` cost the one piece of work.
RAISES = {
    "Exception": "raise Exception('a slip')",
    "SystemExit": "raise SystemExit(0)",
    "KeyboardInterrupt": "raise KeyboardInterrupt",
    "GeneratorExit": "raise GeneratorExit",
    "StopIteration": "raise StopIteration",
    "RecursionError": "def dive():\n    return dive()\ndive()",
    "mute": (
        "class Mute(Exception):\n    def __str__(self): raise SystemExit(0)\n"
        "    __repr__ = __str__\nraise Mute"
    ),
    "not to be pickled": "raise Exception(lambda: None, (n for n in ''))",
    "BaseException": "class Odd(BaseException):\n    pass\nraise Odd('a\\nslip \\x1b[2J')",
    "a group": "raise BaseExceptionGroup('both', [SystemExit(1), KeyboardInterrupt()])",
    "Interrupted": "from vidgen_core import Interrupted\nraise Interrupted('never')",
    "VidgenError": "from vidgen_core import VidgenError\nraise VidgenError('a slip')",
    "a wrong message": "from vidgen_core import ProviderError\nraise ProviderError(None)",
    "a wrong bill": "from vidgen_core import Refused\nraise Refused('x', billed='perhaps')",
    "a wrong exit code": (
        "from vidgen_core import Refused\nclass Fine(Refused):\n    exit_code = 0\nraise Fine('x')"
    ),
}
OUT_OF_MEMORY = "raise MemoryError"

#: What is changed and must be as before afterwards.
CHANGES = {
    "goes to another directory": "import os\nos.chdir('/')",
    "goes to a directory that is gone": (
        "import os, tempfile\nat = tempfile.mkdtemp()\nos.chdir(at)\nos.rmdir(at)"
    ),
    "empties the environment": "import os\nos.environ.clear()",
    "sets settings": (
        "import os\nos.environ |= {'VIDGEN_MAX_COST': '9999', 'VIDGEN_ENGINE': 'nobody', "
        "'VIDGEN_JOBS': 'many', 'HOME': '/nowhere', 'TZ': 'Asia/Tokyo'}"
    ),
    "replaces the environment": "import os\nos.environ = {}",
    "sets the umask": "import os\nos.umask(0o777)",
    "ignores signals": (
        "import signal, threading\n"
        "if threading.current_thread() is threading.main_thread():\n"
        "    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGUSR1):\n"
        "        signal.signal(number, signal.SIG_IGN)"
    ),
    "blocks signals": "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})",
    "sets the locale": "import locale\nlocale.setlocale(locale.LC_ALL, 'C')",
    "lowers the recursion limit": (
        "import inspect, sys\nsys.setrecursionlimit(len(inspect.stack(0)) + 30)"
    ),
    "takes standard output": "import io, sys\nsys.stdout = sys.stderr = io.StringIO()",
    "has no streams": "import sys\nsys.stdout = sys.stderr = sys.stdin = None",
    "closes the streams": "import sys\nsys.stdout.close()\nsys.stderr.close()",
    "sets excepthooks": (
        "import sys, threading\n"
        "sys.excepthook = sys.unraisablehook = threading.excepthook = lambda *a: 1 / 0"
    ),
    "makes warnings errors": "import warnings\nwarnings.simplefilter('error')",
    "sets the default timeout": "import socket\nsocket.setdefaulttimeout(1e-6)",
    "traces threads": "import threading\nthreading.settrace(lambda *a: 1 / 0)",
    "stops the garbage collector": "import gc\ngc.disable()\ngc.set_threshold(1)",
    "closes handle 1": "import os\nos.close(1)",
    "closes handle 2": "import os\nos.close(2)",
    "sets an alarm": "import signal\nsignal.setitimer(signal.ITIMER_REAL, 90)",
}

#: What is no result and must not look like one.
PRINTS = {
    "prints": "print('{\"finished\": true}')",
    "writes to handle 1": "import os\nos.write(1, b'GARBAGE\\n')",
    "prints to the first standard output": (
        "import sys\nprint('GARBAGE', file=sys.__stdout__, flush=True)"
    ),
    "has a child that prints": "import subprocess\nsubprocess.run(['echo', 'GARBAGE'])",
}

#: What must not keep a process from its end.
LINGERS = {
    "a thread that never ends": (
        "import threading\ndef work():\n    threading.Event().wait()\n"
        "threading.Thread(target=work).start()"
    ),
    "a thread that prints": (
        "import threading\n"
        "def chat():\n    while True:\n        print('GARBAGE')\n"
        "threading.Thread(target=chat, daemon=True).start()"
    ),
    "a function at the end that never ends": (
        "import atexit, threading\natexit.register(threading.Event().wait)"
    ),
    "a pool": (
        "from concurrent.futures import ThreadPoolExecutor\nimport threading\n"
        "def work():\n    threading.Event().wait()\nThreadPoolExecutor().submit(work)"
    ),
}

#: Where a file goes otherwise than it should. What is left at ``into`` is no clip.
WRITES_NOTHING_USABLE = {
    "nothing": "result = None",
    "an empty file": "into.write_bytes(b'')",
    "a folder": "(into / 'sub').mkdir(parents=True)",
    "a link": "into.symlink_to(clip)",
    "a link to nothing": "into.symlink_to('nowhere')",
    "a link to a device": "into.symlink_to('/dev/zero')",
    "a FIFO": "import os\nos.mkfifo(into)",
    "a text": "into.write_text('not a video')",
    "half a clip": "into.write_bytes(clip.read_bytes()[:600])",
    "a folder of its own that is gone": "import shutil\nshutil.rmtree(into.parent)",
}
#: What is left elsewhere while the clip itself is good.
WRITES_ELSEWHERE = {
    "beside it": "(into.parent / 'notes.txt').write_text('x')",
    "a FIFO beside it": "import os\nos.mkfifo(into.parent / 'output.json')",
    "a folder beside it": "(into.parent / 'output.json').mkdir()",
    "under the film's name": "(root / film).is_fifo() or (root / film).write_text('not a film')",
    "a FIFO under the film's name": "import os\n(root / film).exists() or os.mkfifo(root / film)",
}

#: By place: what is returned instead of what should be. Lazy iterables raise when they are read.
_LAZY = "result = (1 / 0 for _ in 'x')"
_ENDLESS = "import itertools\nresult = itertools.repeat(1.0)"
_MUTE = "class Mute:\n    def __repr__(self): raise SystemExit(0)\nresult = Mute()"
RETURNS = {
    "price": {
        "nothing": "result = None",
        "a number": "result = 0.1",
        "no number": "from vidgen_core import Price\nresult = Price(float('nan'))",
        "below nothing": "from vidgen_core import Price\nresult = Price(-1.0, 1.0)",
        "the lower last": "from vidgen_core import Price\nresult = Price(2.0, 1.0)",
        "made wrong by force": (
            "from vidgen_core import Price\nresult = Price()\n"
            "object.__setattr__(result, 'high', float('nan'))"
        ),
        "of texts": (
            "from vidgen_core import Price\nresult = Price()\n"
            "object.__setattr__(result, 'low', 'much')"
        ),
        "without end": "from vidgen_core import Price\nresult = Price(1e308, 1e308)",
        "what cannot be shown": _MUTE,
        "a generator": "result = (x for x in 'x')",
    },
    "split": {
        "nothing": "result = None",
        "a text": "result = '1.0'",
        "no clips": "result = ()",
        "no numbers": "result = [float('nan')]",
        "below nothing": "result = [-1.0, 99.0]",
        "too short": "result = [0.001]",
        "too many": "result = [1e-9] * 10_000_000",
        "without end": _ENDLESS,
        "lazily raising": _LAZY,
        "what cannot be shown": _MUTE,
    },
    "submit": {
        "nothing": "result = None",
        "a text": "result = 'job-7'",
        "a generator": "result = (x for x in 'x')",
        "a job without a name": "from vidgen_core import JobRef\nresult = JobRef(id='')",
        "a job with a number": "from vidgen_core import JobRef\nresult = JobRef(id=7)",
        "what cannot be shown": _MUTE,
    },
    "poll": {
        "nothing": "result = None",
        "a text": "result = 'ready'",
        "a generator": "result = (x for x in 'x')",
        "what cannot be shown": _MUTE,
        "a huge list": "result = [0] * 1_000_000",
    },
    "fetch": {"another thing": "result = b'bytes'"},
    "find": {
        "nothing": "result = None",
        "a text": "result = 'job-7'",
        "lazily raising": _LAZY,
        "without end": (
            "import itertools\nfrom vidgen_core import JobRef\n"
            "result = itertools.repeat(JobRef(id='1'))"
        ),
        "jobs without a name": "from vidgen_core import JobRef\nresult = [JobRef(id='')]",
        "what cannot be shown": _MUTE,
    },
    "ask": {
        "nothing": "result = None",
        "a number": "result = 10**13",
        "a generator": "result = (x for x in 'x')",
        "what cannot be shown": _MUTE,
    },
}

#: The product of what may be raised, changed or printed with where it makes sense.
ANYWHERE = (
    *(("raises", name) for name in RAISES),
    *(("changes", name) for name in CHANGES),
    *(("prints", name) for name in PRINTS),
)
ALL_OF = {"raises": RAISES, "changes": CHANGES, "prints": PRINTS}
