//! End-to-end tests: the binary as users run it, against simulated clouds, with checks that are built as their authors
//! build them.
//!
//! `harness` has what the tests are made of. Every run of the binary goes through it, and so through two tests that no
//! module repeats: a report fits its published schema, and no token or password is found in anything that was written.

mod harness;

mod adversary;
mod architecture;
mod authoring;
mod chaos;
mod checks;
mod clouds;
mod compiling;
mod contract;
mod demo;
mod determinism;
mod differential;
mod exit_codes;
mod frozen;
mod guide;
mod iaas;
mod languages;
mod ledger;
mod mixed_nights;
mod nightly;
mod openstack;
mod output;
mod published;
mod refusals;
mod registries;
mod scopes;
mod secrets;
mod side_by_side;
mod tapes;
mod trust;
mod workers;
