-- The services of an organization, so that the page can offer one that has been quiet for weeks: the lines themselves have no
-- index on it. One row a service, written by its first line of a day.
CREATE TABLE log_services (
	org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
	service text NOT NULL,
	last_day date NOT NULL, -- of receipt, in UTC
	PRIMARY KEY (org_id, service)
);
--> statement-breakpoint
INSERT INTO log_services
SELECT org_id, service, max((received_at AT TIME ZONE 'UTC')::date)
FROM logs WHERE EXISTS (SELECT FROM organizations WHERE id = org_id)
GROUP BY org_id, service;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION append_logs(
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
	INSERT INTO log_services
	SELECT DISTINCT org, v, (arrived AT TIME ZONE 'UTC')::date FROM unnest(services) AS named (v)
	ON CONFLICT (org_id, service) DO UPDATE SET last_day = EXCLUDED.last_day
	WHERE log_services.last_day < EXCLUDED.last_day;
END $$;
