use touchstone_store::{FROZEN_WASI, HOST_CONTRACT, OLDEST_CONTRACT};

use crate::exit::Exit;
use crate::terminal;

pub(crate) fn version(wit: bool) -> Exit {
    terminal::print(&format!("touchstone {}\n", env!("CARGO_PKG_VERSION")));
    if wit {
        terminal::print(&format!("touchstone:check {OLDEST_CONTRACT} to {HOST_CONTRACT}\n"));
        for package in FROZEN_WASI {
            terminal::print(&format!("{package} 0.2 (empty and frozen)\n"));
        }
    }
    Exit::Pass
}
