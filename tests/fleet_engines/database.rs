//! The databases that fleets stand on: a file, or a database in a PostgreSQL cluster that lives as long as the tests.

use std::path::{Path, PathBuf};

use sqlx::{AssertSqlSafe, Column as _, Row as _, TypeInfo as _};

#[cfg(feature = "fleet-shared")]
pub(crate) use self::cluster::Cluster;

/// A database.
pub(crate) enum Database {
    Sqlite(PathBuf),
    #[cfg(feature = "fleet-shared")]
    Postgres(&'static Cluster, String),
}

/// Which engine a test is on.
#[derive(Clone, Copy)]
pub(crate) enum Engine {
    Sqlite,
    /// Any database of this cluster.
    #[cfg(feature = "fleet-shared")]
    Postgres(&'static Cluster),
}

impl Engine {
    /// A database that nobody has used. SQLite's is in the folder.
    pub(crate) fn database(self, folder: &Path) -> Database {
        match self {
            Self::Sqlite => Database::Sqlite(folder.join("fleet.db")),
            #[cfg(feature = "fleet-shared")]
            Self::Postgres(cluster) => Database::Postgres(cluster, cluster.database()),
        }
    }
}

impl Database {
    /// As `fleet.toml` names it, without a password.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            #[cfg(feature = "fleet-shared")]
            Self::Postgres(cluster, name) => cluster.url(name),
        }
    }

    /// Variables that let somebody in.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Sqlite(_) => Vec::new(),
            #[cfg(feature = "fleet-shared")]
            Self::Postgres(cluster, _) => vec![("PGPASSWORD", cluster.password.clone())],
        }
    }

    /// The queue's tables: deliveries and workers.
    pub(crate) fn queue(&self) -> (&'static str, &'static str) {
        match self {
            Self::Sqlite(_) => ("Jobs", "Workers"),
            #[cfg(feature = "fleet-shared")]
            Self::Postgres(..) => ("apalis.jobs", "apalis.workers"),
        }
    }

    /// A moment long ago, as the queue writes it.
    pub(crate) fn long_ago(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "0",
            #[cfg(feature = "fleet-shared")]
            Self::Postgres(..) => "TO_TIMESTAMP(0)",
        }
    }

    /// What the database answers, as texts.
    pub(crate) fn ask(&self, sql: &str) -> Vec<Vec<String>> {
        self.try_ask(sql)
            .unwrap_or_else(|why| panic!("{sql}: {why}"))
    }

    /// What the database answers, where it does.
    pub(crate) fn try_ask(&self, sql: &str) -> Result<Vec<Vec<String>>, String> {
        match self {
            Self::Sqlite(path) => {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                runtime
                    .block_on(sqlite(path, sql))
                    .map_err(|error| error.to_string())
            }
            #[cfg(feature = "fleet-shared")]
            Self::Postgres(cluster, name) => cluster.ask(name, sql),
        }
    }

    /// A number that the database answers.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.ask(sql)[0][0].parse().unwrap()
    }

    /// Takes all workers for dead: their tasks are given to others at once, and not only after the heartbeats that they miss. There may be
    /// no tables yet.
    pub(crate) fn bury(&self) -> Result<(), String> {
        let (_, workers) = self.queue();
        let long_ago = self.long_ago();
        self.try_ask(&format!("UPDATE {workers} SET last_seen = {long_ago}"))?;
        Ok(())
    }
}

async fn sqlite(path: &Path, sql: &str) -> sqlx::Result<Vec<Vec<String>>> {
    use sqlx::Connection as _;
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(std::time::Duration::from_secs(30));
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await?;
    let rows = sqlx::query(AssertSqlSafe(sql.to_owned()))
        .fetch_all(&mut connection)
        .await?;
    connection.close().await?;
    let text = |row: &sqlx::sqlite::SqliteRow, at: usize| {
        use sqlx::ValueRef as _;
        let value = row.try_get_raw(at)?;
        Ok(match value.type_info().name() {
            "NULL" => String::new(),
            "INTEGER" => row.try_get::<i64, _>(at)?.to_string(),
            _ => row.try_get::<String, _>(at)?,
        })
    };
    rows.iter()
        .map(|row| {
            row.columns()
                .iter()
                .map(|column| text(row, column.ordinal()))
                .collect()
        })
        .collect()
}

