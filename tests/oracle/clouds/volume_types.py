"""Volume types, and what may be odd about the aspects in their descriptions."""

DESCRIPTIONS = {
    "in the wrong order": "[scs:replicated, encrypted] Wrong order",
    "twice the same": "[scs:encrypted, encrypted] Twice",
    "twice another": "[scs:encrypted, replicated, replicated]",
    "no blank": "[scs:encrypted,replicated] No blank",
    "a blank before the comma": "[scs:encrypted , replicated]",
    "a blank after the colon": "[scs: encrypted]",
    "a blank before the bracket": "[scs:encrypted ]",
    "two blanks": "[scs:encrypted,  replicated]",
    "a comma at the end": "[scs:encrypted,]",
    "no bracket at the end": "[scs:encrypted, replicated Safe and sound",
    "the wrong bracket at the end": "[scs:encrypted)",
    "no aspect": "[scs:] Nothing",
    "a semicolon": "[scs:encrypted; replicated]",
    "another aspect": "[scs:encrypted, fast] Fast",
    "another aspect in the wrong order": "[scs:fast, encrypted]",
    "an aspect with a capital": "[scs:Encrypted] LUKS",
    "nothing after it": "[scs:encrypted]",
    "text right after it": "[scs:replicated]three copies",
    "another list after it": "[scs:encrypted][scs:replicated]",
    "a capital prefix": "[SCS:encrypted] LUKS",
    "in the middle": "LUKS [scs:encrypted]",
    "a blank before it": " [scs:encrypted, replicated]",
    "no prefix": "[encrypted]",
    "no bracket at the beginning": "scs:encrypted",
    "another word": "[scs:encryption]",
    "empty": "",
}


def right(rng, scenario):
    kinds = [
        {"name": "__DEFAULT__", "description": "Default Volume Type", "default": True},
        {"name": "hdd", "description": "Disks"},
    ]
    aspects = rng.choice([["encrypted", "replicated"], ["encrypted, replicated"], ["encrypted"], ["replicated"], []])
    kinds += [{"name": f"type-{n}", "description": f"[scs:{listed}] Good"} for n, listed in enumerate(aspects)]
    scenario["volume_types"] = kinds


def described(description):
    """Another volume type, or instead of one that was right."""

    def change(rng, scenario):
        kinds = scenario["volume_types"]
        if rng.random() < 0.6:
            kinds[:] = [kind for kind in kinds if not kind["name"].startswith("type-")]
        kinds.append({"name": f"odd-{len(kinds)}", "description": description})

    return change


def private(rng, scenario):
    for kind in scenario["volume_types"]:
        kind["private"] = kind["name"].startswith("type-")


def wrong_but_private(rng, scenario):
    scenario["volume_types"].append({"name": "secret", "description": "[scs:wrong", "private": True})


def no_description(rng, scenario):
    scenario["volume_types"].append({"name": "plain"})


def default_is(description):
    def change(rng, scenario):
        kinds = scenario["volume_types"]
        kinds[:] = [kind for kind in kinds if not kind["name"].startswith("type-")]
        kinds[0]["description"] = description

    return change


CHANGES = {f"volume type: {what}": described(text) for what, text in DESCRIPTIONS.items()} | {
    "volume type: private": private,
    "volume type: a private one is wrong": wrong_but_private,
    "volume type: no description": no_description,
    "volume type: the default one is wrong": default_is("[scs:replicated, encrypted]"),
    "volume type: the default one is encrypted": default_is("[scs:encrypted, replicated]"),
}
