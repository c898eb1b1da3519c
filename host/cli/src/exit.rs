use std::process::ExitCode;

/// What the exit codes mean: a contract with whoever calls us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Pass = 0,
    Fail = 1,
    Incomplete = 2,
    Refused = 3,
    Unreachable = 4,
    Usage = 64,
    OwnFault = 70,
    Interrupted = 130,
}

pub(crate) const TABLE: &str = "\
Exit codes:
  0    every selected scope version is PASS (or: the command did what it was asked)
  1    some scope version is FAIL, or something that checks created could not be removed (or: a check's own tests failed; a
       report could not be verified; a component is not what its source makes; verdicts change)
  2    none is FAIL, but some is DNF or MISS
  3    a component or a manifest was refused: hash, import, grant, trust policy, WIT version, malformed; or a registry could
       not be used
  4    the subject could not be reached, or did not let us in
  64   wrong usage
  70   a fault of Touchstone itself, or of this machine (a file that cannot be written)
  130  interrupted; the report says what was found out until then";

/// Why a command ended without doing what it was asked, in words for people.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
}

impl Exit {
    pub(crate) fn of_code(code: u8) -> Self {
        match code {
            0 => Exit::Pass,
            1 => Exit::Fail,
            130 => Exit::Interrupted,
            _ => Exit::Incomplete,
        }
    }

    /// The code that says more of what is wrong: any failure to judge, then FAIL, then what is incomplete.
    pub(crate) fn worse(self, other: Self) -> Self {
        let badness = |exit: Self| match exit {
            Exit::Pass => 0,
            Exit::Incomplete => 1,
            Exit::Fail => 2,
            Exit::Interrupted => 3,
            Exit::Unreachable => 4,
            Exit::Refused => 5,
            Exit::Usage => 6,
            Exit::OwnFault => 7,
        };
        if badness(other) > badness(self) { other } else { self }
    }

    /// The failure that ends with this code.
    pub(crate) fn because(self, message: impl ToString) -> Failure {
        Failure { exit: self, message: message.to_string() }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}