#[cfg(feature = "fleet-shared")]
mod cluster {
    use std::fs;
    use std::path::PathBuf;
    use std::process::{Command, Output, Stdio};
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;
    use std::time::{Duration, Instant};

    /// A PostgreSQL cluster in a folder of its own: no network, a socket in that folder, and a password for whoever is no superuser.
    pub(crate) struct Cluster {
        folder: PathBuf,
        programs: PathBuf,
        as_postgres: bool,
        pub(crate) password: String,
    }

    /// Ends the server and removes its folder once the tests are gone, however they ended.
    const WATCH: &str = r#"
while [ -e "/proc/$1" ]; do sleep 1; done
"$2/pg_ctl" -D "$3/data" -m immediate stop
rm -rf "$3"
"#;

    fn done(mut command: Command) -> Output {
        let out = command
            .output()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        assert!(
            out.status.success(),
            "{command:?}: {}{}",
            String::from_utf8_lossy(&out.stdout),
            String::from_utf8_lossy(&out.stderr)
        );
        out
    }

    impl Cluster {
        /// The one that tests share.
        pub(crate) fn shared() -> &'static Self {
            static SHARED: OnceLock<Cluster> = OnceLock::new();
            SHARED.get_or_init(Self::start)
        }

        /// One that a test has for itself.
        pub(crate) fn own() -> &'static Self {
            Box::leak(Box::new(Self::start()))
        }

        fn start() -> Self {
            let programs = programs();
            // initdb refuses to work for root.
            let as_postgres = rustix::process::getuid().is_root();
            let mut cluster = Self {
                folder: PathBuf::new(),
                programs,
                as_postgres,
                password: "correct horse".to_owned(),
            };
            let mut make = cluster.command("mktemp");
            make.args(["-d", "-t", "pqscan-postgres-XXXXXX"]);
            cluster.folder = String::from_utf8(done(make).stdout).unwrap().trim().into();
            let data = cluster.folder.join("data");
            let mut init = cluster.command("initdb");
            // A language that sorts otherwise than by bytes; PostgreSQL 15 or later.
            init.args(["--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8"])
                .args([
                    "--locale=C.UTF-8",
                    "--locale-provider=icu",
                    "--icu-locale=en",
                    "-D",
                ])
                .arg(&data);
            done(init);
            // Whoever is no superuser needs a password, as everywhere.
            let mut rules = cluster.command("sh");
            rules.args([
                "-c",
                r#"printf 'local all postgres trust\nlocal all all scram-sha-256\n' > "$1""#,
                "sh",
            ]);
            rules.arg(data.join("pg_hba.conf"));
            done(rules);
            cluster.control(&["-w", "start"]);
            let mut watch = cluster.command("sh");
            watch
                .args(["-c", WATCH, "sh", &std::process::id().to_string()])
                .arg(&cluster.programs)
                .arg(&cluster.folder)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            #[expect(
                clippy::zombie_processes,
                reason = "it ends after whoever would wait for it"
            )]
            let _watching = watch.spawn().unwrap();
            let role = format!("CREATE ROLE fleet LOGIN PASSWORD '{}'", cluster.password);
            cluster.as_superuser(&role);
            cluster
        }

        /// A program of PostgreSQL, or another one, as the user that PostgreSQL runs as.
        fn command(&self, program: &str) -> Command {
            let own = self.programs.join(program);
            let program = if own.exists() { own } else { program.into() };
            let mut command = match self.as_postgres {
                true => {
                    let mut command = Command::new("runuser");
                    command.args(["-u", "postgres", "--"]).arg(program);
                    command
                }
                false => Command::new(program),
            };
            command.current_dir("/");
            command
        }

        /// `pg_ctl`: start, stop, restart.
        pub(crate) fn control(&self, args: &[&str]) {
            let mut control = self.command("pg_ctl");
            let folder = self.folder.display();
            // What a crash of the whole machine would lose is of no concern here.
            let options = format!("-F -c listen_addresses= -c unix_socket_directories={folder}");
            control
                .arg("-D")
                .arg(self.folder.join("data"))
                .arg("-l")
                .arg(self.folder.join("log"))
                .args(["-o", &options])
                .args(args)
                .stdin(Stdio::null());
            // The server keeps what it inherits: nobody waits for its end here.
            control.stdout(Stdio::null()).stderr(Stdio::null());
            let status = control.status().unwrap();
            assert!(
                status.success(),
                "pg_ctl {args:?}: {}",
                fs::read_to_string(self.folder.join("log")).unwrap_or_default()
            );
        }

        fn as_superuser(&self, sql: &str) {
            let mut psql = self.command("psql");
            psql.args(["-qX", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h"])
                .arg(&self.folder)
                .args(["-c", sql]);
            done(psql);
        }

        /// A new database, which belongs to an ordinary user.
        pub(crate) fn database(&self) -> String {
            static COUNT: AtomicU32 = AtomicU32::new(0);
            let name = format!("fleet_{}", COUNT.fetch_add(1, Ordering::Relaxed));
            self.as_superuser(&format!("CREATE DATABASE {name} OWNER fleet"));
            name
        }

        pub(crate) fn url(&self, name: &str) -> String {
            let folder = self.folder.display();
            format!("postgres://fleet@localhost/{name}?host={folder}")
        }

        /// Columns are parted by tabs.
        pub(crate) fn ask(&self, name: &str, sql: &str) -> Result<Vec<Vec<String>>, String> {
            let mut psql = Command::new(self.programs.join("psql"));
            psql.args([
                "-qAtX",
                "-F",
                "\t",
                "-v",
                "ON_ERROR_STOP=1",
                "-U",
                "fleet",
                "-d",
                name,
                "-h",
            ])
            .arg(&self.folder)
            .args(["-c", sql])
            .env("PGPASSWORD", &self.password);
            let out = psql.output().map_err(|error| error.to_string())?;
            if !out.status.success() {
                return Err(String::from_utf8_lossy(&out.stderr).into_owned());
            }
            let text = String::from_utf8(out.stdout).map_err(|error| error.to_string())?;
            Ok(text
                .lines()
                .map(|line| line.split('\t').map(str::to_owned).collect())
                .collect())
        }

        /// What the server said.
        pub(crate) fn log(&self) -> String {
            let deadline = Instant::now() + Duration::from_secs(5);
            loop {
                match fs::read_to_string(self.folder.join("log")) {
                    Ok(text) => return text,
                    Err(_) if Instant::now() < deadline => {
                        thread::sleep(Duration::from_millis(100))
                    }
                    Err(error) => panic!("the server's log: {error}"),
                }
            }
        }
    }

    /// Where the newest version's programs are: Debian keeps them out of `PATH`.
    fn programs() -> PathBuf {
        let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let version = entry.file_name().to_str()?.parse().ok()?;
                let programs = entry.path().join("bin");
                programs
                    .join("initdb")
                    .exists()
                    .then_some((version, programs))
            })
            .collect();
        versions.sort();
        let found = versions.pop().map(|(_, programs)| programs);
        found
            .or_else(|| {
                let path = std::env::var_os("PATH")?;
                std::env::split_paths(&path).find(|folder| folder.join("initdb").exists())
            })
            .expect("PostgreSQL is installed: apt-get install postgresql")
    }
}
