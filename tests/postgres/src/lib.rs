//! A real PostgreSQL for tests: started when it is first needed, on a socket in a folder of its own, without network. It ends
//! with the process that started it, however that ends.
//!
//! Where the machine has none, Debian's is unpacked into the cache of the user, without root.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "it is only used by tests, which fail then")]

mod programs;
mod server;

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use self::server::Server;

/// A database of its own, which is empty.
#[derive(Debug)]
pub struct Database {
    name: String,
    url: String,
}

impl Database {
    /// Makes a new one.
    ///
    /// # Panics
    /// There is no PostgreSQL, and none can be fetched; or it does not start.
    #[expect(clippy::new_without_default, reason = "it starts a server")]
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("t{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let server = Server::running();
        server.psql("postgres", &format!("CREATE DATABASE {name}"));
        Database { url: server.url(&name), name }
    }

    /// `postgres://touchstone@…`: its owner, who needs no password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What a statement gives: rows in lines, columns separated by `|`.
    ///
    /// # Panics
    /// PostgreSQL refuses it.
    pub fn query(&self, sql: &str) -> String {
        Server::running().psql(&self.name, sql)
    }
}

/// Ends all connections of all databases and starts the server again, as a restart of the machine would.
///
/// # Panics
/// It does not come back.
pub fn restart() {
    Server::running().restart();
}

/// A program of PostgreSQL.
fn program(name: &str) -> Command {
    let folder = programs::folder();
    let mut command = Command::new(folder.bin.join(name));
    command.env("LC_ALL", "C");
    if let Some(libraries) = &folder.libraries {
        command.env("LD_LIBRARY_PATH", libraries);
    }
    command
}
