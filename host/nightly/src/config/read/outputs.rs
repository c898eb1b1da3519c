//! Who gets results: the compliance monitor, webhooks, e-mail, Prometheus.

use std::net::IpAddr;

use touchstone_diagnostics::Problem;

use super::words::is_this_machine;
use super::{Reader, flag};
use crate::config::tree::Node;
use crate::config::{Mail, MailTls, Metrics, Notify, Upload, Webhook};
use touchstone_diagnostics::suggestion;

impl Reader {
    pub(super) fn upload(&mut self, node: &Node) -> Option<Upload> {
        let unencrypted = (
            "the password would be sent unencrypted",
            "write `https://`; plain `http://` is for this machine only",
        );
        let url = node.field("url").and_then(|node| self.web(node, Some(unencrypted)));
        let key = self.path(node, "key");
        let user = self.text_of(node, "user");
        if let (Some(text), Some(node)) = (&user, node.field("user"))
            && text.contains(':')
        {
            // What stands behind it may be the password.
            self.secrets.push(node.span);
            let problem = Problem::new(node.span, "an account of the monitor has no colon in its name");
            self.problems.push(problem.help("write the account alone; its password is in `password_file`"));
        }
        let password_file = self.path(node, "password_file");
        Some(Upload { url: url?, key: key?, user: user?, password_file: password_file? })
    }

    pub(super) fn notify(&mut self, node: &Node) -> Notify {
        let webhooks = node.field("webhooks").map_or(&[][..], Node::items);
        let webhooks = webhooks.iter().filter_map(|node| {
            let allow_http = flag(node, "allow_http", false);
            let unencrypted = (
                "messages would be sent unencrypted to another machine",
                "write `https://`, or `allow_http: true` if that network is yours",
            );
            let unencrypted = (!allow_http).then_some(unencrypted);
            let url = node.field("url").and_then(|node| self.web(node, unencrypted));
            let secret_file = self.path(node, "secret_file");
            Some(Webhook { url: url?, secret_file, allow_http })
        });
        Notify { webhooks: webhooks.collect(), mail: node.field("mail").and_then(|node| self.mail(node)) }
    }

    fn mail(&mut self, node: &Node) -> Option<Mail> {
        let server = node.field("server").and_then(|node| self.text(node));
        if let (Some(text), Some(node)) = (&server, node.field("server"))
            && text.contains([':', '/', ' '])
            && text.parse::<IpAddr>().is_err()
        {
            let problem = Problem::new(node.span, format!("`{text}` is not the name of a server"));
            self.problems
                .push(problem.help("write the name alone, e.g. `smtp.example.org`; the port is `port`"));
        }
        let tls = node.field("tls").map_or(Some(MailTls::default()), |node| self.tls(node));
        let port = self.number(node, "port", 1, 65_535).and_then(|port| u16::try_from(port).ok());
        let user = self.text_of(node, "user");
        let password_file = self.path(node, "password_file");
        if let (Some(lonely), Some(missing)) = match (&user, &password_file) {
            (Some(_), None) => (node.field("user"), Some("password_file")),
            (None, Some(_)) => (node.field("password_file"), Some("user")),
            _ => (None, None),
        } {
            let problem = Problem::new(lonely.span, format!("to log in, `{missing}` is needed, too"));
            self.problems.push(problem.help("give both, or none if the server takes mail without login"));
        }
        if let (Some(MailTls::None), Some(_), Some(server)) = (tls, &password_file, &server)
            && !is_this_machine(server)
            && let Some(node) = node.field("tls")
        {
            let problem =
                Problem::new(node.span, "the password would be sent unencrypted to another machine");
            self.problems.push(problem.help("write `starttls` or `tls`, or do not log in"));
        }
        let from = node.field("from").and_then(|node| self.address(node));
        let to: Vec<String> = node
            .field("to")
            .map_or(&[][..], Node::items)
            .iter()
            .filter_map(|node| self.address(node))
            .collect();
        let tls = tls?;
        Some(Mail {
            server: server?,
            port: port.unwrap_or(tls.default_port()),
            tls,
            login: user.zip(password_file),
            from: from?,
            to,
        })
    }

    fn tls(&mut self, node: &Node) -> Option<MailTls> {
        let word = node.text()?;
        let tls = match word {
            "starttls" => Some(MailTls::StartTls),
            "tls" => Some(MailTls::Tls),
            "none" => Some(MailTls::None),
            _ => None,
        };
        if tls.is_none() {
            let problem = Problem::new(node.span, format!("`{word}` does not protect a connection"));
            let help = suggestion(word, &["starttls", "tls", "none"]);
            self.problems.push(help.into_iter().fold(problem, Problem::help));
        }
        tls
    }

    /// An address of e-mail, as far as that can be told without sending any.
    fn address(&mut self, node: &Node) -> Option<String> {
        let text = self.text(node)?;
        let bare = text
            .strip_suffix('>')
            .and_then(|text| text.rsplit_once('<'))
            .map_or(text.as_str(), |(_, bare)| bare);
        let right = bare.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty()
                && !host.is_empty()
                && !host.contains('@')
                && !bare.contains([' ', '<', '>', ','])
        });
        if !right {
            let problem = Problem::new(node.span, format!("`{text}` is not an address of e-mail"));
            self.problems.push(problem.help("write `NAME@HOST`, or `Jane Doe <jane@example.org>`"));
        }
        right.then_some(text)
    }

    pub(super) fn metrics(&mut self, node: &Node) -> Metrics {
        let listen = node.field("listen").and_then(|node| {
            self.parsed(node, "write an IP address and a port, e.g. `127.0.0.1:9464`, or `[::]:9464` for all")
        });
        Metrics { listen, file: self.path(node, "file") }
    }
}
