CREATE SCHEMA IF NOT EXISTS touchstone_queue;

-- What was offered, who took it and what became of it. The queue itself is pgmq.q_touchstone.
CREATE TABLE IF NOT EXISTS touchstone_queue.items (
    night           text NOT NULL,
    subject         text NOT NULL,
    -- Of the message in the queue, which is gone when the state is not 'open'.
    message_id      bigint UNIQUE,
    state           text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'abandoned', 'cancelled')),
    most_deliveries integer NOT NULL,
    deliveries      integer NOT NULL DEFAULT 0,
    -- The last one that took it, and what it said when it gave it back.
    worker          text,
    reason          text,
    -- Which delivery of it was given back, the last time that one was.
    given_back      integer,
    offered_at      timestamptz NOT NULL DEFAULT now(),
    ended_at        timestamptz,
    PRIMARY KEY (night, subject)
);
