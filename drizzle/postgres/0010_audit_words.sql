-- The names of these actions changed; events recorded before keep their place in the filter. Nothing else of an event changes.
ALTER TABLE "audit_events" DISABLE TRIGGER audit_events_stay;
--> statement-breakpoint
UPDATE "audit_events" SET "action" = CASE "action"
	WHEN 'failed to prove their password' THEN 'entered a wrong password'
	WHEN 'made the organization' THEN 'created the organization'
	WHEN 'transferred the ownership' THEN 'transferred ownership'
	WHEN 'used an invitation as a member already' THEN 'used an invitation while already a member'
	WHEN 'made an API key' THEN 'created an API key'
	WHEN 'made an instance admin' THEN 'added an instance admin'
	ELSE 'removed an instance admin'
END
WHERE "action" IN ('failed to prove their password', 'made the organization', 'transferred the ownership',
	'used an invitation as a member already', 'made an API key', 'made an instance admin', 'withdrew an instance admin');
--> statement-breakpoint
ALTER TABLE "audit_events" ENABLE TRIGGER audit_events_stay;
