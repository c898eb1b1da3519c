//! One running cloud: what is shared with its siblings, and what is its own.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use crate::Service;
use crate::call::Call;
use crate::cloud::{Account, Cloud};
use crate::faults::Faults;
use crate::requests::Log;
use crate::scenario::ApplicationCredential;
use crate::state::State;
use crate::tokens::{Token, Tokens};

/// A running cloud.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) cloud: Arc<Cloud>,
    /// `http://127.0.0.1:PORT`
    pub(crate) base: String,
    pub(crate) tokens: Tokens,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    state: Mutex<State>,
    answered: AtomicU64,
    traffic: AtomicU64,
}

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) struct Caller<'a> {
    pub(crate) account: &'a Account,
    pub(crate) token: Token,
}

impl Site {
    pub(crate) fn new(cloud: Arc<Cloud>, base: String) -> Self {
        let faults = Faults::new(&cloud.faults);
        let state = Mutex::new(State::new(&cloud));
        Self {
            cloud,
            base,
            tokens: Tokens::default(),
            faults,
            log: Log::default(),
            state,
            answered: AtomicU64::new(0),
            traffic: AtomicU64::new(0),
        }
    }

    /// What has been created, as it is at this moment. Whoever has it keeps all others waiting.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        state.settle(Instant::now());
        state
    }

    /// Counts bytes that went over the wire.
    pub(crate) fn count_traffic(&self, bytes: usize) {
        self.traffic.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// How many bytes went over the wire.
    pub(crate) fn traffic(&self) -> u64 {
        self.traffic.load(Ordering::Relaxed)
    }

    /// The unversioned URL of a service, in the region of the call.
    pub(crate) fn url(&self, call: &Call, service: Service) -> String {
        match &call.region {
            Some(region) => format!("{}/regions/{region}/{}", self.base, service.prefix()),
            None => format!("{}/{}", self.base, service.prefix()),
        }
    }

    /// The URL at which keystone's API v3 is.
    pub(crate) fn auth_url(&self) -> String {
        format!("{}/{}/v3", self.base, Service::Identity.prefix())
    }

    /// Whose token came along with the call, if it is good.
    pub(crate) fn caller(&self, call: &Call) -> Option<Caller<'_>> {
        self.holder(call.token()?)
    }

    /// Whose token this is, if it is good.
    pub(crate) fn holder(&self, token: &str) -> Option<Caller<'_>> {
        let token = self.tokens.find(token)?;
        Some(Caller { account: self.cloud.users.get(token.user)?, token })
    }

    /// A new request id, as the header `x-openstack-request-id` has it.
    pub(crate) fn request_id(&self) -> String {
        let number = self.answered.fetch_add(1, Ordering::Relaxed);
        format!("req-00000000-0000-4000-8000-{number:012x}")
    }
}

impl<'a> Caller<'a> {
    /// The application credential that was used to log in.
    pub(crate) fn credential(&self) -> Option<&'a ApplicationCredential> {
        self.account.user.application_credentials.get(self.token.credential?)
    }

    /// The roles that the token has.
    pub(crate) fn roles(&self) -> &'a [String] {
        self.credential()
            .and_then(|credential| credential.roles.as_deref())
            .unwrap_or(&self.account.user.roles)
    }

    /// Whether the token has one of these roles.
    pub(crate) fn has_any(&self, roles: &[impl AsRef<str>]) -> bool {
        self.token.scoped
            && self.roles().iter().any(|role| roles.iter().any(|wanted| wanted.as_ref() == role))
    }

    /// Whether services let the caller create, change and delete things of the project.
    pub(crate) fn may_change(&self) -> bool {
        self.has_any(&["member", "admin"])
    }

    /// Whether services treat the caller as an administrator.
    pub(crate) fn is_admin(&self) -> bool {
        self.token.scoped && self.roles().iter().any(|role| role == "admin")
    }
}
