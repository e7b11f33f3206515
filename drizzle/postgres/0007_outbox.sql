CREATE TABLE "outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"lane" text,
	"payload" jsonb NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone,
	"last_error" text,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "email_tokens" DROP CONSTRAINT "email_tokens_pkey";--> statement-breakpoint
ALTER TABLE "email_tokens" ALTER COLUMN "hash" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "email_tokens" ADD COLUMN "id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL;--> statement-breakpoint
ALTER TABLE "invitations" ADD COLUMN "mail_hash" text;--> statement-breakpoint
CREATE INDEX "outbox_kind_due_at" ON "outbox" USING btree ("kind","due_at");--> statement-breakpoint
CREATE INDEX "outbox_lane" ON "outbox" USING btree ("lane","id");--> statement-breakpoint
ALTER TABLE "email_tokens" ADD CONSTRAINT "email_tokens_hash_unique" UNIQUE("hash");--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_mail_hash_unique" UNIQUE("mail_hash");