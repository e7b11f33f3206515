-- Lines live in chunks: runs of lines as src/lib/server/logs/chunks writes and reads them (docs/decisions/0080). The rows of
-- `logs` become chunks at the first start (src/lib/server/logs/rows.ts), which then drops that table.

-- When the newest line was received: the next one is received no earlier, whatever the clocks say.
ALTER TABLE log_heads ADD COLUMN received_at timestamptz NOT NULL DEFAULT '-infinity';
--> statement-breakpoint
UPDATE log_heads SET received_at = newest.received_at
FROM log_heads AS head CROSS JOIN LATERAL (
	SELECT date_trunc('milliseconds', received_at) AS received_at FROM logs
	WHERE org_id = head.org_id ORDER BY seq DESC LIMIT 1
) AS newest
WHERE log_heads.org_id = head.org_id;
--> statement-breakpoint
CREATE TABLE log_chunks (
	org_id uuid NOT NULL,
	first_seq bigint NOT NULL,
	last_seq bigint NOT NULL,
	day date NOT NULL, -- of receipt, in UTC, once sealed; 'infinity' while fresh. A chunk never spans two days
	received_at timestamptz NOT NULL, -- of its first line
	time_from timestamptz NOT NULL, -- of its lines' own times
	time_to timestamptz NOT NULL,
	lines integer NOT NULL,
	bytes integer NOT NULL, -- their size as text
	severities smallint NOT NULL, -- a bit for each of the six levels that occurs, the lowest for trace
	services text[] NOT NULL,
	counts bytea, -- once sealed: lines by minute, level and service (chunks/counts.ts)
	grams bytea, -- once sealed: what its text may contain (chunks/grams.ts)
	format smallint NOT NULL, -- 0: `head` is a JSON array; 1: three columns (chunks/columns.ts)
	head bytea NOT NULL,
	messages bytea,
	attributes bytea,
	append_id uuid, -- of the commit that wrote it, until sealed
	PRIMARY KEY (org_id, first_seq, day)
) PARTITION BY RANGE (day);
--> statement-breakpoint
-- They are compressed already, and single bytes of grams are read in place.
ALTER TABLE log_chunks
	ALTER COLUMN counts SET STORAGE EXTERNAL,
	ALTER COLUMN grams SET STORAGE EXTERNAL,
	ALTER COLUMN head SET STORAGE EXTERNAL,
	ALTER COLUMN messages SET STORAGE EXTERNAL,
	ALTER COLUMN attributes SET STORAGE EXTERNAL;
--> statement-breakpoint
CREATE TABLE log_chunks_fresh PARTITION OF log_chunks FOR VALUES FROM ('infinity') TO (MAXVALUE);
--> statement-breakpoint
-- The first line of each day of an organization: leads from a number to the partition that has it.
CREATE TABLE log_days (
	org_id uuid NOT NULL,
	day date NOT NULL, -- of receipt, in UTC
	first_seq bigint NOT NULL,
	PRIMARY KEY (org_id, day)
);
--> statement-breakpoint
DROP FUNCTION append_logs(uuid, float8[], smallint[], text[], text[], text[], text[], text[], text[]);
--> statement-breakpoint
-- Appends entries to an organization's stream, from SQL: a JSON array of objects as docs/API.md describes them ("From SQL").
-- Gives the numbers of the first and the last. The head stays locked until the caller commits.
CREATE FUNCTION append_logs(org uuid, entries jsonb, OUT first_seq bigint, OUT last_seq bigint) LANGUAGE plpgsql AS $$
DECLARE
	count integer := jsonb_array_length(entries);
	arrived timestamptz := date_trunc('milliseconds', clock_timestamp());
	documents jsonb;
	named text[];
	levels smallint;
	earliest timestamptz;
	latest timestamptz;
BEGIN
	IF count NOT BETWEEN 1 AND 8192 THEN
		RAISE EXCEPTION 'append_logs takes 1 to 8,192 entries, not %', count USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF EXISTS (
		SELECT FROM jsonb_array_elements(entries) AS given (entry)
		WHERE jsonb_typeof(entry) <> 'object' OR jsonb_typeof(coalesce(entry -> 'attributes', '{}')) <> 'object'
	) THEN
		RAISE EXCEPTION 'append_logs takes objects whose attributes are objects' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	UPDATE log_heads SET seq = seq + count, received_at = greatest(received_at, arrived)
	WHERE org_id = org RETURNING seq, received_at INTO last_seq, arrived;
	IF last_seq IS NULL THEN
		RAISE EXCEPTION 'there is no organization %', org USING ERRCODE = 'foreign_key_violation';
	END IF;
	first_seq := last_seq - count + 1;

	SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
			'time', floor(extract(epoch FROM at) * 1000)::bigint, 'severity', severity, 'service', service,
			'host', entry ->> 'host', 'message', coalesce(entry ->> 'message', ''),
			'attributes', (entry -> 'attributes')::text,
			'trace_id', entry ->> 'trace_id', 'span_id', entry ->> 'span_id')) ORDER BY place),
		array_agg(DISTINCT service), bit_or(1 << ((severity - 1) / 4)), min(at), max(at)
	INTO documents, named, levels, earliest, latest
	FROM (
		SELECT place, entry,
			coalesce(date_trunc('milliseconds', (entry ->> 'time')::timestamptz), arrived) AS at,
			coalesce(nullif(entry ->> 'service', ''), 'default') AS service,
			CASE WHEN entry ->> 'severity' IS NOT NULL THEN greatest(1, least(24, (entry ->> 'severity')::int))
				ELSE coalesce(4 * array_position(
					ARRAY['trace', 'debug', 'info', 'warn', 'error', 'fatal'], entry ->> 'level') - 3, 9) END AS severity
		FROM jsonb_array_elements(entries) WITH ORDINALITY AS given (entry, place)
	) AS read;

	INSERT INTO log_days VALUES (org, (arrived AT TIME ZONE 'UTC')::date, first_seq) ON CONFLICT DO NOTHING;
	INSERT INTO log_services SELECT org, unnest(named), (arrived AT TIME ZONE 'UTC')::date
	ON CONFLICT (org_id, service) DO UPDATE SET last_day = EXCLUDED.last_day
	WHERE log_services.last_day < EXCLUDED.last_day;
	INSERT INTO log_chunks (org_id, first_seq, last_seq, day, received_at, time_from, time_to, lines, bytes, severities,
		services, format, head)
	VALUES (org, first_seq, last_seq, 'infinity', arrived, earliest, latest, count, length(documents::text), levels,
		named, 0, convert_to(documents::text, 'UTF8'));
END $$;
