-- Orders that are parts of others, wait for others or for a time, and carry out an instruction.

ALTER TABLE command.task
    ADD COLUMN parent_id       uuid REFERENCES command.task,
    ADD COLUMN joint           boolean NOT NULL DEFAULT false,
    ADD COLUMN instruction_id  uuid,
    ADD COLUMN after           uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN start_at        timestamptz,
    ADD COLUMN evidence        text[] NOT NULL DEFAULT '{}',
    ADD COLUMN priority        text NOT NULL DEFAULT 'normal' CHECK (priority IN ('life', 'urgent', 'normal'));
CREATE INDEX task_parent ON command.task (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX task_instruction ON command.task (instruction_id) WHERE instruction_id IS NOT NULL;
CREATE INDEX task_waits_for ON command.task USING gin (after) WHERE state = 'waiting';
