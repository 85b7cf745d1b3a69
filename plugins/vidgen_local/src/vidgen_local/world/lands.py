"""Hills, mountains, deserts and roads."""

from __future__ import annotations

import numpy as np

from vidgen_local.picture import Floats, floats
from vidgen_local.world import plants
from vidgen_local.world.model import World
from vidgen_local.world.palette import Colour, mixed
from vidgen_local.world.sheet import Layer, Outline, soften
from vidgen_local.world.skies import haze_foot, lay_mist, paint_sky, sun_rim
from vidgen_local.world.snow import firs_of, lay_drifts, plant_firs, slopes, snow_paint, snowy
from vidgen_local.world.things import stand_on
from vidgen_local.world.words import Season, Weather


def ridge(
    world: World,
    depth: float,
    base: float,
    amplitude: float,
    cells: float,
    *,
    paint: Colour | None = None,
    clear: float | None = None,
    rough: float = 0.5,
    grain: float = 0.12,
) -> tuple[Layer, Floats]:
    """Add one range of hills; *clear* is how little air lies before it. Return its line too."""
    sheet, palette = world.sheet, world.palette
    line = base - np.float32(amplitude) * sheet.line(cells, rough)
    shade = palette.far(
        palette.ground if paint is None else paint, depth if clear is None else clear
    )
    layer = world.layer(shade, depth)
    if paint is None and snowy(world):
        lay_drifts(world, layer, depth if clear is None else clear)
    else:
        texture = sheet.noise(6 + 10 * depth, 14 + 16 * depth, 4)[..., None] - np.float32(0.5)
        layer.rgb *= 1 + texture * np.float32(2 * grain)
        down = np.clip((sheet.y[:, None] - line[None, :]) / 0.35, 0, 1)
        layer.shade(floats(1 - 0.28 * depth * down))
    if depth < 0.7:
        haze_foot(world, layer, line, 0.2, 0.5 * (1 - depth))
    layer.cover[:] = sheet.below(line)
    sun_rim(world, layer, line, 0.5 * (1 - 0.4 * depth) * world.palette.glow)
    return layer, line


def treeline(
    world: World, layer: Layer, line: Floats, size: float, gap: float, paint: Colour, *, pines: bool
) -> None:
    """Plant a row of trees along *line*; *paint* is their colour seen through the air."""
    sheet = world.sheet
    if pines:
        places = [
            (x, sheet.height_at(line, x) + 0.008, size * sheet.uniform(0.5, 1.15))
            for x in sheet.steps(gap, 0.8)
        ]
        plant_firs(world, layer, paint, firs_of(world, places), 0.35 + 0.5 * layer.depth)
        return
    # copses and gaps between them, low hedges and single tall trees
    crowd = sheet.line(1.6, 0.6, 3)
    outlines: list[Outline] = []
    for x in sheet.steps(gap * 0.8, 0.9):
        dense = float(np.interp(x, sheet.x, crowd))
        tall = size * sheet.uniform(0.35, 0.8) * (1 + 0.9 * max(0.0, dense))
        if dense < -0.12 and not sheet.chance(0.25):
            continue
        foot = sheet.height_at(line, x) + 0.006
        for _ in range(3):
            aside, up = sheet.uniform(-0.5, 0.5) * tall, sheet.uniform(0.05, 0.5) * tall
            outlines.append(plants.blob(sheet, x + aside, foot - up, tall * 0.38))
    layer.fill((mixed(paint, world.palette.sun, 0.08), paint), *outlines, blur=0.0012)


