//! Who gets results, and the secrets for that.

use super::Linter;
use crate::config::Subject;

/// How a private key of OpenSSH begins.
const KEY: &[u8] = b"-----BEGIN OPENSSH PRIVATE KEY-----";

impl Linter<'_> {
    /// The monitor would take reports of one version for those of all.
    fn not_uploaded(&mut self) {
        let config = self.config;
        let of_one_version = config.scopes.iter().filter(|(name, scope)| {
            let uploads = |subject: &Subject| subject.upload && subject.scopes.contains(name);
            scope.version.is_some() && config.subjects.iter().any(uploads)
        });
        for (name, _) in of_one_version {
            let message = format!(
                "reports of scope `{name}` are not uploaded: the compliance monitor would take them for all versions"
            );
            self.warning(
                &["scopes", name, "version"],
                message,
                "leave `version` out, or say `upload: false` at its subjects",
            );
        }
    }

    pub(super) fn receivers(&mut self) {
        let config = self.config;
        if let Some(upload) = &config.upload {
            self.secret(&["upload", "password_file"], &upload.password_file);
            self.not_uploaded();
            let at = ["upload", "key"];
            if let Some(key) = self.secret(&at, &upload.key)
                && !key.trim_ascii_start().starts_with(KEY)
                && !key.trim_ascii().is_empty()
            {
                let message = format!("{} is not a private key of OpenSSH", upload.key.display());
                self.error(
                    &at,
                    message,
                    "`ssh-keygen -t ed25519 -f FILE` makes one; FILE is meant, not FILE.pub".to_owned(),
                );
            }
        }
        for (index, webhook) in config.notify.webhooks.iter().enumerate() {
            let index = index.to_string();
            if let Some(path) = &webhook.secret_file {
                self.secret(&["notify", "webhooks", &index, "secret_file"], path);
            }
            if config
                .notify
                .webhooks
                .iter()
                .take(index.parse().unwrap_or(0))
                .any(|other| other.url == webhook.url)
            {
                let message = "this webhook stands here twice: it would be told everything twice";
                self.warning(&["notify", "webhooks", &index, "url"], message, "delete one of them");
            }
        }
        if let Some(mail) = &config.notify.mail
            && let Some((_, path)) = &mail.login
        {
            self.secret(&["notify", "mail", "password_file"], path);
        }
        if let Some(path) = &config.metrics.file {
            self.folder_of(&["metrics", "file"], path);
        }
    }
}
