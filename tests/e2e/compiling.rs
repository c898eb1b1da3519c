//! Components that are small, valid, and take for ever to compile: they cost their limit, and the run goes on.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::crafted::{self, DESCRIPTOR, empty_store};
use crate::harness::{Cloud, Entry, Ran, Touchstone, published, scope};

/// A module of one function, in which so many locals change in so many loops, one within another: each loop has to merge each
/// local.
fn entangled(locals: u32, loops: u32) -> Vec<u8> {
    use wasm_encoder::{
        BlockType, CodeSection, Function, FunctionSection, Instruction as I, Module, TypeSection, ValType,
    };
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], [ValType::I32]);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut function = Function::new([(locals, ValType::I32)]);
    for _ in 0..loops {
        function.instruction(&I::Loop(BlockType::Empty));
    }
    for local in 1..locals {
        for instruction in [I::LocalGet(local), I::LocalGet(local - 1), I::I32Add, I::LocalSet(local)] {
            function.instruction(&instruction);
        }
    }
    for number in 0..loops {
        for instruction in [I::LocalGet(number % locals), I::BrIf(0), I::End] {
            function.instruction(&instruction);
        }
    }
    function.instruction(&I::LocalGet(locals - 1));
    function.instruction(&I::End);
    let mut code = CodeSection::new();
    code.function(&function);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&code);
    module.finish()
}

/// A check that is called `bomb`, with that module in it.
fn bomb(module: &[u8]) -> Vec<u8> {
    let descriptor = json!({
        "format": "touchstone.descriptor/v1", "id": "bomb", "version": "1.0.0", "title": "T", "url": "",
        "testcases": [{"id": "bomb-goes-off", "title": "T"}], "grants": [], "parameters": [], "assets": [],
    })
    .to_string();
    let mut bytes = crafted::component(&[], &[crafted::CHECK], &[(DESCRIPTOR, descriptor.as_bytes())]);
    let section = wasm_encoder::RawSection { id: 1, data: module };
    wasm_encoder::ComponentSection::append_to_component(&section, &mut bytes);
    bytes
}

/// Runs the bomb beside a check that behaves.
fn run(cloud: &Cloud, bomb: &[u8], limits: &str) -> Ran {
    call(cloud, bomb, limits).run()
}

fn call<'c>(cloud: &'c Cloud, bomb: &[u8], limits: &str) -> Touchstone<'c> {
    let store = empty_store(cloud.folder());
    let digest = crafted::put(&store, bomb);
    let entry = Entry {
        id: "bomb".into(),
        component: Some(digest.clone()),
        grants: Vec::new(),
        testcases: vec![("bomb-goes-off".into(), "light")],
        ..Entry::reader()
    };
    let reader = &published().reader;
    cloud.write(
        "trust.yaml",
        format!(
            "format: touchstone.trust/v1\naccepted:\n  - {{component: \"{digest}\", reason: for a test}}\n  - {{component: \
             \"{reader}\", reason: for a test}}\ncompile: {limits}\n"
        ),
    );
    let call = cloud.run_from(&store, &scope(&[entry, Entry::reader()]));
    call.arg("--store").arg(&published().store).args(["--trust", "trust.yaml"])
}

/// Both are what they are, and nobody waits longer than the limit.
#[track_caller]
fn assert_goes_on(ran: &Ran, reason: &str) {
    ran.assert_exit(2);
    ran.assert_result("reader-images", "PASS", "");
    ran.assert_result("reader-flavors", "PASS", "");
    ran.assert_result("bomb-goes-off", "DNF", reason);
    assert!(ran.peak_memory < 300 << 20, "the host took {} MiB", ran.peak_memory >> 20);
}

#[test]
fn what_takes_for_ever_to_compile_costs_its_time() {
    let cloud = Cloud::start();
    let bytes = bomb(&entangled(5_000, 200));
    assert!(bytes.len() < 100_000, "it is small: {} bytes", bytes.len());
    let ran = run(&cloud, &bytes, "{wall: 5s, memory: 2GiB}");
    assert_goes_on(&ran, "the check was not run: compiling it took longer than 5 s");
    assert!(ran.took < Duration::from_secs(30), "it took {:?}", ran.took);
}

#[test]
fn what_takes_gigabytes_to_compile_does_not_get_them() {
    let cloud = Cloud::start();
    let ran = run(&cloud, &bomb(&entangled(40_000, 2_000)), "{wall: 120s, memory: 256MiB}");
    assert_goes_on(&ran, "the check was not run: compiling it took more than 256 MiB of memory");
}

/// With nothing compiled before: the limit is for what is compiled, not for what the compiler reserves.
#[test]
fn what_behaves_is_compiled_within_a_quarter_of_a_gigabyte() {
    let cloud = Cloud::start();
    let cold = cloud.folder().join("cold");
    let call = call(&cloud, &bomb(&entangled(40_000, 2_000)), "{wall: 120s, memory: 256MiB}");
    let ran = call.env("XDG_CACHE_HOME", cold).run();
    assert_goes_on(&ran, "the check was not run: compiling it took more than 256 MiB of memory");
}

/// Nothing compiles for nobody.
#[test]
fn who_is_killed_leaves_no_compiler_behind() {
    let cloud = Cloud::start();
    // A limit that no other test has: so its compiler is known by its arguments.
    let running = call(&cloud, &bomb(&entangled(5_000, 200)), "{wall: 777s, memory: 2GiB}").start();
    wait_until("a compiler has started", || compilers("777") > 0);
    running.kill_at_once();
    wait_until("the compiler is gone", || compilers("777") == 0);
}

#[track_caller]
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < until, "{what}: it is not so");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// How many processes compile with that limit of time.
fn compilers(seconds: &str) -> usize {
    let output = std::process::Command::new("ps").args(["-eo", "args="]).output().expect("ps runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let of_limit = |line: &&str| {
        line.contains(touchstone_runtime::CHILD_COMMAND) && line.trim_end().ends_with(&format!(" {seconds}"))
    };
    text.lines().filter(of_limit).count()
}
