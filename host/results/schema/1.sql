-- $BYTES is BLOB or BYTEA, $NUMBER a column that counts by itself, $BY_KEY has SQLite keep rows in the
-- order of their key, without a second tree. Points in time are microseconds since 1970.
-- One statement ends at a semicolon at the end of a line.

CREATE TABLE nights (
    id TEXT NOT NULL PRIMARY KEY,
    due_at BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    config TEXT NOT NULL,
    sections TEXT NOT NULL
);
CREATE INDEX nights_due ON nights (due_at);

-- The manifests of all nights.
CREATE TABLE manifests (
    digest TEXT NOT NULL PRIMARY KEY,
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    file TEXT NOT NULL,
    manifest TEXT NOT NULL
);

CREATE TABLE night_scopes (
    night TEXT NOT NULL REFERENCES nights (id) ON DELETE CASCADE,
    place BIGINT NOT NULL,
    digest TEXT NOT NULL REFERENCES manifests (digest),
    PRIMARY KEY (night, place)
);

-- How subjects are shown. `scopes` is a JSON array of the UUIDs of scopes.
CREATE TABLE night_subjects (
    night TEXT NOT NULL REFERENCES nights (id) ON DELETE CASCADE,
    place BIGINT NOT NULL,
    name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    operator TEXT,
    description TEXT,
    health_url TEXT,
    region_group TEXT,
    scopes TEXT NOT NULL,
    PRIMARY KEY (night, name)
);

-- One subject, one scope, one night: once. `report` is a frame of Zstandard, `sha256` is that of the JSON in it.
CREATE TABLE runs (
    night TEXT NOT NULL REFERENCES nights (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    scope TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    attempt BIGINT NOT NULL,
    worker TEXT,
    started_at BIGINT NOT NULL,
    finished_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    verdict TEXT,
    exit_code BIGINT NOT NULL,
    exit_reason TEXT,
    tape TEXT,
    sha256 TEXT,
    report $BYTES,
    PRIMARY KEY (night, subject, scope)
);
CREATE INDEX runs_subject ON runs (subject, scope, started_at);

-- What a run alone says about versions.
CREATE TABLE run_versions (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    version TEXT NOT NULL,
    state TEXT,
    verdict TEXT NOT NULL,
    PRIMARY KEY (run, version)
)$BY_KEY;

-- The results of testcases. `versions` is a JSON array of the versions that share the result, sorted.
CREATE TABLE results (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    scope TEXT NOT NULL,
    testcase TEXT NOT NULL,
    versions TEXT NOT NULL,
    target TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    checked_at BIGINT,
    expires_at BIGINT,
    PRIMARY KEY (run, testcase, versions)
)$BY_KEY;
CREATE INDEX results_of_testcase ON results (subject, scope, testcase, checked_at);

-- Of those that were checked or attested, the newest; of equally new ones, the worst.
CREATE TABLE newest (
    subject TEXT NOT NULL,
    scope TEXT NOT NULL,
    testcase TEXT NOT NULL,
    versions TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    checked_at BIGINT NOT NULL,
    expires_at BIGINT,
    run TEXT NOT NULL,
    PRIMARY KEY (subject, scope, testcase, versions)
)$BY_KEY;

-- What the score card of a night said about versions.
CREATE TABLE night_verdicts (
    night TEXT NOT NULL REFERENCES nights (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    scope TEXT NOT NULL,
    version TEXT NOT NULL,
    state TEXT,
    verdict TEXT NOT NULL,
    PRIMARY KEY (night, subject, scope, version)
)$BY_KEY;
CREATE INDEX night_verdicts_subject ON night_verdicts (subject, scope, version);

-- Runs that failed and were tried again.
CREATE TABLE attempts (
    night TEXT NOT NULL REFERENCES nights (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    scope TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    worker TEXT,
    started_at BIGINT NOT NULL,
    failed_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (night, subject, scope, attempt)
);

-- What is to be sent. `payload` is a frame of Zstandard.
CREATE TABLE outbox (
    id $NUMBER,
    kind TEXT NOT NULL,
    destination TEXT NOT NULL,
    payload $BYTES NOT NULL,
    dedup_key TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    accepted_at BIGINT,
    gave_up_at BIGINT,
    last_error TEXT
);
CREATE INDEX outbox_due ON outbox (next_attempt_at) WHERE accepted_at IS NULL AND gave_up_at IS NULL;

-- What began before was pruned, but for results that were the newest then.
CREATE TABLE pruned (
    before BIGINT NOT NULL
);
