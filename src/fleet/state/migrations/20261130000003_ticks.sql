-- The last tick of the schedule that somebody ran or runs, in one row: whoever changes it has the tick, and no tick is run twice.
CREATE TABLE ticks (
    -- 1: there is one schedule.
    id BIGINT PRIMARY KEY,
    -- When it was due.
    tick BIGINT NOT NULL,
    server TEXT NOT NULL,
    -- When that server last said that it is at it.
    beat_at BIGINT NOT NULL,
    finished_at BIGINT
);
