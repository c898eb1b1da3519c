use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The binary under test, which cargo built with these tests. `TOUCHSTONE_BIN` names another one.
pub(crate) fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        std::env::var_os("TOUCHSTONE_BIN")
            .map_or_else(|| env!("CARGO_BIN_EXE_touchstone").into(), PathBuf::from)
    })
}
