-- Organizations that are gone already have lost their names.
ALTER TABLE "deleted_organizations" ADD COLUMN "name" text NOT NULL DEFAULT '', ADD COLUMN "slug" text NOT NULL DEFAULT '';--> statement-breakpoint
ALTER TABLE "deleted_organizations" ALTER COLUMN "name" DROP DEFAULT, ALTER COLUMN "slug" DROP DEFAULT;--> statement-breakpoint
CREATE INDEX "rate_limits_ends_at_index" ON "rate_limits" USING btree ("ends_at");
