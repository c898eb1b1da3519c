//! The token of a session, and getting a new one when it is refused.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::connect_error::ConnectError;
use super::keystone::{Keystone, Token};
use super::options::SessionOptions;
use super::transport::Transport;

/// How long a login that failed is not tried again: callers in the meantime get its error. Many failed logins at once
/// would lock an account.
const REST_AFTER_FAILURE: Duration = Duration::from_secs(30);

/// The token of a session. All callers that find it refused share one new login.
pub(crate) struct Logins {
    current: RwLock<Arc<Token>>,
    /// Held while logging in. The last failure, of which generation, and when.
    failed: Mutex<Option<(u64, Instant, ConnectError)>>,
}

impl Logins {
    pub(crate) fn new(token: Token) -> Self {
        Self { current: RwLock::new(Arc::new(token)), failed: Mutex::new(None) }
    }

    /// The token to use now.
    pub(crate) fn token(&self) -> Arc<Token> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A token that is newer than the one that was refused.
    ///
    /// If the caller that logs in is dropped, the next one does it.
    pub(crate) async fn renew(
        &self,
        refused: &Token,
        keystone: &Keystone,
        transport: &Transport,
        options: &SessionOptions,
    ) -> Result<Arc<Token>, ConnectError> {
        let mut failed = self.failed.lock().await;
        let current = self.token();
        if current.generation > refused.generation {
            return Ok(current);
        }
        if let Some((generation, at, error)) = &*failed
            && *generation == current.generation
            && at.elapsed() < REST_AFTER_FAILURE
        {
            return Err(error.clone());
        }
        tracing::info!(generation = current.generation, "the token is refused; logging in again");
        match keystone.login(transport, options, current.generation + 1).await {
            Ok((token, _)) => {
                let token = Arc::new(token);
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&token);
                Ok(token)
            }
            Err(error) => {
                *failed = Some((current.generation, Instant::now(), error.clone()));
                Err(error)
            }
        }
    }
}