def paint_hills(world: World) -> None:
    """Rolling country: far hills, woods, fields, grass and flowers close by."""
    sheet, palette, words = world.sheet, world.palette, world.words
    pines = words.has("pines") or snowy(world)
    horizon = sheet.uniform(0.5, 0.6)
    paint_sky(world, horizon + 0.04)
    ridge(world, 0.12, horizon, 0.08, 0.9, clear=0.16)
    if palette.weather is Weather.FOG:
        lay_mist(world, horizon + 0.02, 0.12, 0.15, 0.9)
    layer, line = ridge(world, 0.28, horizon + 0.05, 0.07, 1.0, clear=0.4)
    wood = palette.far(mixed(palette.near, palette.leaf, 0.5), 0.5)
    treeline(world, layer, line, 0.045, 0.03, wood, pines=pines)
    layer, line = ridge(world, 0.46, horizon + 0.14, 0.07, 0.8, clear=0.66)
    _furrows(world, layer, line)
    stand_on(world, layer, line, 0.64 if palette.sun_x < 0.5 else 0.34, 1.0)
    lay_mist(world, horizon + 0.14, 0.06, 0.5, 0.75 if palette.weather is Weather.FOG else 0.28)
    layer, line = ridge(world, 0.72, horizon + 0.25, 0.035, 0.7, clear=0.9)
    if not words.has("wheat", "flowers"):
        x = sheet.across(0.16 if palette.sun_x > 0.5 else 0.84)
        _tree(world, layer, line, x, 0.42 * sheet.scale)
    _foreground(world, horizon + (0.28 if words.has("wheat", "flowers") else 0.38))


def _tree(world: World, layer: Layer, line: Floats, x: float, tall: float) -> None:
    foot = world.sheet.height_at(line, x) + 0.015
    palette = world.palette
    if snowy(world) and not world.words.has("pines"):
        plants.bare_tree(layer, mixed(palette.near, palette.wood, 0.3), x, foot, tall)
    elif world.words.has("pines"):
        plant_firs(
            world, layer, mixed(palette.near, palette.leaf, 0.3), firs_of(world, [(x, foot, tall)])
        )
    else:
        plants.leafy_tree(layer, palette, plants.leaf_of(palette, world.sheet), x, foot, tall)


def _furrows(world: World, layer: Layer, line: Floats) -> None:
    """Stripe a field with rows that run towards the horizon."""
    sheet, palette = world.sheet, world.palette
    if snowy(world):
        return
    down = np.maximum(sheet.y[:, None] - line[None, :], 0.004)
    middle = sheet.across(sheet.uniform(0.3, 0.7))
    lanes = np.sin((sheet.x[None, :] - middle) / (down + 0.05) * 5.0)
    patch = np.clip((sheet.noise(1.2, 2.4, 2) - 0.52) * 9, 0, 1)
    light = mixed(palette.ground, palette.lit("d8c060"), 0.55)
    layer.tint(light, floats(patch * (0.35 + 0.2 * lanes)))


def _foreground(world: World, base: float) -> None:
    """The meadow at the camera's feet."""
    sheet, palette, words = world.sheet, world.palette, world.words
    paint = palette.ground
    if words.has("wheat") and not snowy(world):
        paint = palette.lit("d9ab48")
    layer, line = ridge(world, 0.95, base, 0.02, 0.9, paint=paint, clear=1.0, grain=0.2)
    layer.sway = 0.006 * (2.2 if words.has("wind") else 1.0)
    layer.foot = sheet.south
    if snowy(world):
        tips = (mixed(palette.near, palette.ground, 0.35), mixed(palette.near, palette.ground, 0.6))
        plants.grass(layer, tips, line, 0.07, 0.09)
        return
    high = 0.17 if words.has("wheat") else 0.085
    dark = mixed(palette.near, paint, 0.35)
    for step in range(4):
        share = step / 3
        tip = mixed(mixed(paint, palette.sun, 0.3 * palette.brightness), dark, share * 0.7)
        plants.grass(layer, (tip, dark), line + 0.05 * step, high * (0.7 + 0.5 * share), 0.012)
    if words.has("flowers") or palette.season in (Season.SPRING, Season.SUMMER):
        paints = [palette.lit(code) for code in ("e8503a", "f4d03e", "f2efe6", "9a6ad0")]
        count = 620 if words.has("flowers") else 60
        plants.flowers(layer, line, paints, 0.24, count)


