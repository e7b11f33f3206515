CREATE TABLE "form_submissions" (
	"hash" text PRIMARY KEY NOT NULL,
	"seed" text NOT NULL,
	"result" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "form_submissions_created_at_index" ON "form_submissions" USING btree ("created_at");
