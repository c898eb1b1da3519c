//! Volumes and backups, and in which status they are.

use std::time::Duration;

use serde_json::Value;
use touchstone_sdk::openstack::{Request, wait};
use touchstone_sdk::{Context, Error, Resource};

use crate::stop::{STANDARD, Stop, TESTS};

/// Something that the check created.
#[derive(Debug, Clone)]
pub(crate) struct Thing {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    pub(crate) name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Volume,
    Backup,
}

/// What a read showed.
enum Seen {
    Status { status: String, fail_reason: Option<String> },
    Gone,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Kind::Volume => "volume",
            Kind::Backup => "backup",
        }
    }

    pub(crate) fn path(self) -> &'static str {
        match self {
            Kind::Volume => "/volumes",
            Kind::Backup => "/backups",
        }
    }

    pub(crate) fn resource(self, id: Option<&str>, name: &str) -> Resource {
        Resource {
            service: "block-storage".into(),
            kind: self.as_str().into(),
            id: id.map(str::to_owned),
            name: Some(name.into()),
        }
    }
}

impl Thing {
    pub(crate) fn resource(&self) -> Resource {
        self.kind.resource(Some(&self.id), &self.name)
    }

    pub(crate) fn path(&self) -> String {
        format!("{}/{}", self.kind.path(), self.id)
    }

    /// Waits until it is available, which is how it ends when all goes well. `doing` says what goes on meanwhile.
    pub(crate) fn wait_until_available(
        &self,
        cx: &mut Context,
        limit: Duration,
        doing: Doing,
    ) -> Result<(), Stop> {
        let end = self.watch(
            cx,
            limit,
            |seen| matches!(seen, Seen::Status { status, .. } if status == "available"),
        )?;
        match end {
            End::AsWanted => Ok(()),
            End::Gone => Err(self.failed(doing, "is gone".into(), "should be `available`")),
            End::Error { status, fail_reason } => {
                let reason = fail_reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
                Err(self.failed(doing, format!("ended as `{status}`{reason}"), "should be `available`"))
            }
            End::Late { status } => {
                let is = format!("is still `{status}` after {} s", limit.as_secs());
                // How long a volume takes is not a matter of backups.
                match doing {
                    Doing::Creating => {
                        Err(Error::new(format!("{} `{}` {is}", self.kind.as_str(), self.name)).into())
                    }
                    _ => Err(self.failed(doing, is, "should be `available`")),
                }
            }
        }
    }

    /// Waits until it is not there any more.
    pub(crate) fn wait_until_gone(&self, cx: &mut Context, limit: Duration) -> Result<(), Stop> {
        let is = match self.watch(cx, limit, |seen| matches!(seen, Seen::Gone))? {
            End::AsWanted | End::Gone => return Ok(()),
            End::Error { status, .. } => format!("ended as `{status}`"),
            End::Late { status } => format!("is still `{status}` after {} s", limit.as_secs()),
        };
        Err(self.failed(Doing::Deleting, is, "should be gone"))
    }

    fn watch(
        &self,
        cx: &mut Context,
        limit: Duration,
        is_wanted: impl Fn(&Seen) -> bool,
    ) -> Result<End, Stop> {
        let mut last = String::new();
        let end = wait(cx, limit, |cx| match self.look(cx) {
            Err(Stop::Unknown(error)) => Err(error),
            Err(failed) => Ok(Some(Err(failed))),
            Ok(seen) if is_wanted(&seen) => Ok(Some(Ok(End::AsWanted))),
            Ok(Seen::Gone) => Ok(Some(Ok(End::Gone))),
            Ok(Seen::Status { status, fail_reason }) if status.contains("error") => {
                Ok(Some(Ok(End::Error { status, fail_reason })))
            }
            Ok(Seen::Status { status, .. }) => {
                last = status;
                Ok(None)
            }
        })?;
        end.unwrap_or(Ok(End::Late { status: last }))
    }

    fn look(&self, cx: &mut Context) -> Result<Seen, Stop> {
        let request = Request::get("block-storage", &self.path());
        let answer = cx.call(&request)?;
        match answer.status {
            404 => return Ok(Seen::Gone),
            // To look at one's own backups is part of the API, too.
            403 if self.kind == Kind::Backup => {
                return Err(Stop::refused(&request, &answer, self.resource()));
            }
            _ => {}
        }
        let body: Value = answer.expect(&request, 200)?;
        let text =
            |name: &str| body.pointer(&format!("/{}/{name}", self.kind.as_str())).and_then(Value::as_str);
        let status =
            text("status").ok_or_else(|| Error::new(format!("{request}: the answer has no `status`")))?;
        let fail_reason = text("fail_reason").filter(|reason| !reason.is_empty());
        let fail_reason = fail_reason.map(|reason| reason.chars().take(300).collect());
        Ok(Seen::Status { status: status.to_ascii_lowercase(), fail_reason })
    }

    fn failed(&self, doing: Doing, is: String, should: &str) -> Stop {
        let message = format!("{} `{}` {is} {}, {should}", self.kind.as_str(), self.name, doing.when());
        let requirement = if doing == Doing::Creating { TESTS } else { STANDARD };
        Stop::failed(message, self.resource(), requirement)
    }
}

/// How watching a thing ended.
enum End {
    AsWanted,
    Gone,
    Error { status: String, fail_reason: Option<String> },
    Late { status: String },
}

/// What goes on while one waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    /// A volume is made, to be backed up or restored to.
    Creating,
    BackingUp,
    Restoring,
    Deleting,
}

impl Doing {
    fn when(self) -> &'static str {
        match self {
            Doing::Creating => "when it was created",
            Doing::BackingUp => "when the volume was backed up",
            Doing::Restoring => "when the backup was restored",
            Doing::Deleting => "when it was deleted",
        }
    }
}
