-- Who did what stays: no change, no deletion within a year, whoever asks.
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' THEN
		IF OLD.at < now() - interval '1 year' THEN RETURN OLD; END IF;
	END IF;
	RAISE EXCEPTION 'audit_events is append-only for a year' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER audit_events_stay BEFORE UPDATE OR DELETE ON audit_events
	FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
--> statement-breakpoint
CREATE TRIGGER audit_events_are_not_emptied BEFORE TRUNCATE ON audit_events
	FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
--> statement-breakpoint
-- A key is looked at again when what it may do has changed, not whenever its last use is written.
DROP TRIGGER api_keys_wake ON api_keys;
--> statement-breakpoint
CREATE TRIGGER api_keys_wake AFTER DELETE OR UPDATE OF scopes, expires_at, watched_until ON api_keys
	FOR EACH ROW EXECUTE FUNCTION notify_access();
--> statement-breakpoint
CREATE FUNCTION notify_access_of_organization() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('access_' || OLD.id, '');
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER organizations_wake AFTER DELETE OR UPDATE OF suspended_at, slug ON organizations
	FOR EACH ROW EXECUTE FUNCTION notify_access_of_organization();
--> statement-breakpoint
CREATE FUNCTION notify_access_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('access_' || org_id, '') FROM memberships WHERE user_id = OLD.id;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER users_wake AFTER UPDATE OF suspended_at ON users
	FOR EACH ROW EXECUTE FUNCTION notify_access_of_user();
