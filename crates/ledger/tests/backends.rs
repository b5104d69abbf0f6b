//! Ledgers for tests: a SQLite file, and a throw-away PostgreSQL server on loopback that ends with the value.
#![cfg(feature = "postgres")]
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use motcua_ledger::Ledger;
use tempfile::TempDir;

/// A server of its own: data in a folder that goes with it, on a free port of loopback.
pub struct Server {
    folder: TempDir,
    bin: PathBuf,
    port: u16,
    schemas: std::sync::atomic::AtomicU32,
}

/// Where Debian and others put the server's programs.
fn programs() -> Option<PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop()
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout == b"0\n")
}

impl Server {
    /// Starts one; says why and gives nothing where PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let Some(bin) = programs() else {
            println!(
                "SKIPPED: the ledger on PostgreSQL: no server is installed (package postgresql)"
            );
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self { folder, bin, port, schemas: 0.into() };
        if is_root() {
            // The server refuses to run as root; its package brings a user.
            assert!(
                Command::new("chown")
                    .arg("postgres")
                    .arg(server.folder.path())
                    .status()
                    .unwrap()
                    .success()
            );
        }
        let data = server.data();
        server.run(
            "initdb",
            &["-D", &data, "-A", "trust", "-U", "ledger", "-E", "UTF8", "--no-locale"],
        );
        server.up();
        Some(server)
    }

    fn data(&self) -> String {
        self.folder.path().join("data").to_str().unwrap().to_owned()
    }

    /// Runs one of the server's programs as a user it accepts.
    fn run(&self, program: &str, arguments: &[&str]) {
        let path = self.bin.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        let log = std::fs::File::create(self.folder.path().join(format!("{program}.out"))).unwrap();
        let status = command
            .args(arguments)
            .current_dir("/")
            .stdout(Stdio::from(log.try_clone().unwrap()))
            .stderr(Stdio::from(log))
            .status()
            .unwrap();
        let said = std::fs::read_to_string(self.folder.path().join(format!("{program}.out")));
        assert!(status.success(), "{program}: {}", said.unwrap_or_default());
    }

    /// Starts the server on its data and waits until it answers.
    pub fn up(&self) {
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories= -c max_connections=200",
            self.port
        );
        let log = self.folder.path().join("data/server.log");
        let data = self.data();
        self.run(
            "pg_ctl",
            &["-D", &data, "-l", log.to_str().unwrap(), "-w", "-o", &options, "start"],
        );
    }

    /// Stops it; `immediate` is how a power cut looks to it.
    pub fn down(&self, mode: &str) {
        let data = self.data();
        self.run("pg_ctl", &["-D", &data, "-m", mode, "-w", "stop"]);
    }

    /// How to connect to a schema of its own.
    pub fn address(&self) -> String {
        let schema =
            format!("s{}", self.schemas.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        self.connect("public").batch_execute(&format!("CREATE SCHEMA {schema}")).unwrap();
        self.address_of(&schema)
    }

    fn address_of(&self, schema: &str) -> String {
        format!(
            "host=127.0.0.1 port={} user=ledger dbname=postgres connect_timeout=10 options='-c search_path={schema}'",
            self.port
        )
    }

    fn connect(&self, schema: &str) -> postgres::Client {
        client(&self.address_of(schema))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.down("immediate");
    }
}

/// A connection.
pub fn client(address: &str) -> postgres::Client {
    postgres::Client::connect(address, postgres::NoTls).unwrap()
}

/// Where a ledger is, so that several processes can open the same.
#[derive(Clone)]
pub enum Place {
    File(PathBuf),
    Server(String),
}

impl Place {
    pub fn open(&self) -> Ledger {
        match self {
            Self::File(path) => Ledger::open(path).unwrap(),
            Self::Server(address) => Ledger::on_postgres(client(address)).unwrap(),
        }
    }

    /// Another one on the same folder or server.
    pub fn another(&self) -> Self {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let name = format!("x{}", NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        match self {
            Self::File(path) => file(path.parent().unwrap(), &name),
            Self::Server(address) => {
                client(address).batch_execute(&format!("CREATE SCHEMA {name}")).unwrap();
                let (rest, _) = address.split_once("search_path=").unwrap();
                Self::Server(format!("{rest}search_path={name}'"))
            }
        }
    }

    /// Runs a statement behind the ledger's back.
    pub fn tamper(&self, statement: &str) {
        match self {
            Self::File(path) => {
                let raw = rusqlite::Connection::open(path).unwrap();
                // Whoever can write the file can also drop its triggers.
                for trigger in [
                    "log_entries_are_kept",
                    "log_entries_are_not_changed",
                    "register_keeps_every_number",
                    "register_entry_is_closed_once",
                ] {
                    raw.execute_batch(&format!("DROP TRIGGER IF EXISTS {trigger}")).unwrap();
                }
                raw.execute_batch(statement).unwrap();
            }
            Self::Server(address) => client(address).batch_execute(statement).unwrap(),
        }
    }

    pub fn text(&self) -> String {
        match self {
            Self::File(path) => format!("file:{}", path.display()),
            Self::Server(address) => format!("server:{address}"),
        }
    }

    pub fn parse(text: &str) -> Self {
        match text.split_once(':').unwrap() {
            ("file", path) => Self::File(path.into()),
            (_, address) => Self::Server(address.to_owned()),
        }
    }
}

/// A new SQLite file in a folder.
pub fn file(folder: &Path, name: &str) -> Place {
    Place::File(folder.join(format!("{name}.sqlite")))
}

/// A test that runs on either database.
pub type Case = fn(&Place);

/// Each case on a file of its own.
pub fn each_on_sqlite(cases: &[(&str, Case)]) {
    let folder = tempfile::tempdir().unwrap();
    for (name, case) in cases {
        println!("{name}");
        case(&file(folder.path(), name));
    }
}

/// Each case in a schema of its own.
pub fn each_on_postgres(cases: &[(&str, Case)]) {
    let Some(server) = Server::start() else { return };
    for (name, case) in cases {
        println!("{name}");
        case(&Place::Server(server.address()));
    }
}
