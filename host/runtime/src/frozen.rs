//! WASI, empty and frozen, for components whose toolchain drags it in (those of Python, JavaScript, Go).
//!
//! There are no files, no environment, no arguments, no sockets, and nothing on standard input. The time is the run's
//! reference time and stands still; a wait is over at once; random numbers follow from the component and the reference time. So
//! such a check sees nothing that another one does not, and its verdicts can be recomputed. What it prints goes to its log,
//! within the limits of the log. Everything else traps, and says what was called.
//!
//! Interfaces are found by their names without the version: WASI 0.2 only grows, and what is answered here has not changed.

use wasmtime::component::types::{ComponentInstance, ComponentItem};
use wasmtime::component::{
    Component, ComponentType, Lift, Linker, LinkerInstance, Lower, Resource, ResourceType,
};
use wasmtime::{Engine, StoreContextMut};

use crate::imports::Imports;
use crate::printed::Printed;

pub(crate) mod random;

/// The most that a check may be given of random numbers in one call, in bytes.
const MAX_RANDOM: u64 = 1 << 20;

/// The most that a check may print in one call, in bytes. (WASI lets it have 4 KiB in calls that wait.)
const MAX_PRINTED: u64 = 64 << 10;

/// It called something that is empty here.
#[derive(Debug, thiserror::Error)]
#[error("it called `{function}` of `{interface}`, which checks are not offered")]
struct NotOffered {
    interface: String,
    function: String,
}

/// Standard input and what else could be read: nothing.
struct InputStream;
/// Standard output (0) or standard error (1), by the handle's number.
struct OutputStream;
/// Something to wait for: always there already.
struct Pollable;
/// Why a stream failed: none does.
struct IoError;
/// A file or folder: there is none.
struct Descriptor;
/// What only functions that trap could make.
struct Other;

