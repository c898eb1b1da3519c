//! What servers print on their consoles.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What a server prints on its console.
///
/// Its user data is not executed. Instead, for every section that it names as `_touchstone-SECTION: ` the output of that
/// section is printed, each line with that prefix and with the one of cloud-init, and then `_touchstone-end`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Console {
    /// The lines of each section. Default: those of a healthy Linux for `entropy-avail`, `fips-test`, `rngd` and
    /// `virtio-rng`; a section that is given replaces that of the same name, and `[]` prints nothing.
    pub outputs: BTreeMap<String, Vec<String>>,
    /// All that is printed, whatever the user data says. Default: kernel and cloud-init boot, run the user data, and
    /// end.
    pub lines: Option<Vec<String>>,
    /// Nothing is printed, ever. Default false.
    pub silent: bool,
}

impl Console {
    /// The output of a section.
    pub(crate) fn output(&self, section: &str) -> Vec<&str> {
        match self.outputs.get(section) {
            Some(lines) => lines.iter().map(String::as_str).collect(),
            None => healthy(section).to_vec(),
        }
    }
}

/// What commands print where everything is as it should be.
fn healthy(section: &str) -> &'static [&'static str] {
    match section {
        "entropy-avail" => &["256"],
        "fips-test" => &[
            "rngtest 5",
            "Copyright (c) 2004 by Henrique de Moraes Holschuh",
            "This is free software; see the source for copying conditions.  There is NO warranty; not even for MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.",
            "",
            "rngtest: starting FIPS tests...",
            "rngtest: bits received from input: 20000032",
            "rngtest: FIPS 140-2 successes: 999",
            "rngtest: FIPS 140-2 failures: 1",
            "rngtest: FIPS 140-2(2001-10-10) Monobit: 0",
            "rngtest: FIPS 140-2(2001-10-10) Poker: 0",
            "rngtest: FIPS 140-2(2001-10-10) Runs: 1",
            "rngtest: FIPS 140-2(2001-10-10) Long run: 0",
            "rngtest: FIPS 140-2(2001-10-10) Continuous run: 0",
            "rngtest: input channel speed: (min=41.553; avg=610.352; max=1024.000)Mibits/s",
            "rngtest: FIPS tests speed: (min=22.281; avg=138.106; max=152.588)Mibits/s",
            "rngtest: Program run time: 170042 microseconds",
        ],
        "rngd" => &[
            "● rngd.service - Start entropy gathering daemon (rngd)",
            "     Loaded: loaded (/usr/lib/systemd/system/rngd.service; enabled; preset: enabled)",
            "     Active: active (running) since Mon 2026-11-23 06:12:07 UTC; 21s ago",
            "       Docs: man:rngd(8)",
            "   Main PID: 1207 (rngd)",
            "      Tasks: 4 (limit: 4644)",
            "     Memory: 1.5M (peak: 2.0M)",
            "        CPU: 41ms",
        ],
        "virtio-rng" => &["virtio_rng.0", " 20733"],
        _ => &[],
    }
}
