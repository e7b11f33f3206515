-- append_logs wakes readers itself: with Citus there is no trigger on log_heads (docs/decisions/0118). Where there is, both are one.
-- Appends entries to an organization's stream, from SQL: a JSON array of objects as docs/API.md describes them ("From SQL").
-- Gives the numbers of the first and the last. The head stays locked until the caller commits.
CREATE OR REPLACE FUNCTION append_logs(org uuid, entries jsonb, OUT first_seq bigint, OUT last_seq bigint) LANGUAGE plpgsql AS $$
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
	-- As for HTTP: a search leaves out days on whose lines nothing later can be.
	IF EXISTS (
		SELECT FROM jsonb_array_elements(entries) AS given (entry)
		WHERE (entry ->> 'time')::timestamptz > arrived + interval '1 day'
	) THEN
		RAISE EXCEPTION 'append_logs takes no time more than a day ahead' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	UPDATE log_heads SET seq = seq + count, received_at = greatest(received_at, arrived)
	WHERE org_id = org RETURNING seq, received_at INTO last_seq, arrived;
	IF last_seq IS NULL THEN
		RAISE EXCEPTION 'there is no organization %', org USING ERRCODE = 'foreign_key_violation';
	END IF;
	PERFORM pg_notify('logs_' || org, '');
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
	INSERT INTO log_services (org_id, service, last_day)
	SELECT org_id, service, (arrived AT TIME ZONE 'UTC')::date
	FROM log_heads, unnest(named) AS one (service) WHERE org_id = org
	ON CONFLICT (org_id, service) DO UPDATE SET last_day = EXCLUDED.last_day
	WHERE log_services.last_day < EXCLUDED.last_day;
	INSERT INTO log_chunks (org_id, first_seq, last_seq, day, received_at, time_from, time_to, lines, bytes, severities,
		services, format, head)
	VALUES (org, first_seq, last_seq, 'infinity', arrived, earliest, latest, count, length(documents::text), levels,
		named, 0, convert_to(documents::text, 'UTF8'));
END $$;
