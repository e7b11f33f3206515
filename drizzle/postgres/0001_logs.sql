-- The log lines of every organization, and the head of each organization's stream.
--
-- log_heads has one row per organization. An append takes that row's lock, numbers its lines from it and holds the
-- lock to the commit, so the order of seq is the order of the commits: a reader that saw 41 can never later find a
-- 40 that it missed.

CREATE TABLE log_heads (
	org_id uuid PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
	seq bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10); -- one hot row per organization: room for its updates on the same page (HOT)
--> statement-breakpoint
CREATE TABLE logs (
	org_id uuid NOT NULL,
	seq bigint NOT NULL,
	received_at timestamptz NOT NULL,
	time timestamptz NOT NULL,
	severity smallint NOT NULL,
	service text NOT NULL,
	host text,
	message text NOT NULL,
	attributes jsonb NOT NULL,
	trace_id text,
	span_id text,
	PRIMARY KEY (org_id, seq, received_at)
) PARTITION BY RANGE (received_at);
--> statement-breakpoint
-- Days without a partition of their own (the maintenance did not run for a week) still take lines.
CREATE TABLE logs_default PARTITION OF logs DEFAULT;
--> statement-breakpoint
CREATE FUNCTION log_head_of_new_organization() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO log_heads (org_id) VALUES (NEW.id);
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER organizations_have_a_head AFTER INSERT ON organizations
	FOR EACH ROW EXECUTE FUNCTION log_head_of_new_organization();
--> statement-breakpoint
CREATE FUNCTION notify_logs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	-- Only a wake-up: no text of a log, so the limit of 8,000 bytes is never met and an insert never fails for it.
	PERFORM pg_notify('logs_' || NEW.org_id, '');
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER log_heads_wake AFTER UPDATE ON log_heads FOR EACH ROW EXECUTE FUNCTION notify_logs();
--> statement-breakpoint
-- Appends lines to an organization's stream and gives the numbers of the first and the last of them. Columns come as
-- arrays of one length: measured here 1.4 times as fast as one JSON document. A time is in epoch milliseconds; NULL
-- stands for now. The head stays locked until the caller commits.
CREATE FUNCTION append_logs(
	org uuid, times float8[], severities smallint[], services text[], hosts text[], messages text[],
	attributes text[], trace_ids text[], span_ids text[],
	OUT first_seq bigint, OUT last_seq bigint
) LANGUAGE plpgsql AS $$
DECLARE
	arrived timestamptz;
BEGIN
	UPDATE log_heads SET seq = seq + cardinality(messages) WHERE org_id = org RETURNING seq INTO last_seq;
	IF last_seq IS NULL THEN
		RAISE EXCEPTION 'there is no organization %', org USING ERRCODE = 'foreign_key_violation';
	END IF;
	first_seq := last_seq - cardinality(messages) + 1;
	arrived := clock_timestamp(); -- under the lock, so that it never runs against seq
	INSERT INTO logs
	SELECT org, first_seq - 1 + line, arrived, coalesce(to_timestamp(t / 1000.0), arrived), s, v, h, m, a::jsonb, ti, si
	FROM unnest(times, severities, services, hosts, messages, attributes, trace_ids, span_ids)
		WITH ORDINALITY AS lines (t, s, v, h, m, a, ti, si, line);
END $$;
--> statement-breakpoint
-- Whoever loses access (signs out, is removed, has a key revoked) is noticed at once on every instance: the open
-- streams and caches of the organization look again.
CREATE FUNCTION notify_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_TABLE_NAME = 'sessions' THEN
		PERFORM pg_notify('access_' || org_id, '') FROM memberships WHERE user_id = OLD.user_id;
	ELSE
		PERFORM pg_notify('access_' || OLD.org_id, '');
	END IF;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER sessions_wake AFTER DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION notify_access();
--> statement-breakpoint
CREATE TRIGGER memberships_wake AFTER UPDATE OR DELETE ON memberships FOR EACH ROW EXECUTE FUNCTION notify_access();
--> statement-breakpoint
CREATE TRIGGER api_keys_wake AFTER UPDATE OR DELETE ON api_keys FOR EACH ROW EXECUTE FUNCTION notify_access();
