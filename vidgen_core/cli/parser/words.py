"""What the help says of each command, and the examples in it."""

from __future__ import annotations

EPILOG = """\
Examples:
  vidgen generate script.txt
  vidgen status DIR
  vidgen continue DIR --dry-run
  vidgen continue DIR --engine local
  vidgen redo DIR --scene 3 --dry-run

A command's own help: vidgen COMMAND --help
"""

CONTINUE = """\
Finish the film of a run that was interrupted. What is
whole is kept, only what is missing is made, and all of it
is joined. The path of the film is printed.
"""

CONTINUE_EPILOG = """\
Examples:
  vidgen continue DIR --dry-run
  vidgen continue DIR --engine local --skip-narration
  vidgen continue DIR --set local.grain=1.2
  vidgen continue DIR --max-cost 20 --patience 8h

Options that are given are kept for the run, but not those
about money and "how". A name that begins with a dash:
vidgen continue -- -DIR

--in-doubt decides about work that may have been bought
although no answer came: wait for another run, buy it
again, skip it, or adopt=JOB, the id of the job as the
service shows it; adopt=clip-2-1:JOB where several are in
doubt.
"""

GENERATE = """\
Make a film from a script: scenes, pictures, narration and
sound, in a new directory video_TIMESTAMP. The path of the
film is printed. vidgen continue goes on with it after an
interruption.
"""

GENERATE_EPILOG = """\
Examples:
  vidgen generate script.txt
  vidgen generate script.txt --dry-run --max-scenes 8
  vidgen generate - --aspect 9:16 < script.txt

Without --engine the film is made on this machine by the
provider "local". --continue-from-dir DIR is the same as
vidgen continue DIR.
"""

REDO = """\
Make scenes again, and join the film again with them. The
price is shown and agreed to first. What stood there goes
to .vidgen/replaced; vidgen undo brings it back.
"""

REDO_EPILOG = """\
Examples:
  vidgen redo DIR --scene 3
  vidgen redo DIR --scene 3,5-7 --engine local --dry-run
  vidgen redo DIR --scene 2 --only sound
  vidgen redo DIR --stale

Without --only, or with --only clip, the scene's clips are
made again, and what is joined from them. With --only
first-frame its clips are kept, and reported as out of
date. --stale and --failed are for all scenes, or for those
of --scene. --give-up moves nothing: it orders once more,
for money, what waits for a job that cannot be fetched.
Providers that are given are kept for the run.
"""

UNDO = """\
Bring back what the last redo moved away. What stands in
its place is moved to .vidgen/replaced, so that a second
undo brings that back. Nothing is bought.
"""

COLLECT = """\
Fetch what is paid for and still under way at a service.
Nothing is bought, and nothing is joined: vidgen continue
does that.
"""

COST = """\
Sum what a run directory has cost so far, by provider.
Nothing is written.
"""

STATUS = """\
Say what a run directory holds and what is missing, as
continue sees it. Nothing is written.
"""

VERIFY = """\
Read again all that counts in a run directory, and say what
is not whole: films, clips, pictures, speech, sounds, and
what vidgen keeps in .vidgen; and what vidgen made and is
gone. Nothing is written.

The exit code is 0 where all is whole, 3 where something is
broken, damaged, spoilt, or gone that the film needs, 8
where the scenes file cannot be used, 9 where this machine
does not give a file out, and 10 where a newer vidgen wrote
one.
"""

LOG = """\
Tell the story of a run as its journal has it: what was
asked for, of whom and at what price, what came of it, and
what was moved away. Nothing is written.
"""

CLEAN = """\
Delete what unfinished work left in .vidgen/tmp, and what
was replaced and lies in .vidgen/replaced. What of it was
paid for is told first, and you are asked. Nothing else is
touched; what was replaced cannot be brought back by vidgen
undo then.
"""

PLUGINS = """\
List the providers that are installed, the keys they need,
and what could not be loaded.
"""

MODELS = """\
List the models that your account may use at the service
of a provider, where the service can tell.
"""

KEYS = """\
Keep the keys of providers. "set" asks for a key, or reads
it from standard input, and keeps it in the system's
keyring, or where there is none in a file that you alone
can read. "list" says which keys there are and where, "rm"
forgets one that "set" kept, and "check" asks the service
whether one is good, where that is free. No key is shown.
"""

KEYS_EPILOG = """\
Examples:
  vidgen keys list
  vidgen keys set luma
  vidgen keys set LUMAAI_API_KEY < file
  vidgen keys check luma
  vidgen keys rm LUMAAI_API_KEY

A key in the environment counts first, then one in .env in
this folder, then one that "set" kept.
"""

DOCTOR = """\
Look whether this machine and its settings are fit for
making films in this folder, and say what to type where
they are not. The exit code is 0 where all is well.
"""
