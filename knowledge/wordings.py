"""How people ask for each kind of fact: `content/wordings/<language>.yaml`, read by the content check and the fit only.

A file maps facet → kind of record → wordings, in which {name} stands for the record; under `outside` stands what is
asked beside the desk's business. They teach the search's heads and
are neither stored nor searched, so that a thousand more cost neither memory nor time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import yaml

from knowledge.language import Language
from knowledge.loader import CONTENT, ContentError, Problem
from knowledge.reading import read_yaml
from knowledge.records import AnyRecord, FacetName, Kind

OUTSIDE = "outside"
_FACETS: dict[Kind, frozenset[FacetName]] = {
    get_args(model.model_fields["kind"].annotation)[0]: model.facet_names for model in get_args(get_args(AnyRecord)[0])
}


@dataclass(frozen=True)
class Wording:
    """One way to ask for a facet of a record of some kind, or (without them) for what the desk declines."""

    language: Language
    text: str
    facet: FacetName | None = None
    kind: Kind | None = None


def load_wordings(folder: Path | None = None) -> list[Wording]:
    """Every wording under the content folder. Raises ContentError listing every problem."""
    found = list(_read((folder or CONTENT) / "wordings"))
    problems = [one for one in found if isinstance(one, Problem)]
    if problems:
        raise ContentError(problems)
    return [one for one in found if isinstance(one, Wording)]


def _read(folder: Path) -> Iterator[Wording | Problem]:
    for path in sorted(folder.glob("*.yaml")):
        name = f"{folder.name}/{path.name}"
        if path.stem not in set(Language):
            yield Problem(name, "", "", f"there is no language {path.stem}")
            continue
        try:
            raw = read_yaml(path.read_bytes())
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            yield Problem(name, "", "", f"no valid YAML: {' '.join(str(error).split())}")
            continue
        if not isinstance(raw, dict):
            yield Problem(name, "", "", "facets with kinds of record under them are expected")
            continue
        for facet, kinds in raw.items():
            yield from _of_facet(name, str(facet), kinds, Language(path.stem))


def _of_facet(name: str, facet: str, kinds: Any, language: Language) -> Iterator[Wording | Problem]:
    if facet == OUTSIDE:
        yield from _texts(name, facet, kinds, Wording(language, ""))
    elif facet not in set(FacetName):
        yield Problem(name, "", facet, "there is no such facet")
    elif not isinstance(kinds, dict):
        yield Problem(name, "", facet, "kinds of record with lists of wordings are expected")
    else:
        for kind, texts in kinds.items():
            yield from _of_kind(name, FacetName(facet), str(kind), texts, language)


def _of_kind(name: str, facet: FacetName, kind: str, texts: Any, language: Language) -> Iterator[Wording | Problem]:
    where = f"{facet.value}.{kind}"
    if kind not in set(Kind):
        yield Problem(name, "", where, "there is no such kind of record")
    elif facet not in _FACETS[Kind(kind)]:
        yield Problem(name, "", where, f"a {kind} has no facet {facet.value}")
    else:
        yield from _texts(name, where, texts, Wording(language, "", facet, Kind(kind)))


def _texts(name: str, where: str, texts: Any, like: Wording) -> Iterator[Wording | Problem]:
    if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
        yield Problem(name, "", where, "a list of wordings is expected")
    else:
        yield from (replace(like, text=text) for text in texts)
