//! The contract, as wasmtime sees it.

#![allow(missing_docs, unreachable_pub)]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "openstack-check",
    imports: { default: async },
    exports: { default: async },
});
