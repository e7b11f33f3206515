-- Watching a key concerns nobody's access: it has a topic of its own, so that no stream is checked again for it.
DROP TRIGGER api_keys_wake ON api_keys;
--> statement-breakpoint
CREATE TRIGGER api_keys_wake AFTER DELETE OR UPDATE OF scopes, expires_at ON api_keys
	FOR EACH ROW EXECUTE FUNCTION notify_access();
--> statement-breakpoint
CREATE FUNCTION notify_watched_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('watched_' || NEW.org_id, '');
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER api_keys_watched AFTER UPDATE OF watched_until ON api_keys
	FOR EACH ROW EXECUTE FUNCTION notify_watched_key();