def paint_mountains(world: World) -> None:
    """Peaks with snow and rock, woods below them, stones close by."""
    sheet, palette, words = world.sheet, world.palette, world.words
    horizon = sheet.uniform(0.6, 0.68)
    paint_sky(world, horizon)
    icy = words.has("ice")
    _peaks(world, 0.1, horizon, 0.34, 0.42, 1.3)
    _peaks(world, 0.2, horizon + 0.04, 0.5, 0.72, 0.8)
    lay_mist(world, horizon, 0.06, 0.25, 0.95 if palette.weather is Weather.FOG else 0.35)
    layer, line = ridge(world, 0.4, horizon + 0.06, 0.05, 1.1, clear=0.6)
    trees = mixed(palette.near, palette.leaf, 0.35)
    if not icy:
        treeline(world, layer, line, 0.075, 0.022, palette.far(trees, 0.62), pines=True)
    stand_on(world, layer, line, 0.62 if palette.sun_x < 0.5 else 0.36, 0.9)
    lay_mist(world, horizon + 0.12, 0.05, 0.5, 0.7 if palette.weather is Weather.FOG else 0.3)
    layer, line = ridge(world, 0.66, horizon + 0.17, 0.06, 0.9, clear=0.85)
    if not icy:
        treeline(world, layer, line, 0.15, 0.07, palette.far(trees, 0.88), pines=True)
    layer, line = ridge(world, 0.95, horizon + 0.3, 0.05, 1.0, clear=1.0, rough=0.6, grain=0.3)
    if not icy:
        for x in (0.05, 0.13, 0.93) if palette.sun_x > 0.5 else (0.06, 0.88, 0.96):
            foot = sheet.height_at(line, sheet.across(x)) + 0.03
            tall = 0.5 * sheet.scale * sheet.uniform(0.7, 1.1)
            firs = firs_of(world, [(sheet.across(x), foot, tall)])
            plant_firs(world, layer, mixed(palette.near, trees, 0.4), firs)
    layer.sway = 0.002


def paint_peaks_behind(world: World, horizon: float) -> None:
    """Add one far range of peaks above *horizon*."""
    _peaks(world, 0.12, horizon + 0.01, 0.36, 0.58, 0.9)


def _peaks(
    world: World, depth: float, base: float, high: float, clear: float, cells: float
) -> None:
    """Add a range of sharp peaks, lit from the sun's side, with snow on its heights."""
    sheet, palette = world.sheet, world.palette
    tops = 1 - np.abs(sheet.line(cells, 0.48, 8)) * 2.4
    sharp = np.clip((tops - tops.min()) / (tops.max() - tops.min()), 0, 1) ** 1.6
    line = floats(base - np.float32(high) * (0.1 + 0.95 * sharp))
    layer = world.layer(palette.far(mixed(palette.stone, palette.near, 0.4), clear), depth)
    faces, spurs = _faces(world, line, high, cells)
    bright = np.clip(0.5 + 0.5 * faces, 0, 1)
    sunny = mixed(palette.stone, palette.sun, 0.4 * palette.brightness)
    layer.tint(palette.far(sunny, clear), floats(bright * 0.8))
    dark = mixed(palette.near, palette.stone, 0.25)
    layer.tint(palette.far(dark, clear), floats((1 - bright) * 0.5))
    white, shade = snow_paint(world)
    reach = base - 0.2 * high if snowy(world) else base - 0.62 * high
    soft = 2.4 if snowy(world) else 4.0
    # snow lies deep where spurs shelter it, and slides from what is steep
    lies = (reach - sheet.y)[:, None] / np.float32(high) * soft + 0.4 + 0.6 * spurs
    snow = np.clip(lies + (sheet.noise(8, 8, 3) - np.float32(0.5)) * 0.5, 0, 1)
    air = min(1.0, clear + 0.35)
    layer.tint(palette.far(white, air), floats(snow * bright))
    layer.tint(palette.far(shade, air), floats(snow * (1 - bright) * 0.9))
    foot = floats(np.full_like(line, base - 0.35 * high))
    haze_foot(world, layer, foot, high * 0.5, 0.85 * (1 - clear) + 0.1)
    layer.cover[:] = sheet.below(line)
    sun_rim(world, layer, line, 0.6 * palette.glow)


