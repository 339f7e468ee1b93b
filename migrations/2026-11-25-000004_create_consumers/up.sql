-- Systems that follow the feed, and how far each is. A position is told by its parts: publication, place ('opened', 'within', 'closed'),
-- and within a publication the dictionary and the ordinal. The secrets stand here as they are, since every delivery is signed with
-- them: whoever reads this table can sign in the service's name. `target` is JSON, by the channel.
-- A node delivers while it holds the lease; the fence counts leases, and nobody writes with an older one. A ping that was asked for waits
-- in `ping_asked_at_ms` until one node takes it.
CREATE TABLE consumer (
    id BIGINT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    contact TEXT NOT NULL,
    dictionaries TEXT,
    item_filter TEXT,
    channel TEXT NOT NULL,
    target TEXT NOT NULL,
    secrets TEXT NOT NULL,
    state TEXT NOT NULL,
    state_reason TEXT,
    position_publication BIGINT NOT NULL,
    position_place TEXT NOT NULL,
    position_dictionary TEXT,
    position_ordinal BIGINT,
    confirmed_publication BIGINT,
    confirmed_place TEXT,
    confirmed_dictionary TEXT,
    confirmed_ordinal BIGINT,
    confirmed_at_ms BIGINT,
    attempts_count BIGINT NOT NULL,
    failed_count BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    failing_since_ms BIGINT,
    next_attempt_at_ms BIGINT,
    delivered_at_ms BIGINT,
    created_at_ms BIGINT NOT NULL,
    lease_node TEXT,
    lease_fence BIGINT NOT NULL,
    lease_until_ms BIGINT NOT NULL,
    ping_asked_at_ms BIGINT
);
CREATE INDEX consumer_account_id ON consumer (account_id);
CREATE INDEX consumer_state ON consumer (state, id);

-- The newest attempts to deliver to each consumer, by their number.
CREATE TABLE delivery (
    consumer_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    first_event TEXT NOT NULL,
    last_event TEXT NOT NULL,
    events_count BIGINT NOT NULL,
    attempted_at_ms BIGINT NOT NULL,
    took_ms BIGINT NOT NULL,
    status BIGINT,
    message TEXT NOT NULL,
    outcome TEXT NOT NULL,
    node TEXT NOT NULL,
    PRIMARY KEY (consumer_id, number)
);
