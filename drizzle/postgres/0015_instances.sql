CREATE TABLE "instances" (
	"id" uuid PRIMARY KEY NOT NULL,
	"address" text NOT NULL,
	"version" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"seen_at" timestamp with time zone NOT NULL,
	"streams" integer NOT NULL,
	"lines_per_second" double precision NOT NULL,
	"behind_ms" integer NOT NULL,
	"clock_ms" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "upkeep_tasks" (
	"name" text PRIMARY KEY NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"holder" uuid
);
--> statement-breakpoint
CREATE INDEX "instances_seen_at" ON "instances" USING btree ("seen_at");
