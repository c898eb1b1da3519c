//! The tokens that a simulated cloud has issued.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

/// What a token stands for.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    /// Index of the user.
    pub(crate) user: usize,
    /// Index of the user's application credential, if one was used.
    pub(crate) credential: Option<usize>,
    /// Whether it is for the project; otherwise it is only good for asking what it could be for.
    pub(crate) scoped: bool,
    pub(crate) methods: Vec<String>,
    pub(crate) audit_id: String,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// All tokens of one cloud.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    good: HashMap<String, Token>,
    issued: Vec<String>,
}

impl Tokens {
    /// Issues a token that is good for this long; returns it and what it stands for.
    pub(crate) fn issue(
        &self,
        user: usize,
        credential: Option<usize>,
        scoped: bool,
        methods: &[String],
        lifetime: Duration,
    ) -> (String, Token) {
        let issued_at = Timestamp::now();
        let token = Token {
            user,
            credential,
            scoped,
            methods: methods.to_vec(),
            audit_id: Uuid::new_v4().simple().to_string(),
            issued_at,
            expires_at: issued_at.checked_add(lifetime).unwrap_or(Timestamp::MAX),
        };
        let id = format!("gAAAAAB{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let mut known = self.lock();
        known.issued.push(id.clone());
        known.good.insert(id.clone(), token.clone());
        (id, token)
    }

    /// What a token stands for, as long as it is good.
    pub(crate) fn find(&self, id: &str) -> Option<Token> {
        self.lock().good.get(id).filter(|token| Timestamp::now() < token.expires_at).cloned()
    }

    /// Makes a token worthless; whether it was good before.
    pub(crate) fn revoke(&self, id: &str) -> bool {
        self.lock().good.remove(id).is_some()
    }

    /// Makes all tokens worthless.
    pub(crate) fn revoke_all(&self) {
        self.lock().good.clear();
    }

    /// Every token ever issued, in order.
    pub(crate) fn issued(&self) -> Vec<String> {
        self.lock().issued.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