def _faces(world: World, line: Floats, high: float, cells: float) -> tuple[Floats, Floats]:
    """Return how a range is lit (-1, away from the sun, to 1), and its spurs (-1 to 1).

    Ridges wander down from the peaks of *line* and fork into spurs; each has one
    side in the light and one in the shade.
    """
    sheet = world.sheet
    sun = -1.0 if world.palette.sun_x > 0.5 else 1.0
    down = np.clip((sheet.y[:, None] - line[None, :]) / np.float32(high), 0, 1.2)
    step = sheet.unit

    def along(values: Floats, x: Floats) -> Floats:
        index = np.clip((x - sheet.west) * step, 0, sheet.width - 1).astype(np.int32)
        return floats(values.take(index))

    wander = (sheet.noise(2.4, 3.4, 5, 0.48) - np.float32(0.5)) * np.float32(0.5 * high) * down
    ridges = floats(np.tanh(3.2 * slopes(line, sheet.x, 0.05 / cells)))
    x = sheet.x[None, :] + wander
    side = along(ridges, floats(x))
    # spurs run down from the ridge to both of its sides
    forked = x - side * down * np.float32(0.42 * high) + wander * np.float32(0.6)
    spur = sheet.line(3.2 * cells + 2, 0.5, 4)
    small = floats(np.tanh(0.55 * slopes(spur, sheet.x, 0.012)))
    spurs = along(small, floats(forked))
    share = np.clip(down * 2.6, 0, 1)
    lit = sun * -side * (1 - np.float32(0.45) * share) + sun * -spurs * (0.25 + 0.6 * share)
    # where two faces meet, pixels would flicker between them
    edge = sheet.unit / 320
    lit = 2 * soften(floats(0.5 + 0.5 * np.clip(lit * 1.5, -1, 1)), edge) - 1
    return floats(lit), floats(2 * soften(floats(0.5 + 0.5 * spurs), edge) - 1)


def paint_desert(world: World) -> None:
    """Dunes with sharp crests, or mesas of a canyon; ripples of sand close by."""
    sheet, palette, words = world.sheet, world.palette, world.words
    horizon = sheet.uniform(0.52, 0.6)
    paint_sky(world, horizon)
    if words.has("mars"):
        _redden(world)
    if words.has("canyon", "cactus") or sheet.chance(0.3):
        mesas(world, horizon)
    for number, (depth, base, high) in enumerate(
        ((0.15, 0.0, 0.07), (0.35, 0.07, 0.1), (0.6, 0.18, 0.11), (0.95, 0.36, 0.1))
    ):
        layer, line = dune(world, depth, horizon + base, high, 0.9 - 0.1 * number)
        if number == 2:
            stand_on(world, layer, line, 0.62 if palette.sun_x < 0.5 else 0.34, 0.9)
            if words.has("palms"):
                for step in range(5):
                    x = sheet.across(0.25 + 0.07 * step + sheet.uniform(-0.02, 0.02))
                    foot = sheet.height_at(line, x) + 0.02
                    plants.palm(layer, palette.near, x, foot, 0.2 * sheet.uniform(0.8, 1.2))
        if number >= 2 and words.has("cactus"):
            for x in (0.2, 0.78) if number == 2 else (0.9,):
                _cactus(world, layer, line, sheet.across(x), 0.14 * (number - 0.6))


def _redden(world: World) -> None:
    sky = world.layers[0]
    sky.rgb[:] = sky.rgb @ np.array(
        [[0.9, 0.35, 0.2], [0.25, 0.4, 0.25], [0.05, 0.15, 0.25]], np.float32
    )


