"""The sea, its shores and harbours; lakes and rivers."""

from __future__ import annotations

import numpy as np

from vidgen_local.picture import Floats, floats
from vidgen_local.world import buildings, plants, things, vessels
from vidgen_local.world.lands import paint_peaks_behind, ridge, treeline
from vidgen_local.world.model import Water, World
from vidgen_local.world.palette import mixed
from vidgen_local.world.sheet import Layer
from vidgen_local.world.skies import lay_mist, paint_sky
from vidgen_local.world.snow import snow_paint, snowy
from vidgen_local.world.words import Hour, Weather


def lay_water(
    world: World,
    horizon: float,
    depth: float,
    *,
    choppy: float = 1.0,
    clear: float = 0.0,
) -> Layer:
    """Add water from *horizon* down; *clear* is how much it mirrors the layers before it."""
    sheet, palette = world.sheet, world.palette
    far = mixed(palette.sky[3], palette.haze, 0.4) * np.float32(0.9)
    deep = mixed(mixed(palette.sky[0], palette.near, 0.4), palette.lit("1f5a6e"), 0.35)
    behind = _picture(world) if clear else None
    water = world.layer(far, depth)
    down = np.clip((sheet.y - horizon) / (1 - horizon), 0, 1.6)
    share = np.clip(down**0.6, 0, 1)[:, None, None]
    water.rgb += (deep - water.rgb) * floats(share * 0.95)
    if behind is not None:
        _mirror(water, behind, horizon, clear)
    away = np.broadcast_to(down[:, None], water.cover.shape)
    fine, broad = sheet.noise(5, 110, 3), sheet.noise(2.0, 30, 3)
    ripple = fine * (1 - np.clip(away * 1.3, 0, 1)) + broad * np.clip(away * 1.3, 0, 1)
    water.shade(floats(1 + (ripple - 0.5) * choppy * (0.22 + 0.5 * away)))
    side = (sheet.x[None, :] - sheet.across(palette.sun_x)) / (0.05 + 0.22 * np.maximum(away, 0.02))
    path = np.exp(-(side**2))
    water.glow(palette.sun, floats(path * np.clip((ripple - 0.4) * 3, 0, 1) * 0.55 * palette.glow))
    water.cover[:] = sheet.below(floats(np.full(sheet.width, horizon, dtype=np.float32)))
    world.waters.append(
        Water(
            layer=len(world.layers) - 1,
            horizon=horizon,
            choppy=choppy,
            sun_x=sheet.across(palette.sun_x),
            glitter=palette.glow,
        )
    )
    return water


def _picture(world: World) -> Floats:
    """Return all layers so far as one picture."""
    picture = np.zeros_like(world.layers[0].rgb)
    for layer in world.layers:
        picture += (layer.rgb - picture) * layer.cover[..., None]
        if layer is not world.layers[0]:
            layer.pack()
    return picture


def _mirror(water: Layer, behind: Floats, horizon: float, clear: float) -> None:
    sheet = water.sheet
    top = sheet.row(horizon)
    rows = np.clip(
        top - 1 - ((np.arange(sheet.height) - top) * 1.0).astype(int), 0, sheet.height - 1
    )
    seen = behind[rows]
    seen[:top] = water.rgb[:top]
    fade = clear * np.clip(1.0 - 0.5 * (sheet.y - horizon) / (1 - horizon), 0.3, 1)
    water.rgb += (seen * np.float32(0.86) - water.rgb) * floats(fade)[:, None, None]


def paint_lake(world: World) -> None:
    """Still water between hills, which mirrors them; reeds close by."""
    words, sheet, palette = world.words, world.sheet, world.palette
    horizon = sheet.uniform(0.48, 0.56)
    paint_sky(world, horizon)
    if sheet.chance(0.6) or _snow(world):
        paint_peaks_behind(world, horizon)
    else:
        ridge(world, 0.12, horizon - 0.05, 0.08, 1.0, clear=0.22)
    lay_mist(world, horizon - 0.02, 0.05, 0.2, 0.9 if palette.weather is Weather.FOG else 0.35)
    layer, line = ridge(world, 0.3, horizon - 0.012, 0.022, 1.0, clear=0.55)
    wood = palette.far(mixed(palette.near, palette.leaf, 0.4), 0.62)
    treeline(
        world,
        layer,
        line,
        0.075,
        0.025,
        wood,
        pines=words.has("pines") or _snow(world) or sheet.chance(0.5),
    )
    things.stand_on(world, layer, line, 0.64 if palette.sun_x < 0.5 else 0.34, 0.62)
    if words.has("bridge"):
        buildings.bridge(world, layer, sheet.across(0.5), horizon + 0.02, 0.34 * sheet.scale)
    if words.has("ice"):
        _lay_ice(world, horizon)
    else:
        choppy = 0.32 if palette.weather is not Weather.STORM else 0.9
        lay_water(world, horizon, 0.32, choppy=choppy, clear=0.8)
    lay_mist(
        world,
        horizon + 0.02,
        0.035,
        0.4,
        0.9 if palette.weather is Weather.FOG else 0.4 if palette.hour is Hour.DAWN else 0.15,
    )
    if words.has("boat") and not words.has("ice"):
        boat = world.layer(palette.near, 0.6)
        vessels.rowing_boat(world, boat, sheet.across(0.42), horizon + 0.2, 0.2 * sheet.scale)
        boat.bob, boat.travel = 0.004, 0.006
    near = world.layer(mixed(palette.near, palette.ground, 0.8 if snowy(world) else 0.4), 1.0)
    corner = 0.0 if palette.sun_x > 0.5 else 1.0
    bank = floats(
        1.02
        - 0.17 * np.clip(1 - np.abs(sheet.x / sheet.aspect - corner) / 0.7, -0.4, 1)
        + 0.012 * sheet.line(2, 0.5)
    )
    near.shade(1 + (sheet.noise(10, 16, 4) - np.float32(0.5)) * np.float32(0.5))
    near.cover[:] = sheet.below(bank)
    near.sway, near.foot = 0.005, 1.05
    tips = (
        mixed(palette.leaf, palette.sun, 0.25 * palette.brightness),
        mixed(palette.near, palette.leaf, 0.2),
    )
    plants.grass(near, tips, bank, 0.2, 0.05 if snowy(world) else 0.013)


def _lay_ice(world: World, horizon: float) -> None:
    """Add a lake that is frozen: white with snow, and bare blue ice where the wind swept it."""
    sheet = world.sheet
    light, shade = snow_paint(world)
    layer = world.layer(light, 0.32)
    down = np.clip((sheet.y - horizon) / (1 - horizon), 0, 1)[:, None]
    swept = np.clip((sheet.noise(1.1, 14, 4) - 0.5) * 5, 0, 1)
    layer.tint(mixed(shade, world.palette.sky[1], 0.35), floats(swept * (0.35 + 0.4 * down)))
    layer.cover[:] = sheet.below(floats(np.full(sheet.width, horizon, dtype=np.float32)))


def _snow(world: World) -> bool:
    return world.palette.weather is Weather.SNOW or world.words.has("ice")
