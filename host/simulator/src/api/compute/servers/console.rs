//! What servers print.

use std::time::Duration;

use serde_json::{Value, json};

use super::bad_request;
use crate::reply::Reply;
use crate::scenario::Console;
use crate::site::Site;
use crate::state::{Server, State};

/// Before the name of a section in user data.
const MARKER: &str = "_touchstone-";

/// The action `os-getConsoleOutput`.
pub(super) fn output(site: &Site, state: &State, server: &Server, arguments: &Value) -> Result<Reply, Reply> {
    let length = length(arguments)?;
    if server.course.status() != "ACTIVE" {
        let problem = format!("Instance {} is not ready", server.id);
        return Err(Reply::fault("conflictingRequest", 409, &problem));
    }
    let console = &site.cloud.console;
    let up = state.now.saturating_duration_since(server.course.since());
    let lines = printed(console, server, up >= site.cloud.timing.console);
    let first = length.map_or(0, |length| lines.len().saturating_sub(length));
    let mut output = lines.get(first..).unwrap_or_default().join("\n");
    if !output.is_empty() {
        output.push('\n');
    }
    Ok(Reply::json(200, &json!({"output": output})))
}

/// How many lines are wanted; None: all.
fn length(arguments: &Value) -> Result<Option<usize>, Reply> {
    let Value::Object(arguments) = arguments else {
        return Err(bad_request("Invalid input for field/attribute os-getConsoleOutput."));
    };
    let number = match arguments.get("length") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.parse::<i64>().ok(),
        Some(value) => value.as_i64(),
    };
    match number {
        Some(-1) => Ok(None),
        Some(number) if number >= 0 => Ok(usize::try_from(number).ok()),
        _ => Err(bad_request("Invalid input for field/attribute length.")),
    }
}

/// All lines so far: kernel and the beginning of cloud-init at once, the rest when the console is done.
fn printed(console: &Console, server: &Server, done: bool) -> Vec<String> {
    if console.silent {
        return Vec::new();
    }
    let mut clock = Clock(Duration::ZERO);
    if let Some(lines) = &console.lines {
        return if done { lines.clone() } else { Vec::new() };
    }
    let mut lines = vec![
        clock.line("Linux version 6.12.48+deb13-amd64 (debian-kernel@lists.debian.org) #1 SMP PREEMPT_DYNAMIC"),
        clock.line("Command line: BOOT_IMAGE=/boot/vmlinuz root=LABEL=cloudimg-rootfs ro console=tty0 console=ttyS0,115200"),
        clock.line("Hypervisor detected: KVM"),
        clock.line("random: crng init done"),
        clock.line("systemd[1]: Hostname set to <localhost>."),
        clock.line("cloud-init[391]: Cloud-init v. 25.1.4 running 'init-local' at boot."),
        clock.line(&format!("cloud-init[447]: ci-info: instance-id {}", server.id)),
    ];
    if !done {
        return lines;
    }
    lines.push(clock.line("cloud-init[512]: Cloud-init v. 25.1.4 running 'modules:final'."));
    if let Some(user_data) = &server.user_data {
        for section in sections(user_data) {
            for output in console.output(section) {
                lines.push(clock.line(&format!("cloud-init[513]: {MARKER}{section}: {output}")));
            }
        }
        if user_data.contains("_touchstone-end") {
            lines.push(clock.line("cloud-init[513]: _touchstone-end"));
        }
    }
    lines.push(
        clock.line("cloud-init[513]: Cloud-init v. 25.1.4 finished. Datasource DataSourceOpenStackLocal."),
    );
    lines
}

/// The names of the sections in user data, each once, in their order.
fn sections(user_data: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for (at, marker) in user_data.match_indices(MARKER) {
        let rest = &user_data[at + marker.len()..];
        let length = rest.bytes().take_while(|b| b.is_ascii_lowercase() || *b == b'-').count();
        let (name, after) = rest.split_at(length);
        if !name.is_empty() && after.starts_with(": ") && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The time stamps that the kernel prints.
struct Clock(Duration);

impl Clock {
    fn line(&mut self, text: &str) -> String {
        self.0 += Duration::from_micros(731_483);
        format!("[{:>12.6}] {text}", self.0.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_found_in_user_data() {
        let user_data = "runcmd:\n - cat x | awk '$0=\"_touchstone-entropy-avail: \"$0'\n - y | awk \
                         '$0=\"_touchstone-rngd: \"$0'; z | awk '$0=\"_touchstone-rngd: \"$0'\n - echo '_touchstone-end'";
        assert_eq!(sections(user_data), ["entropy-avail", "rngd"]);
        assert!(sections("_touchstone-: x _touchstone-A: _touchstone-a:").is_empty());
    }
}
