#!/usr/bin/env bash
# Makes a Rust standard library for wasm32-unknown-unknown where rustup cannot: `touchstone check build` runs it.
#
#   tools/wasm-std.sh            builds it once for this rustc (about 20 s, 60 MB) and prints its folder
#
# The source of std comes from the first of: $TOUCHSTONE_RUST_LIBRARY (a tarball with `library/` inside), rustup's
# rust-src component, Debian's rust-src package (through the apt mirrors of this machine, into a private folder).
# It is built at one fixed path, since that path enters crate metadata: the same std everywhere, the same components.
set -euo pipefail

version=$(rustc -vV | sed -n 's/^release: //p')
target=wasm32-unknown-unknown
prefix=${TOUCHSTONE_WASM_STD:-${XDG_CACHE_HOME:-$HOME/.cache}/touchstone/wasm-std/$version}
libraries=$prefix/lib/rustlib/$target/lib
build=/tmp/touchstone-wasm-std-$version
cargo_home=${CARGO_HOME:-$HOME/.cargo}

say() { echo "wasm-std: $*" >&2; }
fail() { say "$*"; exit 1; }

if [ -e "$prefix/complete" ]; then echo "$prefix"; exit 0; fi

# One builder at a time; the second finds the work done.
lock=$build.$(id -u).lock
[ ! -L "$lock" ] || fail "$lock is a link that somebody put there"
exec 9>>"$lock"
flock 9
if [ -e "$prefix/complete" ]; then echo "$prefix"; exit 0; fi

say "building the standard library of Rust $version for $target (once, about 20 s)"
rm -rf "$build" 2>/dev/null || true
mkdir -m 0700 "$build" || fail "$build is there and belongs to somebody else, who may be building just now; try again"
trap 'rm -rf "$build"' EXIT

source_from_debian() {
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    local mirror package
    mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep -m 1 '/debian/$') || return 1
    mkdir -p "$build/apt/lists/partial" "$build/apt/cache/archives/partial"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie-backports main" >"$build/apt/list"
    local options=(-qq -o "Dir::Etc::sourcelist=$build/apt/list" -o Dir::Etc::sourceparts=/dev/null
        -o "Dir::State::lists=$build/apt/lists" -o "Dir::Cache=$build/apt/cache" -o "APT::Sandbox::User=root")
    apt-get "${options[@]}" update >&2 || return 1
    package=$(apt-cache "${options[@]}" madison rust-src | awk -v v="$version" '$3 ~ "^" v "[+-]" { print $3; exit }')
    [ -n "$package" ] || return 1
    (cd "$build/apt" && apt-get "${options[@]}" download "rust-src=$package" >&2) || return 1
    dpkg-deb --fsys-tarfile "$build"/apt/rust-src_*.deb |
        tar x -C "$build" --strip-components=4 --exclude='*/library/vendor/*' "./usr/src/rustc-$version/library"
}

installed=$(rustc --print sysroot)/lib/rustlib/src/rust/library
if [ -n "${TOUCHSTONE_RUST_LIBRARY:-}" ]; then
    tar xf "$TOUCHSTONE_RUST_LIBRARY" -C "$build" || fail "cannot unpack $TOUCHSTONE_RUST_LIBRARY"
elif [ -e "$installed/std/Cargo.toml" ]; then
    cp -R "$installed" "$build/library"
elif ! source_from_debian; then
    fail "no source of the standard library of Rust $version is to be had (no rust-src component, no Debian mirror that
  has it). On a machine where rustup reaches its server, this does it: rustup target add $target"
fi
[ -e "$build/library/std/Cargo.toml" ] || fail "the source found has no library/std"

# Cargo builds std as a dependency of an empty crate (-Zbuild-std is there in stable compilers behind RUSTC_BOOTSTRAP).
mkdir -p "$build/empty/src"
: >"$build/empty/src/lib.rs"
cat >"$build/empty/Cargo.toml" <<'TOML'
[package]
name = "empty"
version = "0.0.0"
edition = "2024"
[profile.release]
opt-level = "s"
codegen-units = 1
panic = "abort"
[workspace]
TOML
(
    cd "$build/empty"
    unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_TARGET_DIR CARGO_BUILD_TARGET CARGO_MAKEFLAGS MAKEFLAGS
    export RUSTC_BOOTSTRAP=1 __CARGO_TESTS_ONLY_SRC_ROOT="$build/library"
    export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="-Cembed-bitcode=yes \
--remap-path-prefix=$build/library=/rustc/library --remap-path-prefix=$cargo_home=/cargo"
    cargo build --quiet --release --target "$target" -Zbuild-std=std,panic_abort \
        -Zbuild-std-features=optimize_for_size >&2
)

rm -rf "$prefix"
mkdir -p "$libraries"
for library in "$build/empty/target/$target/release/deps/"*.rlib; do
    case $library in *libempty-*) ;; *) cp "$library" "$libraries/" ;; esac
done
touch "$prefix/complete"
echo "$prefix"
