ALTER TABLE "organizations" ADD COLUMN "deploy_days" integer DEFAULT 365 NOT NULL;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "deploys_kept" integer DEFAULT 10 NOT NULL;