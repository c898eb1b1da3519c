-- Whether a night is about a part of the subjects or scopes only, which somebody chose: 1, else 0.
ALTER TABLE nights ADD COLUMN part BIGINT NOT NULL DEFAULT 0;
