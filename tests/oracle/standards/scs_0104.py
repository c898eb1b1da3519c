"""SCS-0104-v1, standard images: what the list in YAML says, and a reader for as much YAML as such lists need."""

import json
import re
from pathlib import Path
from typing import NamedTuple

from standards import asked, fails, passes, unless_any


class Specification(NamedTuple):
    """An entry of the list."""

    key: str  # The last part of the testcases' ids.
    name: str
    scheme: str | None
    sources: list[str]

    def describes(self, image_name):
        """Reading: a name matches a regular expression if all of it does: the optional third number at the end of
        the schemes would mean nothing otherwise."""
        if self.scheme is None:
            return image_name == self.name
        return re.fullmatch(self.scheme, image_name) is not None


def judge(cloud, specifications):
    verdicts = {}
    for specification in specifications:
        verdicts[f"scs-0104-source-{specification.key}"] = asked(source, cloud, specification)
        verdicts[f"scs-0104-image-{specification.key}"] = asked(present, cloud, specification)
    return verdicts


def source(cloud, specification):
    """"For any image whose name matches …, its `image_source` MUST start with one of the prefixes."

    Reading: as in SCS-0102, images are those that the list of public images shows.
    """
    return unless_any(
        (
            f"{image.name}: image_source is {image.property('image_source')}"
            for image in named(cloud, specification)
            if not (image.property("image_source") or "").startswith(tuple(specification.sources))
        ),
        "no such image has another source",
    )


def present(cloud, specification):
    """"Can be found in the list of public images"."""
    if named(cloud, specification):
        return passes("there is such an image")
    return fails(f"there is no public image {specification.scheme or specification.name}")


def named(cloud, specification):
    return [image for image in cloud.catalogued_images() if specification.describes(image.name)]


def read_list(path):
    """The specifications of a list. A file that ends in `.json` is JSON."""
    text = Path(path).read_text(encoding="utf-8")
    document = json.loads(text) if str(path).endswith(".json") else parse_yaml(text)
    return [specification(entry) for entry in document["images"]]


def specification(entry):
    sources = entry["source"]
    sources = [sources] if isinstance(sources, str) else sources
    return Specification(entry.get("slug") or key(entry["name"]), entry["name"], entry.get("name_scheme"), sources)


def key(name):
    """How the scope's testcases call an entry that has no `slug`: `Ubuntu 24.04` is `ubuntu-2404`."""
    return name.lower().replace(" ", "-").replace(".", "")


def parse_yaml(text):
    """Mappings and lists in block style, plain and quoted scalars (all of them strings), comments."""
    lines = []
    for raw in text.splitlines():
        stripped = re.sub(r"(^|\s)#.*$", "", raw) if '"' not in raw and "'" not in raw else re.sub(r"""\s#[^"']*$""", "", raw)
        if stripped.strip() and stripped.strip() != "---" and not stripped.lstrip().startswith("#"):
            lines.append((len(stripped) - len(stripped.lstrip()), stripped.strip()))
    value, rest = block(lines)
    if rest:
        raise ValueError(f"unexpected: {rest[0][1]}")
    return value


def block(lines):
    """The list or mapping at the beginning of the lines, and the lines after it."""
    indent, content = lines[0]
    if content.startswith("- ") or content == "-":
        items = []
        while lines and lines[0][0] == indent and lines[0][1].startswith("-"):
            inside = lines[0][1][1:].lstrip()
            inner = indent + len(lines[0][1]) - len(inside)
            if re.match(r"[A-Za-z_]+:( |$)", inside):
                value, lines = block([(inner, inside), *lines[1:]])
            else:
                value, lines = scalar(inside), lines[1:]
            items.append(value)
        return items, lines
    mapping = {}
    while lines and lines[0][0] == indent and not lines[0][1].startswith("- "):
        name, _, inside = lines[0][1].partition(":")
        inside, lines = inside.strip(), lines[1:]
        if inside:
            mapping[name] = scalar(inside)
        elif lines and (lines[0][0] > indent or lines[0][0] == indent and lines[0][1].startswith("- ")):
            mapping[name], lines = block(lines)
        else:
            mapping[name] = None
    return mapping, lines


def scalar(text):
    if text.startswith('"'):
        return json.loads(text)
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if text.startswith("["):
        return [scalar(part.strip()) for part in text.strip("[]").split(",") if part.strip()]
    return text
