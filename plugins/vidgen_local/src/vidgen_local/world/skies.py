"""The sky: its colours, sun or moon, stars, clouds, and mist between layers."""

from __future__ import annotations

import numpy as np

from vidgen_local.picture import floats
from vidgen_local.world.model import World
from vidgen_local.world.palette import WHITE, colour, mixed
from vidgen_local.world.sheet import Layer, soft
from vidgen_local.world.words import Hour, Weather


def paint_sky(world: World, horizon: float = 0.62, *, clouds: bool = True) -> Layer:
    """Add the sky behind everything, its lowest colour at *horizon*."""
    palette, sheet = world.palette, world.sheet
    sky = world.layer(palette.sky[0], 0.0, full=True)
    stops = np.array([-0.08, 0.38, 0.76, 1.0]) * horizon
    for channel in range(3):
        shades = [stop[channel] for stop in palette.sky]
        sky.rgb[..., channel] = np.interp(sheet.y, stops, shades)[:, None]
    if palette.stars or world.words.has("stars"):
        _stars(sky, horizon)
    _sun(world, sky)
    if palette.weather in (Weather.RAIN, Weather.STORM, Weather.CLOUDY):
        _overcast(world, sky, horizon)
    elif clouds and palette.weather is not Weather.FOG:
        _clouds(world, horizon)
    return sky


def _stars(sky: Layer, horizon: float) -> None:
    sheet = sky.sheet
    band = soft(0.5, np.abs(sheet.y[:, None] - 0.1 - 0.4 * sheet.x[None, :] / sheet.aspect))
    sky.glow(colour("8fa0d8"), band * sheet.noise(4, 4, 4) * np.float32(0.28))
    for _ in range(int(360 * max(1.0, sheet.aspect))):
        x = sheet.uniform(sheet.west, sheet.east)
        y = sheet.uniform(sheet.north, horizon)
        light = sheet.uniform(0.25, 1.0) ** 2 * (1 - 0.75 * max(0.0, y) / horizon)
        sky.dot(x, y, 0.0012 + 0.0011 * light, colour("f2f0ff"), light)


def _sun(world: World, sky: Layer) -> None:
    """Hang up the sun, or a moon with its seas, and the light around it."""
    palette, sheet = world.palette, world.sheet
    x, y = sheet.across(palette.sun_x), palette.sun_y
    away = sheet.distance(x, y)
    sky.glow(palette.sun, np.float32(palette.glow * 0.62) * np.exp(-3.4 * away))
    sky.glow(palette.sun, np.float32(palette.glow * 0.5) * np.exp(-11 * away))
    if not palette.sun_size:
        return
    size = palette.sun_size * max(0.75, sheet.scale)
    disc = floats(np.clip((size - away) * sheet.unit + 0.5, 0, 1))
    veiled = 0.55 if palette.weather is Weather.FOG else 1.0
    sky.lay(mixed(palette.sun, WHITE, 0.35), disc * np.float32(veiled))
    if palette.moon:
        seas = np.clip((sheet.noise(26, 26, 3) - 0.5) * 4, 0, 1) * disc
        sky.tint(mixed(palette.sun, palette.sky[2], 0.6), floats(seas * np.float32(0.45)))


def _overcast(world: World, sky: Layer, horizon: float) -> None:
    """Close the sky with heavy clouds: a painted lid, and torn ones that drift below it."""
    palette, sheet = world.palette, world.sheet
    height = np.clip(1.1 - sheet.y / horizon, 0, 1)[:, None] ** 0.7
    heap = sheet.noise(1.1, 3.2, 5)
    body = np.clip((heap - 0.36) * 2.6, 0, 1) * height
    sky.tint(
        palette.cloud_shade, floats(body * (0.92 if palette.weather is Weather.STORM else 0.6))
    )
    for number, depth in enumerate((0.03, 0.06)):
        torn = world.layer(palette.cloud, depth)
        torn.drift = 1 / (96 - 40 * number)
        thick = sheet.noise(1.4 + number, 4.4 + 2 * number, 6, turn=True)
        upper = np.clip((0.92 - 0.22 * number - sheet.y / horizon) * 3.2, 0, 1)[:, None]
        mask = np.clip((thick - (0.46 + 0.04 * number)) * 5.5, 0, 1) * upper
        belly = np.clip((thick - 0.5) * 5, 0, 1)
        torn.tint(palette.cloud_shade * np.float32(0.8), floats(belly))
        torn.lay(palette.cloud, floats(mask * 0.0))
        torn.cover[:] = mask * np.float32(0.85)


