"""Makes the half-finished film that `vidgen continue` finishes in the README.

It looks like what an older script left when it was interrupted: four scenes are
written, two are rendered. From the checkout, with the core and vidgen-local installed:

    python examples/make_half_finished.py [FOLDER]

FOLDER (examples/half-finished) gets a run directory; one that is there already
is never touched. The same versions of everything make the same bytes.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from vidgen_core import OUTPUT, ClipRequest, Context, Step
from vidgen_core.layout import RUN_DIRECTORY
from vidgen_core.media import Media
from vidgen_core.serialize import load_storyboard
from vidgen_local import LocalOptions
from vidgen_local.engine import LocalEngine

TIMESTAMP = "20260101_090000"
WIDTH, HEIGHT, FPS = 320, 180, 24.0
FINISHED = (1, 2)

ENVIRONMENTS = (
    "A rocky coast at dusk. A red and white lighthouse stands on a low cliff above the sea,"
    " the sun touches the horizon and a few gulls circle in the warm light.",
    "The keeper's room at the foot of the tower in the evening: bare walls, a wooden floor,"
    " one window, and an oil lamp that burns on a plain table.",
    "The open sea at night in a storm. A small boat with white sails rides the dark waves below"
    " the lighthouse, whose beam sweeps through the rain.",
    "A calm bay at dawn. The boat lies on still water, the sky turns from blue to gold and"
    " gulls fly out to sea.",
)

STYLE = "flat illustration, soft gradients, quiet colours"

#: name, movement, emotions, camera, sound, first frame.
TOLD = (
    (
        "The lamp is lit",
        "The light comes on at the top of the tower and its beam reaches out over the water.",
        "calm, expectant",
        "The camera pans slowly to the left, out to sea.",
        "gentle waves on rocks, distant gulls, a light evening wind",
        "A red and white lighthouse on a cliff above the sea at sunset, its lamp just lit.",
    ),
    (
        "The keeper waits",
        "The lamp's flame trembles while the sky outside the window grows dark.",
        "warm, a little uneasy",
        "Static shot with gentle breathing light.",
        "a clock ticks, wood creaks, wind rises outside a closed window",
        "A plain room in the evening with an oil lamp on a table beside a window.",
    ),
    (
        "A sail in the storm",
        "The boat rises and falls on the swell, and the beam of the lighthouse finds its sails.",
        "tense, then hopeful",
        "Slow push in towards the boat.",
        "heavy rain, strong wind, waves breaking, far thunder",
        "A small white sail on a dark sea at night, caught in the beam of a lighthouse.",
    ),
    (
        "Morning",
        "The boat rests on its own reflection and the first light runs across the bay.",
        "relieved, peaceful",
        "The camera pulls back slowly and rises a little.",
        "small ripples, a few gulls, quiet morning air",
        "A sailing boat on still water at dawn under a golden sky.",
    ),
)

NARRATION = (
    "At dusk the keeper lights the lamp, as every evening. Below, in the small room, the clock"
    " counts and the wind rises. Far out, a white sail rides the storm, and the beam finds it."
    " Morning comes; the boat is home.\n"
)

_EARLIER = ("movement_description", "emotions", "camera_movement", "duration")


def scenes() -> list[dict[str, Any]]:
    """Return the array of the scenes file."""
    return [
        {
            "scene_number": number,
            "scene_name": name,
            "scene_physical_environment": ENVIRONMENTS[number - 1],
            "scene_movement_description": movement,
            "scene_emotions": emotions,
            "scene_camera_movement": camera,
            "scene_duration": 5,
            "sound_effects_prompt": sound,
            "first_frame_prompt": first_frame,
            "artistic_style": STYLE,
            "environment_index": number - 1,
        }
        for number, (name, movement, emotions, camera, sound, first_frame) in enumerate(TOLD, 1)
    ]


def scenes_without_environment() -> list[dict[str, Any]]:
    """Return the array as it was before environments were chosen."""
    known: list[dict[str, Any]] = []
    before: dict[str, Any] = {}
    left_out = ("scene_physical_environment", "environment_index")
    for scene in scenes():
        plain = {key: value for key, value in scene.items() if key not in left_out}
        for name in _EARLIER:
            plain[f"previous_scene_{name}"] = before.get(f"scene_{name}", "none")
        plain["previous_scene_sound_effects_prompt"] = before.get("sound_effects_prompt", "none")
        known.append(plain)
        before = scene
    return known


def write_texts(run: Path) -> None:
    """Write what an older script wrote before it rendered."""
    texts = {
        Step.SCENES: _json(scenes()),
        Step.SCENES_WITHOUT_ENVIRONMENT: _json(scenes_without_environment()),
        Step.ENVIRONMENTS: _json([{"scene_physical_environment": text} for text in ENVIRONMENTS]),
        Step.NARRATION_TEXT: NARRATION,
    }
    for step, text in texts.items():
        name = OUTPUT[step].pattern.format(timestamp=TIMESTAMP)
        (run / name).write_text(text, encoding="utf-8", newline="\n")


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def render(run: Path, media: Media) -> None:
    """Render the finished scenes; each starts where the one before ends."""
    engine = LocalEngine(Context(options=LocalOptions(), media=media))
    storyboard = load_storyboard(_json(scenes()).encode(), "scenes")
    start: Path | None = None
    for scene in storyboard:
        if scene.number not in FINISHED:
            continue
        names: dict[str, int | str] = {"scene": scene.number, "timestamp": TIMESTAMP}
        # the older way: a scene of one clip keeps it under the scene's own name
        clip = run / OUTPUT[Step.CLIP].reads[0].format(**names)
        clip.parent.mkdir()
        request = ClipRequest(
            scene=scene,
            clip=1,
            prompt=scene.prompt,
            seconds=float(scene.duration or 5),
            start_frame=str(start) if start else None,
            width=WIDTH,
            height=HEIGHT,
            fps=FPS,
            seed=scene.number,
        )
        engine.render(request, clip, lambda part: None)
        shutil.copyfile(clip, run / OUTPUT[Step.SCENE].pattern.format(**names))
        start = run / OUTPUT[Step.SCENE_LAST_FRAME].pattern.format(**names)
        media.save_frame(clip, start)


def main(folder: Path) -> int:
    """Make the run directory in *folder*; return the exit code."""
    run = folder / RUN_DIRECTORY.format(timestamp=TIMESTAMP)
    try:
        run.mkdir(parents=True)
    except FileExistsError:
        print(f"{run} is there already; delete or move it to have it made anew", file=sys.stderr)
        return 2
    write_texts(run)
    render(run, Media())
    print(run)
    return 0


if __name__ == "__main__":
    here = Path(__file__).parent
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else here / "half-finished"))
