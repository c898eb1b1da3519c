use std::path::PathBuf;
use std::time::Duration;

/// How to speak with registries.
#[derive(Debug, Clone)]
pub struct RegistryConfig {
    /// PEM files of authorities that are trusted besides the machine's. Default: none.
    pub authorities: Vec<PathBuf>,
    /// The folder of docker's `config.json`, which has credentials. Default: `$DOCKER_CONFIG`, or `~/.docker`.
    pub docker_config: Option<PathBuf>,
    /// How long one pull or push may take altogether. Default: 10 minutes.
    pub timeout: Duration,
    /// How long nothing may come. Default: 30 s.
    pub stall_timeout: Duration,
    /// How long a connection may take to come about. Default: 10 s.
    pub connect_timeout: Duration,
    /// How often a request is repeated. Default: 4.
    pub max_retries: u32,
    /// How long to wait before the first repetition; it doubles from one to the next. Default: 0.5 s.
    pub first_wait: Duration,
    /// How long to wait at most, also when the registry asks for it. Default: 30 s.
    pub max_wait: Duration,
    /// How we call ourselves. Default: `touchstone/` and our version.
    pub user_agent: String,
}

impl Default for RegistryConfig {
    fn default() -> Self {
        let home = || std::env::home_dir().map(|home| home.join(".docker"));
        RegistryConfig {
            authorities: Vec::new(),
            docker_config: std::env::var_os("DOCKER_CONFIG").map(PathBuf::from).or_else(home),
            timeout: Duration::from_secs(600),
            stall_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            max_retries: 4,
            first_wait: Duration::from_millis(500),
            max_wait: Duration::from_secs(30),
            user_agent: concat!("touchstone/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}
