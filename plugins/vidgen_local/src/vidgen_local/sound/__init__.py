"""Ambience made from the words of a prompt: what is heard, and how it is made.

A sound is an endless iterator of stereo blocks; kinds of sound are functions
that return one. ``engine`` is the provider; importing this package costs nothing.
"""
