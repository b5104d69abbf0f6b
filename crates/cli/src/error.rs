//! What the command itself may fail at, and how any room's error reaches the terminal.

use std::path::Path;

use motcua::wire::Failure;

/// Why the command could not do what was asked. Exit code 2.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read.
    Read {
        /// The file.
        path: String,
        /// What the system said.
        problem: String,
    },
    /// A file or folder could not be written.
    Write {
        /// The file or folder.
        path: String,
        /// What the system said.
        problem: String,
    },
    /// A file is larger than the command reads.
    TooLarge {
        /// The file.
        path: String,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// A file's name says another kind than its content.
    NotWhatItSays {
        /// The file.
        path: String,
        /// What its first bytes say.
        content: &'static str,
    },
    /// A step that must refuse something let it pass, or the reverse. The demo stops there.
    Unexpected {
        /// Which step.
        step: &'static str,
        /// What came instead.
        got: String,
    },
    /// A file whose content is not what it must be.
    Input {
        /// The file.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// An option whose value cannot be used.
    Option {
        /// The option.
        option: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// A secret that could not be taken. Its value is never told.
    Secret {
        /// The file, or `$` and the variable.
        from: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// A file that must be text is not.
    NotText {
        /// The file.
        path: String,
    },
    /// An argument does not fit.
    BadArgument {
        /// The argument.
        argument: String,
        /// What to write.
        problem: String,
    },
    /// A row of a file of cases is no case.
    BadCase {
        /// What is wrong with it.
        problem: String,
    },
    /// Two rows that would be taken for one another.
    Doubled {
        /// What they share.
        field: &'static str,
        /// Its value.
        value: String,
        /// The other row.
        other: String,
    },
    /// A file is not the one that was recorded.
    NotAsRecorded {
        /// The file.
        file: String,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// A room refused.
    Room(Failure),
}

impl Error {
    /// A read that failed.
    pub fn read(path: &Path, e: &std::io::Error) -> Self {
        Self::Read { path: path.display().to_string(), problem: e.to_string() }
    }

    /// A write that failed.
    pub fn write(path: &Path, e: &std::io::Error) -> Self {
        Self::Write { path: path.display().to_string(), problem: e.to_string() }
    }

    /// Content of a file that does not read.
    pub fn input(path: &Path, e: &serde_json::Error) -> Self {
        Self::Input { path: path.display().to_string(), problem: e.to_string() }
    }

    /// The same error, with the file it came from in its message.
    pub fn in_file(self, path: &Path) -> Self {
        match self {
            Self::Room(mut failure) => {
                failure.message = format!("{}: {}", path.display(), failure.message);
                Self::Room(failure)
            }
            other => other,
        }
    }

    /// The error as the wire writes it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Room(failure) => failure.clone(),
            other => Failure::new(other.code(), other.to_string(), Vec::new()),
        }
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        match self {
            Self::Read { .. } => "cli.read",
            Self::Write { .. } => "cli.write",
            Self::TooLarge { .. } => "cli.too_large",
            Self::NotWhatItSays { .. } => "cli.not_what_it_says",
            Self::Unexpected { .. } => "cli.unexpected",
            Self::Input { .. } => "cli.input",
            Self::Option { .. } => "cli.option",
            Self::Secret { .. } => "cli.secret",
            Self::NotText { .. } => "cli.not_text",
            Self::BadArgument { .. } => "cli.bad_argument",
            Self::BadCase { .. } => "cli.bad_case",
            Self::Doubled { .. } => "cli.doubled",
            Self::NotAsRecorded { .. } => "cli.not_as_recorded",
            Self::Room(failure) => &failure.code,
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Read { path, problem } => write!(f, "cannot read {path}: {problem}"),
            Self::Write { path, problem } => {
                write!(f, "cannot write {path}: {problem}; nothing was left half-written")
            }
            Self::TooLarge { path, size, limit } => {
                write!(f, "{path} has {size} bytes; the command reads at most {limit}")
            }
            Self::NotWhatItSays { path, content } => {
                write!(
                    f,
                    "{path} is not what its name says: its content is {content}; \
                     capture it again, or name it rightly if you know where it comes from"
                )
            }
            Self::Unexpected { step, got } => {
                write!(
                    f,
                    "{step} did not end as it must: {got}; please report this as a defect of motcua"
                )
            }
            Self::Input { path, problem } => write!(f, "{path} cannot be used: {problem}"),
            Self::Option { option, problem } => write!(f, "{option} cannot be used: {problem}"),
            Self::Secret { from, problem } => {
                write!(f, "the secret in {from} cannot be used: {problem}")
            }
            Self::NotText { path } => {
                write!(f, "{path} is not text in UTF-8: save it as UTF-8 and try again")
            }
            Self::BadArgument { argument, problem } => {
                write!(f, "{argument} does not fit: {problem}")
            }
            Self::BadCase { problem } => write!(
                f,
                "this is not a case: {problem}; a case is an application, or one with name, tariff and date"
            ),
            Self::Doubled { field, value, other } => write!(
                f,
                "{field} {value:?} stands for {other} too; which of them is right must be settled first"
            ),
            Self::NotAsRecorded { file, problem } => write!(f, "{file}: {problem}"),
            Self::Room(failure) => f.write_str(&failure.message),
        }
    }
}

impl std::error::Error for Error {}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Room(failure)
    }
}

/// Any room's error, unchanged.
macro_rules! from_room {
    ($($error:ty),+) => {
        $(impl From<$error> for Error {
            fn from(e: $error) -> Self {
                Self::Room(Failure::new(e.code(), e.to_string(), e.details()))
            }
        })+
    };
}

from_room!(
    motcua::counter::Error,
    motcua::fees::Error,
    motcua::payments::Error,
    motcua::payments::reconcile::Error,
    motcua::ledger::Error,
    motcua::levels::Error,
    motcua::pki::Error,
    motcua::copies::issue::IssueError
);

#[cfg(feature = "pkcs11")]
from_room!(motcua::services::Error);

#[cfg(test)]
mod tests {
    use super::Error;

    #[test]
    fn unexpected() {
        let e = Error::Unexpected { step: "verifying the copy", got: "not valid".to_owned() };
        assert_eq!(e.code(), "cli.unexpected");
        assert!(e.to_string().contains("report this as a defect"));
    }
}