def _clouds(world: World, horizon: float) -> None:
    """Let fair clouds drift: heaps by day, long bands when the sun is low."""
    palette, sheet = world.palette, world.sheet
    low = palette.hour is not Hour.DAY
    layer = world.layer(palette.cloud, 0.05)
    layer.drift = 1 / 120
    across, down = (1.0, 6.5) if low else (1.9, 4.6)
    thick = sheet.noise(across, down, 6, turn=True)
    middle = 0.62 if low else 0.45
    band = np.clip(1.15 - np.abs(sheet.y / horizon - middle) / 0.52, 0, 1)[:, None]
    start = 0.6 - 0.22 * palette.clouds
    mask = np.clip((thick * (0.55 + 0.45 * band) - start) * (5 if low else 8), 0, 1)
    under = np.roll(thick, round(-0.022 * sheet.unit), axis=0)
    shade = np.clip((under - start) * 5, 0, 1)
    layer.tint(mixed(palette.cloud, palette.sky[1], 0.45 if low else 0.35), floats(shade * 0.8))
    strength = 0.62 if palette.moon else 0.85 if low else 0.95
    layer.cover[:] = floats(mask * np.clip(band * 2, 0, 1) * strength)


def lay_mist(world: World, y: float, high: float, depth: float, strength: float) -> None:
    """Add a bank of mist around height *y*, *high* thick, which drifts."""
    palette, sheet = world.palette, world.sheet
    paint = mixed(palette.haze, palette.sky[3], 0.45)
    layer = world.layer(paint, depth)
    layer.drift = 1 / (130 - 40 * depth)
    wisps = np.clip((sheet.noise(1.1, 4.5, 4, turn=True) - 0.28) * 2.1, 0, 1)
    bank = np.exp(-(((sheet.y - y) / high) ** 2))[:, None]
    layer.cover[:] = floats(wisps * bank * strength)


def veil(world: World, strength: float = 1.0) -> None:
    """Let fog (*strength* 1) or haze lie over all but the nearest layer, thickest at eye height."""
    palette, sheet = world.palette, world.sheet
    near = world.layers.pop()
    layer = world.layer(mixed(palette.haze, palette.sky[3], 0.5), 0.5)
    layer.drift = 1 / 80
    wisps = sheet.noise(0.9, 2.6, 4, turn=True)
    bank = 0.22 + 0.78 * np.exp(-(((sheet.y - 0.55) / 0.3) ** 2))[:, None]
    layer.cover[:] = floats(np.clip((0.25 + 1.1 * (wisps - 0.32)) * bank, 0, 0.72) * strength)
    world.layers.append(near)


def haze_foot(world: World, layer: Layer, line: np.ndarray, reach: float, strength: float) -> None:
    """Let the air lie at the foot of *layer*, below its *line*."""
    palette, sheet = world.palette, world.sheet
    down = np.clip((sheet.y[:, None] - line[None, :]) / reach, 0, 1)
    layer.tint(mixed(palette.haze, palette.sky[3], 0.4), floats(down * strength))


def sun_rim(world: World, layer: Layer, line: np.ndarray, strength: float) -> None:
    """Light the upper edge of *layer* where the sun stands near."""
    palette, sheet = world.palette, world.sheet
    rim = np.exp(-np.clip(sheet.y[:, None] - line[None, :], 0, 1) / 0.012)
    side = np.exp(-((sheet.x - sheet.across(palette.sun_x)) ** 2) / (0.5 * sheet.aspect) ** 2)
    layer.tint(mixed(palette.sun, palette.sky[3], 0.4), floats(rim * side[None, :] * strength))