const STDOUT: u32 = 0;
const STDERR: u32 = 1;

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum StreamError {
    #[component(name = "last-operation-failed")]
    #[allow(dead_code)]
    LastOperationFailed(Resource<IoError>),
    #[component(name = "closed")]
    Closed,
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct DateTime {
    seconds: u64,
    nanoseconds: u32,
}

/// Gives a linker what a component imports of WASI.
pub(crate) fn link(
    linker: &mut Linker<Imports>,
    engine: &Engine,
    component: &Component,
) -> wasmtime::Result<()> {
    for (name, import) in component.component_type().imports(engine) {
        if let ComponentItem::ComponentInstance(interface) = import.ty
            && let Some(path) = name.strip_prefix("wasi:")
        {
            let path = path.split('@').next().unwrap_or(path);
            link_interface(&mut linker.instance(name)?, engine, path, name, &interface)?;
        }
    }
    Ok(())
}

/// Whether a component imports something of WASI.
pub(crate) fn is_wanted(engine: &Engine, component: &Component) -> bool {
    component.component_type().imports(engine).any(|(name, _)| name.starts_with("wasi:"))
}

fn link_interface(
    linker: &mut LinkerInstance<'_, Imports>,
    engine: &Engine,
    path: &str,
    full_name: &str,
    interface: &ComponentInstance,
) -> wasmtime::Result<()> {
    for (name, item) in interface.exports(engine) {
        match item.ty {
            ComponentItem::Resource(_) => linker.resource(name, resource_type(name), |_, _| Ok(()))?,
            ComponentItem::ComponentFunc(_) => {
                let known = match path {
                    "cli/environment" | "cli/stdin" | "cli/stdout" | "cli/stderr" => link_cli(linker, name)?,
                    "filesystem/preopens" => link_preopens(linker, name)?,
                    "clocks/wall-clock" => link_wall_clock(linker, name)?,
                    "clocks/monotonic-clock" => link_monotonic_clock(linker, name)?,
                    "io/poll" => link_poll(linker, name)?,
                    "io/streams" => link_input(linker, name)? || link_output(linker, name)?,
                    "random/random" | "random/insecure" | "random/insecure-seed" => {
                        link_random(linker, name)?
                    }
                    _ if path.starts_with("cli/terminal-") => link_terminal(linker, name)?,
                    _ => false,
                };
                if !known {
                    let (interface, function) = (full_name.to_owned(), name.to_owned());
                    linker.func_new(name, move |_, _, _, _| {
                        let (interface, function) = (interface.clone(), function.clone());
                        Err(NotOffered { interface, function }.into())
                    })?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn resource_type(name: &str) -> ResourceType {
    match name {
        "input-stream" => ResourceType::host::<InputStream>(),
        "output-stream" => ResourceType::host::<OutputStream>(),
        "pollable" => ResourceType::host::<Pollable>(),
        "error" => ResourceType::host::<IoError>(),
        "descriptor" => ResourceType::host::<Descriptor>(),
        _ => ResourceType::host::<Other>(),
    }
}

type Cx<'a> = StoreContextMut<'a, Imports>;
type Linking<'a, 'l> = &'a mut LinkerInstance<'l, Imports>;

fn link_cli(linker: Linking<'_, '_>, name: &str) -> wasmtime::Result<bool> {
    match name {
        "get-environment" => {
            linker.func_wrap(name, |_: Cx<'_>, (): ()| Ok((Vec::<(String, String)>::new(),)))?
        }
        "get-arguments" => linker.func_wrap(name, |_: Cx<'_>, (): ()| Ok((Vec::<String>::new(),)))?,
        "initial-cwd" => linker.func_wrap(name, |_: Cx<'_>, (): ()| Ok((None::<String>,)))?,
        "get-stdin" => {
            linker.func_wrap(name, |_: Cx<'_>, (): ()| Ok((Resource::<InputStream>::new_own(0),)))?;
        }
        "get-stdout" => {
            linker.func_wrap(name, |_: Cx<'_>, (): ()| Ok((Resource::<OutputStream>::new_own(STDOUT),)))?;
        }
        "get-stderr" => {
            linker.func_wrap(name, |_: Cx<'_>, (): ()| Ok((Resource::<OutputStream>::new_own(STDERR),)))?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Nothing is a terminal.
fn link_terminal(linker: Linking<'_, '_>, name: &str) -> wasmtime::Result<bool> {
    if !name.starts_with("get-terminal-") {
        return Ok(false);
    }
    linker.func_wrap(name, |_: Cx<'_>, (): ()| Ok((None::<Resource<Other>>,)))?;
    Ok(true)
}

fn link_preopens(linker: Linking<'_, '_>, name: &str) -> wasmtime::Result<bool> {
    if name != "get-directories" {
        return Ok(false);
    }
    linker.func_wrap(name, |_: Cx<'_>, (): ()| Ok((Vec::<(Resource<Descriptor>, String)>::new(),)))?;
    Ok(true)
}

fn link_wall_clock(linker: Linking<'_, '_>, name: &str) -> wasmtime::Result<bool> {
    match name {
        "now" => linker.func_wrap(name, |cx: Cx<'_>, (): ()| {
            let seconds = u64::try_from(cx.data().reference_time()).unwrap_or(0);
            Ok((DateTime { seconds, nanoseconds: 0 },))
        })?,
        "resolution" => {
            linker.func_wrap(name, |_: Cx<'_>, (): ()| Ok((DateTime { seconds: 1, nanoseconds: 0 },)))?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn link_monotonic_clock(linker: Linking<'_, '_>, name: &str) -> wasmtime::Result<bool> {
    match name {
        "now" => linker.func_wrap(name, |_: Cx<'_>, (): ()| Ok((0_u64,)))?,
        "resolution" => linker.func_wrap(name, |_: Cx<'_>, (): ()| Ok((1_u64,)))?,
        "subscribe-instant" | "subscribe-duration" => {
            linker.func_wrap(name, |_: Cx<'_>, (_,): (u64,)| Ok((Resource::<Pollable>::new_own(0),)))?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn link_poll(linker: Linking<'_, '_>, name: &str) -> wasmtime::Result<bool> {
    match name {
        "[method]pollable.ready" => {
            linker.func_wrap(name, |_: Cx<'_>, (_,): (Resource<Pollable>,)| Ok((true,)))?;
        }
        "[method]pollable.block" => {
            linker.func_wrap(name, |_: Cx<'_>, (_,): (Resource<Pollable>,)| Ok(()))?;
        }
        "poll" => linker.func_wrap(name, |_: Cx<'_>, (all,): (Vec<Resource<Pollable>>,)| {
            Ok(((0..u32::try_from(all.len()).unwrap_or(u32::MAX)).collect::<Vec<u32>>(),))
        })?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn link_input(linker: Linking<'_, '_>, name: &str) -> wasmtime::Result<bool> {
    match name {
        "[method]input-stream.read" | "[method]input-stream.blocking-read" => {
            linker.func_wrap(name, |_: Cx<'_>, (_, _): (Resource<InputStream>, u64)| {
                Ok((Err::<Vec<u8>, _>(StreamError::Closed),))
            })?;
        }
        "[method]input-stream.skip" | "[method]input-stream.blocking-skip" => {
            linker.func_wrap(name, |_: Cx<'_>, (_, _): (Resource<InputStream>, u64)| {
                Ok((Err::<u64, _>(StreamError::Closed),))
            })?;
        }
        "[method]input-stream.subscribe" => {
            linker.func_wrap(name, |_: Cx<'_>, (_,): (Resource<InputStream>,)| {
                Ok((Resource::<Pollable>::new_own(0),))
            })?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn link_output(linker: Linking<'_, '_>, name: &str) -> wasmtime::Result<bool> {
    type Stream = Resource<OutputStream>;
    match name {
        "[method]output-stream.check-write" => {
            linker.func_wrap(name, |_: Cx<'_>, (_,): (Stream,)| Ok((Ok::<_, StreamError>(MAX_PRINTED),)))?;
        }
        "[method]output-stream.write" | "[method]output-stream.blocking-write-and-flush" => {
            linker.func_wrap(name, |mut cx: Cx<'_>, (stream, bytes): (Stream, Vec<u8>)| {
                if bytes.len() as u64 > MAX_PRINTED {
                    wasmtime::bail!(
                        "it printed {} bytes at once; at most {MAX_PRINTED} are taken",
                        bytes.len()
                    );
                }
                let printed = if stream.rep() == STDERR { Printed::Error } else { Printed::Output };
                cx.data_mut().print(printed, &bytes);
                Ok((Ok::<(), StreamError>(()),))
            })?;
        }
        "[method]output-stream.flush" | "[method]output-stream.blocking-flush" => {
            linker.func_wrap(name, |_: Cx<'_>, (_,): (Stream,)| Ok((Ok::<(), StreamError>(()),)))?;
        }
        "[method]output-stream.subscribe" => {
            linker.func_wrap(name, |_: Cx<'_>, (_,): (Stream,)| Ok((Resource::<Pollable>::new_own(0),)))?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn link_random(linker: Linking<'_, '_>, name: &str) -> wasmtime::Result<bool> {
    match name {
        "get-random-bytes" | "get-insecure-random-bytes" => {
            linker.func_wrap(name, |mut cx: Cx<'_>, (count,): (u64,)| {
                if count > MAX_RANDOM {
                    wasmtime::bail!(
                        "it asked for {count} random bytes; at most {MAX_RANDOM} are given at a time"
                    );
                }
                Ok((cx.data_mut().random.bytes(count as usize),))
            })?;
        }
        "get-random-u64" | "get-insecure-random-u64" => {
            linker.func_wrap(name, |mut cx: Cx<'_>, (): ()| Ok((cx.data_mut().random.number(),)))?;
        }
        "insecure-seed" => linker.func_wrap(name, |mut cx: Cx<'_>, (): ()| {
            let random = &mut cx.data_mut().random;
            Ok(((random.number(), random.number()),))
        })?,
        _ => return Ok(false),
    }
    Ok(true)
}
