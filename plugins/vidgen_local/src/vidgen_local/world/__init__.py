"""Draws the place that a scene's words name, in layers, and lets it live.

``words`` reads a text, ``painting`` turns what it read into a :class:`World` of
layers from the sky to the foreground, and ``stage`` shows that world to a moving
camera at any time.
"""
