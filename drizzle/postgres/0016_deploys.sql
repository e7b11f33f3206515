-- Deploys and their logs, where DATABASE_URL is set: the same columns as in SQLite (drizzle/sqlite), times in epoch ms. No reference to
-- organizations and no foreign key at all, so that the tables can be distributed by org_id (docs/decisions/0115).
CREATE TABLE "deploys" (
	"org_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"service" text NOT NULL,
	"environment" text,
	"version" text,
	"commit_sha" text,
	"branch" text,
	"commit_message" text,
	"author" text,
	"commit_url" text,
	"url" text,
	"status" text NOT NULL,
	"started_at" bigint NOT NULL,
	"last_append_at" bigint NOT NULL,
	"finished_at" bigint,
	"exit_code" bigint,
	"size" bigint DEFAULT 0 NOT NULL,
	"lines" bigint DEFAULT 0 NOT NULL,
	"mid_line" boolean DEFAULT false NOT NULL,
	"cut_at" bigint,
	"idempotency_key" text,
	"merged" boolean DEFAULT false NOT NULL,
	PRIMARY KEY ("org_id", "id")
) WITH (fillfactor = 70);--> statement-breakpoint
CREATE UNIQUE INDEX "deploys_idempotency_key" ON "deploys" ("org_id", "idempotency_key");--> statement-breakpoint
CREATE INDEX "deploys_service" ON "deploys" ("org_id", "service", "id");--> statement-breakpoint
CREATE INDEX "deploys_running" ON "deploys" ("id") WHERE status = 'running';--> statement-breakpoint
CREATE INDEX "deploys_unmerged" ON "deploys" ("id") WHERE NOT merged AND status <> 'running';--> statement-breakpoint
CREATE TABLE "deploy_chunks" (
	"org_id" uuid NOT NULL,
	"deploy_id" uuid NOT NULL,
	"offset" bigint NOT NULL,
	"first_line" bigint NOT NULL,
	"flushed_at" bigint NOT NULL,
	"times" text,
	"data" bytea NOT NULL,
	PRIMARY KEY ("org_id", "deploy_id", "offset")
);--> statement-breakpoint
-- Deploys that are gone for everyone and whose logs are being deleted.
CREATE TABLE "removed_deploys" (
	"org_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	PRIMARY KEY ("org_id", "id")
);
