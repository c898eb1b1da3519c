#!/usr/bin/env python3
"""Judges simulated clouds by the texts of the standards.

    judge.py DIR [--reference-time 2026-11-23T00:00:00Z] [--image-spec FILE] > verdicts.json

The answer is `{cloud: {testcase: {"verdict": …, "reason": …}}}`; a cloud is named after its file. Testcases of SCS-0104
are those of the list in `--image-spec`; without one there are none. The verdict depends on nothing but the scenario,
the reference time and that list.
"""

import argparse
import json
import sys
from pathlib import Path

from cloud import Cloud, parse_time
from standards import scs_0100, scs_0101, scs_0102, scs_0103, scs_0104, scs_0114, scs_0115, scs_0116, scs_0117, scs_0123

STANDARDS = [scs_0100, scs_0101, scs_0102, scs_0103, scs_0114, scs_0115, scs_0116, scs_0117, scs_0123]
REFERENCE_TIME = "2026-11-23T00:00:00Z"


def main():
    parser = argparse.ArgumentParser(description="Judge simulated clouds by the texts of the standards.")
    parser.add_argument("directory", type=Path, help="where the scenarios are: cloud-*.json")
    parser.add_argument("--reference-time", type=parse_time, default=parse_time(REFERENCE_TIME), help="now (default: %(default)s)")
    parser.add_argument("--image-spec", type=Path, help="the list of standard images, in YAML or JSON")
    options = parser.parse_args()
    files = sorted(options.directory.glob("cloud-*.json"))
    if not files:
        sys.exit(f"{options.directory}: no cloud-*.json there; make some with generate.py")
    specifications = scs_0104.read_list(options.image_spec) if options.image_spec else []
    clouds = {file.stem: Cloud.load(file, options.reference_time) for file in files}
    verdicts = {name: judge(cloud, specifications) for name, cloud in clouds.items()}
    json.dump(verdicts, sys.stdout, indent=1, ensure_ascii=False)
    print()


def judge(cloud, specifications=()):
    """The verdict and the reason of each testcase."""
    judgements = scs_0104.judge(cloud, specifications)
    for standard in STANDARDS:
        judgements |= standard.judge(cloud)
    return {testcase: judgement._asdict() for testcase, judgement in sorted(judgements.items())}


if __name__ == "__main__":
    main()
