ALTER TABLE "organizations" ADD COLUMN "reads_text" boolean DEFAULT true NOT NULL;
