//! What key manager and object storage are like.

use serde::Deserialize;

/// What the key manager allows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeyManager {
    /// The roles that may create, read and delete secrets. Default `member`, `creator` and `admin`; barbican without
    /// secure RBAC has only `creator` and `admin`, which SCS-0116 does not allow.
    pub roles: Vec<String>,
}

/// What object storage answers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ObjectStore {
    /// Whether the root of its host speaks S3. Default true; otherwise it answers as Swift does, and `/info` does not
    /// name S3.
    pub s3: bool,
    /// How S3 answers a request without credentials. Default `access-denied`. Nobody has credentials: a request with
    /// some is answered with `invalid-access-key-id`.
    pub s3_answer: S3Answer,
}

/// How S3 answers a request without credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum S3Answer {
    /// 403 with the code `AccessDenied`.
    #[default]
    AccessDenied,
    /// 403 with the code `InvalidAccessKeyId`.
    InvalidAccessKeyId,
    /// 200 with an empty list of buckets for `anonymous`, as the Ceph Object Gateway does it.
    AnonymousBuckets,
}

impl Default for KeyManager {
    fn default() -> Self {
        Self { roles: ["member", "creator", "admin"].map(String::from).to_vec() }
    }
}

impl Default for ObjectStore {
    fn default() -> Self {
        Self { s3: true, s3_answer: S3Answer::default() }
    }
}
