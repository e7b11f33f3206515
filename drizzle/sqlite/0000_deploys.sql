CREATE TABLE `deploy_chunks` (
	`deploy_id` text NOT NULL,
	`offset` integer NOT NULL,
	`first_line` integer NOT NULL,
	`flushed_at` integer NOT NULL,
	`times` text,
	`data` blob NOT NULL,
	PRIMARY KEY(`deploy_id`, `offset`),
	FOREIGN KEY (`deploy_id`) REFERENCES `deploys`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `deploys` (
	`id` text PRIMARY KEY NOT NULL,
	`org_id` text NOT NULL,
	`service` text NOT NULL,
	`environment` text,
	`version` text,
	`commit_sha` text,
	`branch` text,
	`commit_message` text,
	`author` text,
	`commit_url` text,
	`url` text,
	`status` text NOT NULL,
	`started_at` integer NOT NULL,
	`last_append_at` integer NOT NULL,
	`finished_at` integer,
	`exit_code` integer,
	`size` integer DEFAULT 0 NOT NULL,
	`lines` integer DEFAULT 0 NOT NULL,
	`mid_line` integer DEFAULT false NOT NULL,
	`cut_at` integer,
	`idempotency_key` text,
	`merged` integer DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE INDEX `deploys_org_id` ON `deploys` (`org_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `deploys_idempotency_key` ON `deploys` (`org_id`,`idempotency_key`);--> statement-breakpoint
CREATE INDEX `deploys_service` ON `deploys` (`org_id`,`service`,`id`);--> statement-breakpoint
CREATE INDEX `deploys_running` ON `deploys` (`id`) WHERE status = 'running';--> statement-breakpoint
CREATE INDEX `deploys_unmerged` ON `deploys` (`id`) WHERE merged = 0 AND status <> 'running';--> statement-breakpoint
CREATE VIEW `deploy_logs` AS 
	SELECT id AS deploy_id, coalesce((
		SELECT group_concat(CAST(data AS TEXT), '' ORDER BY "offset") FROM deploy_chunks WHERE deploy_id = deploys.id
	), '') AS logs FROM deploys;