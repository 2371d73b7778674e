"""The pages that people read, and what stands in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from tests.end_to_end.harness import ROOT
from tests.promises import DEFINITION


@dataclass(frozen=True)
class Page:
    """A page of this repository, by its path there."""

    path: str

    @property
    def file(self) -> Path:
        return ROOT / self.path

    @property
    def text(self) -> str:
        return self.file.read_text(encoding="utf-8")

    def blocks(self, language: str) -> list[str]:
        """The code blocks of a language."""
        found = re.finditer(rf"^( *)```{language}\n(.*?)^\1```$", self.text, re.MULTILINE | re.DOTALL)
        return [dedent(one[2]) for one in found]

    @property
    def prose(self) -> str:
        """What is left to read aloud: without code blocks, comments, footnotes and addresses."""
        text = re.sub(r"^( *)```.*?^\1```$", "", self.text, flags=re.MULTILINE | re.DOTALL)
        text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
        text = re.sub(r"^\[\^\w+\]:.*$", "", text, flags=re.MULTILINE)
        text = re.sub(r"\[\^\w+\]", "", text)
        return re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)


PAGES = tuple(
    Page(str(path.relative_to(ROOT)))
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "tests" / "README.md"])
)


def sentences(text: str) -> list[str]:
    """The sentences of a page, each with the footnotes behind it: of its paragraphs and lists, not of its headings."""
    body = DEFINITION.sub("", text)
    blocks = re.split(r"\n\s*\n|\n(?=- )", body)
    said = [" ".join(block.split()).removeprefix("- ") for block in blocks if not block.lstrip().startswith(("#", "|"))]
    return [one for block in said for one in _ENDS.split(block) if one]


_ENDS = re.compile(r"(?<=[.?!\]]) (?=[A-Z*`])|(?<=:) (?=[A-Z*])")
