#!/usr/bin/env python3
"""Makes simulated clouds, each right in most things and odd in a few.

    generate.py --seed 1 --count 200 --out DIR [--reference-time 2026-11-23T00:00:00Z]

The same arguments give the same files. What is odd about a cloud is in its `description`.
"""

import argparse
import json
import random
from pathlib import Path

from cloud import parse_time
from clouds import flavors, images, services, volume_types
from judge import REFERENCE_TIME

PARTS = [flavors, images, volume_types, services]
CHANGES = {name: change for part in PARTS for name, change in part.CHANGES.items()}
# How many changes a cloud gets: mostly a few.
CHANGES_OF_A_CLOUD = [0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 7, 8]


def main():
    parser = argparse.ArgumentParser(description="Make simulated clouds, each right in most things and odd in a few.")
    parser.add_argument("--seed", type=int, required=True, help="another seed gives other clouds")
    parser.add_argument("--count", type=int, default=200, help="how many (default: %(default)s)")
    parser.add_argument("--out", type=Path, required=True, help="the directory for cloud-000.json, …")
    parser.add_argument("--reference-time", type=parse_time, default=parse_time(REFERENCE_TIME), help="now")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name, scenario in clouds(options.seed, options.count, options.reference_time):
        text = json.dumps(scenario, indent=1, ensure_ascii=False)
        (options.out / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def clouds(seed, count, reference_time):
    """The clouds, by name. Every change comes about equally often: they are dealt from a shuffled deck."""
    images.TODAY = reference_time.date()
    rng = random.Random(seed)
    deck = []
    for number in range(count):
        wanted = rng.choice(CHANGES_OF_A_CLOUD)
        if len(deck) < wanted:
            deck = rng.sample(list(CHANGES), len(CHANGES))
        changes, deck = deck[:wanted], deck[wanted:]
        # Those that take things away come last: the others need something to change.
        changes.sort(key=lambda name: name.endswith("none at all"))
        yield f"cloud-{number:03}", cloud(rng, f"cloud-{number:03}.example", changes)


def cloud(rng, name, changes):
    scenario = {"format": "touchstone.scenario/v1", "name": name, "description": "; ".join(changes) or "nothing odd"}
    for part in PARTS:
        part.right(rng, scenario)
    for change in changes:
        CHANGES[change](rng, scenario)
    images.finish(scenario)
    return scenario


if __name__ == "__main__":
    main()
