"""What every script model needs: the question in words, and the file out of the answer.

A model is told what a film needs (:func:`asked`), and its answer is text that a
stranger wrote: :func:`file_of` takes the storyboard out of it and nothing else. No
part of an answer names a file, a provider, an address, a price or a plugin.

What cannot be used is ``BadOutput``. Core then asks once more, with the fault in the
request (``request.fault``), so that a provider says nothing about it itself.
"""

from __future__ import annotations

from vidgen_core.script_answers.asking import Asking, asked
from vidgen_core.script_answers.files import file_of, rest_of

__all__ = ["Asking", "asked", "file_of", "rest_of"]
