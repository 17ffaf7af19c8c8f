"""What of a text the parser is given: never longer, and every character at its own offset."""

import re
from typing import Final

# A longer run without a space is no word: base64, a long address, "!!!!". The tokenizer peels
# marks off such a run one by one, copying the rest each time: 20,000 of "!" took 44 s.
_RUN_CHARACTERS_MAX: Final = 160
LONG_RUN: Final = re.compile(rf"\S{{{_RUN_CHARACTERS_MAX},}}")


def readable(text: str, characters_max: int) -> str:
    """The beginning of the text, cut at white space, with runs that are no words masked."""
    if len(text) > characters_max:
        text = text[: _cut(text, characters_max)]
    return LONG_RUN.sub(lambda run: "x" * len(run.group()), text)


def _cut(text: str, characters_max: int) -> int:
    """The place of the last white space up to the limit; the limit itself where there is none."""
    if text[characters_max].isspace():
        return characters_max
    for place in range(characters_max - 1, max(0, characters_max - 1000), -1):
        if text[place].isspace():
            return place
    return characters_max