def dune(
    world: World, depth: float, base: float, high: float, cells: float
) -> tuple[Layer, Floats]:
    """Add one range of dunes around the height *base*; return its layer and its line."""
    sheet, palette = world.sheet, world.palette
    wave = sheet.line(cells, 0.22, 4)
    line = floats(base - np.float32(high * 1.5) * wave)
    # the air over sand is warm: it takes little of its colour
    clear = 0.72 + 0.28 * depth
    warm = mixed(palette.ground, palette.lit("eda552"), 0.45)
    light = palette.far(mixed(warm, palette.sun, 0.42 * (0.2 + palette.brightness)), clear)
    shade = palette.far(mixed(warm * np.float32(0.6), palette.sky[0], 0.12), clear)
    layer = world.layer(palette.far(warm, clear), depth)
    # a crest runs down from each top: light lies on one side of it, shadow on the other
    slope = slopes(line, sheet.x, 0.06) * (1 if palette.sun_x > 0.5 else -1)
    down = np.clip((sheet.y[:, None] - line[None, :]) / (2.2 * high), 0, 1)
    crest = slope[None, :] * 5.5 + (sheet.noise(0.9, 1.8, 2, 0.3) - 0.5) * 1.2 + down * 0.9 - 0.35
    layer.tint(light, floats(np.clip(-crest * 2, 0, 1) * (1 - 0.6 * down) * 0.75))
    layer.tint(shade, floats(np.clip(crest * 3, 0, 1) * (1 - 0.75 * down) * 0.8))
    if depth > 0.5:
        far = np.clip((sheet.y[:, None] - line[None, :]) * 3, 0, 1)
        bend = sheet.noise(1.6, 3, 3) * 9
        ripples = np.sin(np.sqrt(np.maximum(0, sheet.y[:, None] - line[None, :])) * 130 + bend * 4)
        layer.shade(floats(1 + 0.06 * ripples * far))
    texture = sheet.noise(30, 60, 2) - np.float32(0.5)
    layer.shade(floats(1 + texture * 0.05))
    layer.cover[:] = sheet.below(line)
    sun_rim(world, layer, line, 0.55 * palette.glow)
    return layer, line


def mesas(world: World, horizon: float) -> None:
    """Raise table mountains of red rock on the horizon."""
    sheet, palette = world.sheet, world.palette
    rock = mixed(palette.ground, palette.lit("a04a2c"), 0.5)
    for depth, clear, high, gap in ((0.08, 0.35, 0.16, 0.5), (0.16, 0.6, 0.26, 0.95)):
        layer = world.layer(palette.far(rock, clear), depth)
        for x in sheet.steps(gap, 0.5):
            wide, tall = gap * sheet.uniform(0.16, 0.34), high * sheet.uniform(0.55, 1.0)
            top = horizon - tall
            outline = [
                (x - wide * 1.5, horizon + 0.05),
                (x - wide * 1.12, top + tall * 0.5),
                (x - wide, top + tall * 0.06),
                (x - wide * 0.8, top),
                (x + wide * 0.7, top + 0.006),
                (x + wide, top + tall * 0.1),
                (x + wide * 1.1, top + tall * 0.55),
                (x + wide * 1.6, horizon + 0.05),
            ]
            layer.fill(palette.far(rock, clear), outline)
        strata = np.sin(sheet.y * 160 + 2 * np.sin(sheet.y * 37))[:, None]
        layer.shade(floats(1 + 0.09 * strata + 0.25 * (sheet.noise(14, 4, 4) - 0.5)))


def _cactus(world: World, layer: Layer, line: Floats, x: float, tall: float) -> None:
    foot = world.sheet.height_at(line, x) + 0.01
    paint = mixed(world.palette.near, world.palette.lit("4a7a48"), 0.6)
    wide = tall * 0.13
    layer.strokes(paint, wide, [(x, foot), (x, foot - tall)])
    layer.round(paint, x, foot - tall, wide / 2, wide / 2)
    for side, low, high in ((-1, 0.35, 0.75), (1, 0.5, 0.85)):
        arm = x + side * tall * 0.24
        layer.strokes(
            paint,
            wide * 0.75,
            [(x, foot - tall * low), (arm, foot - tall * low), (arm, foot - tall * high)],
        )
        layer.round(paint, arm, foot - tall * high, wide * 0.375, wide * 0.375)
        layer.round(paint, arm, foot - tall * low, wide * 0.375, wide * 0.375)
