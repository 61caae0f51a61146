CREATE TABLE "accounts" (
	id INTEGER NOT NULL,
	channel VARCHAR NOT NULL,
	address VARCHAR NOT NULL,
	resident_id INTEGER,
	language VARCHAR NOT NULL,
	state VARCHAR,
	data TEXT NOT NULL,
	reachable BOOLEAN NOT NULL,
	created_at DATETIME NOT NULL,
	phone VARCHAR,
	heard_at DATETIME,
	spared_until DATETIME,
	preferred BOOLEAN NOT NULL,
	marketing_off BOOLEAN NOT NULL,
	shared BOOLEAN NOT NULL,
	speaking_id INTEGER,
	CONSTRAINT fk_accounts_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT fk_accounts_speaking_id_residents FOREIGN KEY(speaking_id) REFERENCES residents (id),
	CONSTRAINT pk_accounts PRIMARY KEY (id),
	CONSTRAINT uq_accounts_channel_address UNIQUE (channel, address)
);

CREATE TABLE agenda_items (
	id INTEGER NOT NULL,
	meeting_id INTEGER NOT NULL,
	position INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	title VARCHAR NOT NULL,
	about TEXT NOT NULL,
	state VARCHAR NOT NULL,
	poll_id INTEGER,
	minutes_of INTEGER,
	notes TEXT NOT NULL,
	changed_at DATETIME,
	made_by INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	settled_at DATETIME,
	CONSTRAINT ck_agenda_items_ck_agenda_items_kind CHECK (kind IN ('topic', 'motion', 'minutes')),
	CONSTRAINT fk_agenda_items_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT fk_agenda_items_meeting_id_meetings FOREIGN KEY(meeting_id) REFERENCES meetings (id),
	CONSTRAINT fk_agenda_items_minutes_of_meetings FOREIGN KEY(minutes_of) REFERENCES meetings (id),
	CONSTRAINT fk_agenda_items_poll_id_polls FOREIGN KEY(poll_id) REFERENCES polls (id),
	CONSTRAINT pk_agenda_items PRIMARY KEY (id)
);

CREATE TABLE agenda_seconds (
	item_id INTEGER NOT NULL,
	resident_id INTEGER NOT NULL,
	at DATETIME NOT NULL,
	CONSTRAINT fk_agenda_seconds_item_id_agenda_items FOREIGN KEY(item_id) REFERENCES agenda_items (id),
	CONSTRAINT fk_agenda_seconds_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT pk_agenda_seconds PRIMARY KEY (item_id, resident_id)
);

CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE ballot_boxes (
	poll_id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	ballots TEXT NOT NULL,
	CONSTRAINT fk_ballot_boxes_poll_id_polls FOREIGN KEY(poll_id) REFERENCES polls (id),
	CONSTRAINT pk_ballot_boxes PRIMARY KEY (poll_id, number)
);

CREATE TABLE ballots (
	poll_id INTEGER NOT NULL,
	resident_id INTEGER NOT NULL,
	choice VARCHAR NOT NULL,
	cast_at DATETIME NOT NULL,
	CONSTRAINT fk_ballots_poll_id_polls FOREIGN KEY(poll_id) REFERENCES polls (id),
	CONSTRAINT fk_ballots_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT pk_ballots PRIMARY KEY (poll_id, resident_id)
);

CREATE TABLE batch_series (
	id INTEGER NOT NULL,
	item_id INTEGER NOT NULL,
	project_id INTEGER NOT NULL,
	quantity INTEGER NOT NULL,
	place VARCHAR NOT NULL,
	sharing VARCHAR NOT NULL,
	pattern VARCHAR NOT NULL,
	start INTEGER NOT NULL,
	length INTEGER NOT NULL,
	first_day DATE NOT NULL,
	last_day DATE,
	made_until DATE,
	made_by INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	ended_at DATETIME,
	CONSTRAINT fk_batch_series_item_id_items FOREIGN KEY(item_id) REFERENCES items (id),
	CONSTRAINT fk_batch_series_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT fk_batch_series_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id),
	CONSTRAINT pk_batch_series PRIMARY KEY (id)
);

CREATE TABLE batch_series_exceptions (
	series_id INTEGER NOT NULL,
	day DATE NOT NULL,
	made_by INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	CONSTRAINT fk_batch_series_exceptions_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT fk_batch_series_exceptions_series_id_batch_series FOREIGN KEY(series_id) REFERENCES batch_series (id),
	CONSTRAINT pk_batch_series_exceptions PRIMARY KEY (series_id, day)
);

CREATE TABLE batches (
	id INTEGER NOT NULL,
	item_id INTEGER NOT NULL,
	project_id INTEGER NOT NULL,
	quantity INTEGER NOT NULL,
	free INTEGER NOT NULL,
	shelf INTEGER NOT NULL,
	made_on DATE NOT NULL,
	best_before DATE,
	place VARCHAR NOT NULL,
	week DATE NOT NULL,
	ends_at DATETIME NOT NULL,
	sharing VARCHAR NOT NULL,
	precedence BOOLEAN NOT NULL,
	draw_at DATETIME,
	seed_hash VARCHAR NOT NULL,
	seed VARCHAR NOT NULL,
	drawn_at DATETIME,
	series_id INTEGER,
	series_day DATE,
	made_by INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	recalled_at DATETIME,
	recalled_by INTEGER,
	recall_reason VARCHAR NOT NULL,
	closed_at DATETIME,
	rest_at DATETIME,
	CONSTRAINT ck_batches_ck_batches_free CHECK (free >= 0 AND free <= shelf),
	CONSTRAINT fk_batches_item_id_items FOREIGN KEY(item_id) REFERENCES items (id),
	CONSTRAINT fk_batches_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT fk_batches_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id),
	CONSTRAINT fk_batches_recalled_by_residents FOREIGN KEY(recalled_by) REFERENCES residents (id),
	CONSTRAINT fk_batches_series_id_batch_series FOREIGN KEY(series_id) REFERENCES batch_series (id),
	CONSTRAINT pk_batches PRIMARY KEY (id),
	CONSTRAINT uq_batches_series_id_series_day UNIQUE (series_id, series_day)
);

CREATE TABLE boards (
	account_id INTEGER NOT NULL,
	title VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	updates BOOLEAN NOT NULL,
	added_at DATETIME NOT NULL,
	switched_by INTEGER,
	switched_at DATETIME,
	gone_at DATETIME,
	CONSTRAINT ck_boards_ck_boards_kind CHECK (kind IN ('group', 'channel')),
	CONSTRAINT fk_boards_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
	CONSTRAINT fk_boards_switched_by_residents FOREIGN KEY(switched_by) REFERENCES residents (id),
	CONSTRAINT pk_boards PRIMARY KEY (account_id)
);

CREATE TABLE broadcast_answers (
	broadcast_id INTEGER NOT NULL,
	resident_id INTEGER NOT NULL,
	answer VARCHAR NOT NULL,
	at DATETIME NOT NULL,
	CONSTRAINT ck_broadcast_answers_ck_broadcast_answers_answer CHECK (answer IN ('come', 'no')),
	CONSTRAINT fk_broadcast_answers_broadcast_id_broadcasts FOREIGN KEY(broadcast_id) REFERENCES broadcasts (id),
	CONSTRAINT fk_broadcast_answers_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT pk_broadcast_answers PRIMARY KEY (broadcast_id, resident_id)
);

CREATE TABLE broadcast_events (
	id INTEGER NOT NULL,
	broadcast_id INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	resident_id INTEGER,
	at DATETIME NOT NULL,
	detail VARCHAR NOT NULL,
	CONSTRAINT fk_broadcast_events_broadcast_id_broadcasts FOREIGN KEY(broadcast_id) REFERENCES broadcasts (id),
	CONSTRAINT fk_broadcast_events_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT pk_broadcast_events PRIMARY KEY (id)
);

CREATE TABLE broadcasts (
	id INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	topic VARCHAR NOT NULL,
	text TEXT NOT NULL,
	language VARCHAR NOT NULL,
	texts TEXT NOT NULL,
	picture_id INTEGER,
	audience TEXT NOT NULL,
	shift_id INTEGER,
	project_id INTEGER,
	made_by INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	state VARCHAR NOT NULL,
	needed INTEGER NOT NULL,
	due_at DATETIME NOT NULL,
	expires_at DATETIME,
	started_at DATETIME,
	people INTEGER NOT NULL,
	left_out INTEGER NOT NULL,
	ended_at DATETIME,
	why VARCHAR NOT NULL,
	card_said VARCHAR NOT NULL,
	card_at DATETIME,
	CONSTRAINT ck_broadcasts_ck_broadcasts_kind CHECK (kind IN ('message', 'task', 'update', 'emergency')),
	CONSTRAINT fk_broadcasts_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT fk_broadcasts_picture_id_pictures FOREIGN KEY(picture_id) REFERENCES pictures (id),
	CONSTRAINT fk_broadcasts_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id),
	CONSTRAINT fk_broadcasts_shift_id_shifts FOREIGN KEY(shift_id) REFERENCES shifts (id),
	CONSTRAINT pk_broadcasts PRIMARY KEY (id)
);

CREATE TABLE campaign_steps (
	id INTEGER NOT NULL,
	campaign_id INTEGER NOT NULL,
	position INTEGER NOT NULL,
	"key" VARCHAR NOT NULL,
	title VARCHAR NOT NULL,
	text TEXT NOT NULL,
	owner_id INTEGER,
	due DATE,
	state VARCHAR NOT NULL,
	reminded_at DATETIME,
	done_by INTEGER,
	done_at DATETIME,
	CONSTRAINT ck_campaign_steps_ck_campaign_steps_state CHECK (state IN ('open', 'done', 'skipped')),
	CONSTRAINT fk_campaign_steps_campaign_id_campaigns FOREIGN KEY(campaign_id) REFERENCES campaigns (id),
	CONSTRAINT fk_campaign_steps_done_by_residents FOREIGN KEY(done_by) REFERENCES residents (id),
	CONSTRAINT fk_campaign_steps_owner_id_residents FOREIGN KEY(owner_id) REFERENCES residents (id),
	CONSTRAINT pk_campaign_steps PRIMARY KEY (id)
);

CREATE TABLE campaigns (
	id INTEGER NOT NULL,
	round INTEGER NOT NULL,
	state VARCHAR NOT NULL,
	starts_on DATE NOT NULL,
	made_by INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	ended_at DATETIME,
	press TEXT NOT NULL,
	CONSTRAINT ck_campaigns_ck_campaigns_round CHECK (round BETWEEN 1 AND 3),
	CONSTRAINT ck_campaigns_ck_campaigns_state CHECK (state IN ('running', 'done', 'stopped')),
	CONSTRAINT fk_campaigns_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT pk_campaigns PRIMARY KEY (id)
);

CREATE TABLE claims (
	id INTEGER NOT NULL,
	batch_id INTEGER NOT NULL,
	resident_id INTEGER NOT NULL,
	household_id INTEGER,
	item_id INTEGER NOT NULL,
	week DATE NOT NULL,
	window_id INTEGER,
	state VARCHAR NOT NULL,
	amount INTEGER NOT NULL,
	handed INTEGER NOT NULL,
	wanted INTEGER NOT NULL,
	price INTEGER,
	code VARCHAR,
	helper_id INTEGER,
	number INTEGER,
	lost INTEGER NOT NULL,
	waiting_since DATETIME,
	made_at DATETIME NOT NULL,
	changed_at DATETIME NOT NULL,
	CONSTRAINT ck_claims_ck_claims_amount CHECK (state = 'held' OR amount = handed),
	CONSTRAINT ck_claims_ck_claims_handed CHECK (handed >= 0 AND handed <= amount),
	CONSTRAINT ck_claims_ck_claims_state CHECK ((state = 'held') = (code IS NOT NULL) AND (state IN ('entered', 'waiting')) = (wanted > 0)),
	CONSTRAINT ck_claims_ck_claims_wanted CHECK (wanted >= 0),
	CONSTRAINT fk_claims_batch_id_batches FOREIGN KEY(batch_id) REFERENCES batches (id),
	CONSTRAINT fk_claims_helper_id_residents FOREIGN KEY(helper_id) REFERENCES residents (id),
	CONSTRAINT fk_claims_household_id_households FOREIGN KEY(household_id) REFERENCES households (id) ON DELETE SET NULL,
	CONSTRAINT fk_claims_item_id_items FOREIGN KEY(item_id) REFERENCES items (id),
	CONSTRAINT fk_claims_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT fk_claims_window_id_pickup_windows FOREIGN KEY(window_id) REFERENCES pickup_windows (id),
	CONSTRAINT pk_claims PRIMARY KEY (id),
	CONSTRAINT uq_claims_batch_id_resident_id UNIQUE (batch_id, resident_id)
);

CREATE TABLE contests (
	id INTEGER NOT NULL,
	resident_id INTEGER NOT NULL,
	project_id INTEGER NOT NULL,
	shift_id INTEGER,
	report_id INTEGER,
	minutes INTEGER NOT NULL,
	note VARCHAR NOT NULL,
	first_by INTEGER NOT NULL,
	state VARCHAR NOT NULL,
	opened_at DATETIME NOT NULL,
	due_at DATETIME NOT NULL,
	escalated_at DATETIME,
	decided_by INTEGER,
	decided_at DATETIME,
	reason VARCHAR NOT NULL,
	CONSTRAINT ck_contests_ck_contests_decided_by_another CHECK (decided_by <> resident_id AND decided_by <> first_by),
	CONSTRAINT ck_contests_ck_contests_of_one CHECK ((shift_id IS NULL) <> (report_id IS NULL)),
	CONSTRAINT fk_contests_decided_by_residents FOREIGN KEY(decided_by) REFERENCES residents (id),
	CONSTRAINT fk_contests_first_by_residents FOREIGN KEY(first_by) REFERENCES residents (id),
	CONSTRAINT fk_contests_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id),
	CONSTRAINT fk_contests_report_id_hours_reports FOREIGN KEY(report_id) REFERENCES hours_reports (id),
	CONSTRAINT fk_contests_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT fk_contests_shift_id_shifts FOREIGN KEY(shift_id) REFERENCES shifts (id),
	CONSTRAINT pk_contests PRIMARY KEY (id)
);

CREATE TABLE cover_asks (
	call_id INTEGER NOT NULL,
	resident_id INTEGER NOT NULL,
	round INTEGER NOT NULL,
	asked_at DATETIME NOT NULL,
	answer VARCHAR NOT NULL,
	answered_at DATETIME,
	CONSTRAINT fk_cover_asks_call_id_cover_calls FOREIGN KEY(call_id) REFERENCES cover_calls (id),
	CONSTRAINT fk_cover_asks_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT pk_cover_asks PRIMARY KEY (call_id, resident_id)
);

CREATE TABLE cover_calls (
	id INTEGER NOT NULL,
	shift_id INTEGER NOT NULL,
	wanted INTEGER NOT NULL,
	rounds INTEGER NOT NULL,
	opened_at DATETIME NOT NULL,
	next_at DATETIME NOT NULL,
	closed_at DATETIME,
	outcome VARCHAR NOT NULL,
	CONSTRAINT fk_cover_calls_shift_id_shifts FOREIGN KEY(shift_id) REFERENCES shifts (id),
	CONSTRAINT pk_cover_calls PRIMARY KEY (id)
);

CREATE TABLE decisions (
	id INTEGER NOT NULL,
	title VARCHAR NOT NULL,
	text TEXT NOT NULL,
	folded TEXT NOT NULL,
	passed BOOLEAN NOT NULL,
	meeting_id INTEGER,
	item_id INTEGER,
	poll_id INTEGER,
	project_id INTEGER,
	made_by INTEGER NOT NULL,
	decided_at DATETIME NOT NULL,
	CONSTRAINT fk_decisions_item_id_agenda_items FOREIGN KEY(item_id) REFERENCES agenda_items (id),
	CONSTRAINT fk_decisions_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT fk_decisions_meeting_id_meetings FOREIGN KEY(meeting_id) REFERENCES meetings (id),
	CONSTRAINT fk_decisions_poll_id_polls FOREIGN KEY(poll_id) REFERENCES polls (id),
	CONSTRAINT fk_decisions_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id),
	CONSTRAINT pk_decisions PRIMARY KEY (id),
	CONSTRAINT uq_decisions_poll_id UNIQUE (poll_id)
);

CREATE TABLE deeds (
	id INTEGER NOT NULL,
	resident_id INTEGER NOT NULL,
	steward_id INTEGER NOT NULL,
	what VARCHAR NOT NULL,
	at DATETIME NOT NULL,
	CONSTRAINT fk_deeds_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT fk_deeds_steward_id_residents FOREIGN KEY(steward_id) REFERENCES residents (id),
	CONSTRAINT pk_deeds PRIMARY KEY (id)
);

CREATE TABLE draws (
	batch_id INTEGER NOT NULL,
	document TEXT NOT NULL,
	drawn_at DATETIME NOT NULL,
	CONSTRAINT fk_draws_batch_id_batches FOREIGN KEY(batch_id) REFERENCES batches (id),
	CONSTRAINT pk_draws PRIMARY KEY (batch_id)
);

CREATE TABLE exemptions (
	id INTEGER NOT NULL,
	resident_id INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	from_week DATE NOT NULL,
	until_week DATE NOT NULL,
	state VARCHAR NOT NULL,
	asked_at DATETIME NOT NULL,
	decided_by INTEGER,
	decided_at DATETIME,
	CONSTRAINT ck_exemptions_ck_exemptions_kind CHECK (kind IN ('age', 'illness', 'pregnancy', 'care')),
	CONSTRAINT ck_exemptions_ck_exemptions_span CHECK (until_week >= from_week),
	CONSTRAINT ck_exemptions_ck_exemptions_state CHECK (state IN ('asked', 'approved', 'declined', 'withdrawn')),
	CONSTRAINT fk_exemptions_decided_by_residents FOREIGN KEY(decided_by) REFERENCES residents (id),
	CONSTRAINT fk_exemptions_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT pk_exemptions PRIMARY KEY (id)
);

CREATE TABLE follow_ups (
	id INTEGER NOT NULL,
	meeting_id INTEGER NOT NULL,
	item_id INTEGER,
	decision_id INTEGER,
	text VARCHAR NOT NULL,
	owner_id INTEGER,
	due DATE,
	shift_id INTEGER,
	state VARCHAR NOT NULL,
	note VARCHAR NOT NULL,
	made_by INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	reminded_at DATETIME,
	done_at DATETIME,
	done_by INTEGER,
	CONSTRAINT ck_follow_ups_ck_follow_ups_state CHECK (state IN ('open', 'done', 'dropped')),
	CONSTRAINT fk_follow_ups_decision_id_decisions FOREIGN KEY(decision_id) REFERENCES decisions (id),
	CONSTRAINT fk_follow_ups_done_by_residents FOREIGN KEY(done_by) REFERENCES residents (id),
	CONSTRAINT fk_follow_ups_item_id_agenda_items FOREIGN KEY(item_id) REFERENCES agenda_items (id),
	CONSTRAINT fk_follow_ups_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT fk_follow_ups_meeting_id_meetings FOREIGN KEY(meeting_id) REFERENCES meetings (id),
	CONSTRAINT fk_follow_ups_owner_id_residents FOREIGN KEY(owner_id) REFERENCES residents (id),
	CONSTRAINT fk_follow_ups_shift_id_shifts FOREIGN KEY(shift_id) REFERENCES shifts (id),
	CONSTRAINT pk_follow_ups PRIMARY KEY (id)
);

CREATE TABLE "hours_entries" (
	id INTEGER NOT NULL,
	"key" VARCHAR NOT NULL,
	resident_id INTEGER NOT NULL,
	week DATE NOT NULL,
	minutes INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	shift_id INTEGER,
	reverses_id INTEGER,
	reason VARCHAR NOT NULL,
	confirmed_by INTEGER NOT NULL,
	confirmed_at DATETIME NOT NULL,
	report_id INTEGER,
	CONSTRAINT ck_hours_entries_ck_hours_entries_confirmed_by_another CHECK (confirmed_by <> resident_id),
	CONSTRAINT ck_hours_entries_kind CHECK (kind IN ('shift', 'report', 'reversal', 'correction')),
	CONSTRAINT fk_hours_entries_confirmed_by_residents FOREIGN KEY(confirmed_by) REFERENCES residents (id),
	CONSTRAINT fk_hours_entries_report_id_hours_reports FOREIGN KEY(report_id) REFERENCES hours_reports (id),
	CONSTRAINT fk_hours_entries_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT fk_hours_entries_reverses_id_hours_entries FOREIGN KEY(reverses_id) REFERENCES hours_entries (id),
	CONSTRAINT fk_hours_entries_shift_id_shifts FOREIGN KEY(shift_id) REFERENCES shifts (id),
	CONSTRAINT pk_hours_entries PRIMARY KEY (id),
	CONSTRAINT uq_hours_entries_key UNIQUE ("key")
);

CREATE TABLE hours_reports (
	id INTEGER NOT NULL,
	resident_id INTEGER NOT NULL,
	project_id INTEGER NOT NULL,
	witness_id INTEGER,
	day DATE NOT NULL,
	week DATE NOT NULL,
	minutes INTEGER NOT NULL,
	what VARCHAR NOT NULL,
	state VARCHAR NOT NULL,
	made_at DATETIME NOT NULL,
	decided_by INTEGER,
	decided_at DATETIME,
	reason VARCHAR NOT NULL,
	reminded_at DATETIME,
	escalated_at DATETIME,
	CONSTRAINT ck_hours_reports_ck_hours_reports_decided_by_another CHECK (decided_by <> resident_id),
	CONSTRAINT ck_hours_reports_ck_hours_reports_minutes CHECK (minutes > 0),
	CONSTRAINT ck_hours_reports_ck_hours_reports_seen_by_another CHECK (witness_id <> resident_id),
	CONSTRAINT fk_hours_reports_decided_by_residents FOREIGN KEY(decided_by) REFERENCES residents (id),
	CONSTRAINT fk_hours_reports_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id),
	CONSTRAINT fk_hours_reports_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT fk_hours_reports_witness_id_residents FOREIGN KEY(witness_id) REFERENCES residents (id),
	CONSTRAINT pk_hours_reports PRIMARY KEY (id)
);

CREATE TABLE households (
	id INTEGER NOT NULL,
	street VARCHAR NOT NULL,
	meter VARCHAR,
	code VARCHAR NOT NULL,
	made_at DATETIME NOT NULL,
	CONSTRAINT pk_households PRIMARY KEY (id),
	CONSTRAINT uq_households_code UNIQUE (code),
	CONSTRAINT uq_households_meter UNIQUE (meter)
);

CREATE TABLE inbox (
	channel VARCHAR NOT NULL,
	"key" VARCHAR NOT NULL,
	account_id INTEGER NOT NULL,
	replies TEXT NOT NULL,
	at DATETIME NOT NULL,
	CONSTRAINT fk_inbox_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
	CONSTRAINT pk_inbox PRIMARY KEY (channel, "key")
);

CREATE TABLE items (
	id INTEGER NOT NULL,
	name VARCHAR NOT NULL,
	names TEXT NOT NULL,
	unit VARCHAR NOT NULL,
	step INTEGER NOT NULL,
	allowance INTEGER,
	home_allowance INTEGER,
	price INTEGER,
	sharing VARCHAR NOT NULL,
	picture_id INTEGER,
	retired_at DATETIME,
	made_by INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	CONSTRAINT ck_items_ck_items_allowances CHECK (allowance > 0 AND home_allowance > 0),
	CONSTRAINT ck_items_ck_items_price CHECK (price >= 0),
	CONSTRAINT ck_items_ck_items_step CHECK (step > 0),
	CONSTRAINT fk_items_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT fk_items_picture_id_pictures FOREIGN KEY(picture_id) REFERENCES pictures (id),
	CONSTRAINT pk_items PRIMARY KEY (id),
	CONSTRAINT uq_items_name UNIQUE (name)
);

CREATE TABLE link_codes (
	digest VARCHAR NOT NULL,
	resident_id INTEGER NOT NULL,
	account_id INTEGER NOT NULL,
	expires_at DATETIME NOT NULL,
	used_at DATETIME,
	used_by INTEGER,
	CONSTRAINT fk_link_codes_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
	CONSTRAINT fk_link_codes_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT fk_link_codes_used_by_accounts FOREIGN KEY(used_by) REFERENCES accounts (id),
	CONSTRAINT pk_link_codes PRIMARY KEY (digest)
);

CREATE TABLE meeting_people (
	meeting_id INTEGER NOT NULL,
	resident_id INTEGER NOT NULL,
	coming VARCHAR NOT NULL,
	people INTEGER NOT NULL,
	answered_at DATETIME,
	here_at DATETIME,
	noted_by INTEGER,
	CONSTRAINT ck_meeting_people_ck_meeting_people_coming CHECK (coming IN ('', 'yes', 'no', 'maybe')),
	CONSTRAINT ck_meeting_people_ck_meeting_people_people CHECK (people > 0),
	CONSTRAINT fk_meeting_people_meeting_id_meetings FOREIGN KEY(meeting_id) REFERENCES meetings (id),
	CONSTRAINT fk_meeting_people_noted_by_residents FOREIGN KEY(noted_by) REFERENCES residents (id),
	CONSTRAINT fk_meeting_people_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT pk_meeting_people PRIMARY KEY (meeting_id, resident_id)
);

CREATE TABLE meetings (
	id INTEGER NOT NULL,
	title VARCHAR NOT NULL,
	about TEXT NOT NULL,
	place VARCHAR NOT NULL,
	link VARCHAR NOT NULL,
	starts_at DATETIME,
	length INTEGER NOT NULL,
	audience VARCHAR NOT NULL,
	benefits_only BOOLEAN NOT NULL,
	quorum INTEGER NOT NULL,
	quorum_people BOOLEAN NOT NULL,
	project_id INTEGER,
	secretary_id INTEGER,
	checkin_key VARCHAR,
	invited INTEGER NOT NULL,
	made_by INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	called_at DATETIME,
	early_at DATETIME,
	late_at DATETIME,
	opened_at DATETIME,
	closed_at DATETIME,
	cancelled_at DATETIME,
	minutes TEXT NOT NULL,
	published_at DATETIME,
	approved_at DATETIME,
	changed_at DATETIME,
	corrections TEXT NOT NULL,
	CONSTRAINT ck_meetings_ck_meetings_length CHECK (length > 0),
	CONSTRAINT ck_meetings_ck_meetings_quorum CHECK (quorum >= 0),
	CONSTRAINT fk_meetings_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT fk_meetings_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id),
	CONSTRAINT fk_meetings_secretary_id_residents FOREIGN KEY(secretary_id) REFERENCES residents (id),
	CONSTRAINT pk_meetings PRIMARY KEY (id)
);

CREATE TABLE merge_changes (
	id INTEGER NOT NULL,
	merge_id INTEGER NOT NULL,
	table_name VARCHAR NOT NULL,
	what VARCHAR NOT NULL,
	row_key TEXT NOT NULL,
	"before" TEXT NOT NULL,
	CONSTRAINT fk_merge_changes_merge_id_merges FOREIGN KEY(merge_id) REFERENCES merges (id),
	CONSTRAINT pk_merge_changes PRIMARY KEY (id)
);

CREATE TABLE merges (
	id INTEGER NOT NULL,
	kept_id INTEGER NOT NULL,
	gone_id INTEGER NOT NULL,
	account_id INTEGER NOT NULL,
	at DATETIME NOT NULL,
	undone_at DATETIME,
	undone_by INTEGER,
	CONSTRAINT ck_merges_ck_merges_two CHECK (kept_id <> gone_id),
	CONSTRAINT fk_merges_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
	CONSTRAINT fk_merges_gone_id_residents FOREIGN KEY(gone_id) REFERENCES residents (id),
	CONSTRAINT fk_merges_kept_id_residents FOREIGN KEY(kept_id) REFERENCES residents (id),
	CONSTRAINT fk_merges_undone_by_residents FOREIGN KEY(undone_by) REFERENCES residents (id),
	CONSTRAINT pk_merges PRIMARY KEY (id)
);

CREATE TABLE message_statuses (
	reference VARCHAR NOT NULL,
	status VARCHAR NOT NULL,
	row_id INTEGER,
	at DATETIME NOT NULL,
	code INTEGER,
	detail VARCHAR NOT NULL,
	CONSTRAINT pk_message_statuses PRIMARY KEY (reference, status)
);

CREATE TABLE meter_files (
	id INTEGER NOT NULL,
	week DATE NOT NULL,
	number INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	made_by INTEGER,
	lines INTEGER NOT NULL,
	content TEXT NOT NULL,
	CONSTRAINT fk_meter_files_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT pk_meter_files PRIMARY KEY (id),
	CONSTRAINT uq_meter_files_week_number UNIQUE (week, number)
);

CREATE TABLE meter_lines (
	week DATE NOT NULL,
	meter VARCHAR NOT NULL,
	entitled BOOLEAN NOT NULL,
	reason VARCHAR NOT NULL,
	file_id INTEGER NOT NULL,
	CONSTRAINT fk_meter_lines_file_id_meter_files FOREIGN KEY(file_id) REFERENCES meter_files (id),
	CONSTRAINT pk_meter_lines PRIMARY KEY (week, meter)
);

CREATE TABLE meter_members (
	week DATE NOT NULL,
	meter VARCHAR NOT NULL,
	resident_id INTEGER NOT NULL,
	CONSTRAINT fk_meter_members_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT pk_meter_members PRIMARY KEY (week, meter, resident_id)
);

CREATE TABLE money_accounts (
	id INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	project_id INTEGER NOT NULL,
	CONSTRAINT ck_money_accounts_ck_money_accounts_kind CHECK (kind IN ('cash', 'sales')),
	CONSTRAINT fk_money_accounts_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id),
	CONSTRAINT pk_money_accounts PRIMARY KEY (id),
	CONSTRAINT uq_money_accounts_kind_project_id UNIQUE (kind, project_id)
);

CREATE TABLE money_entries (
	id INTEGER NOT NULL,
	"key" VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	day DATE NOT NULL,
	at DATETIME NOT NULL,
	debit_id INTEGER NOT NULL,
	credit_id INTEGER NOT NULL,
	amount INTEGER NOT NULL,
	currency VARCHAR NOT NULL,
	batch_id INTEGER,
	claim_id INTEGER,
	quantity INTEGER NOT NULL,
	customer VARCHAR NOT NULL,
	reverses_id INTEGER,
	reason VARCHAR NOT NULL,
	made_by INTEGER NOT NULL,
	CONSTRAINT ck_money_entries_ck_money_entries_amount CHECK (amount > 0),
	CONSTRAINT ck_money_entries_ck_money_entries_kind CHECK (kind IN ('sale', 'refund', 'correction')),
	CONSTRAINT ck_money_entries_ck_money_entries_two_accounts CHECK (debit_id <> credit_id),
	CONSTRAINT fk_money_entries_batch_id_batches FOREIGN KEY(batch_id) REFERENCES batches (id),
	CONSTRAINT fk_money_entries_claim_id_claims FOREIGN KEY(claim_id) REFERENCES claims (id),
	CONSTRAINT fk_money_entries_credit_id_money_accounts FOREIGN KEY(credit_id) REFERENCES money_accounts (id),
	CONSTRAINT fk_money_entries_debit_id_money_accounts FOREIGN KEY(debit_id) REFERENCES money_accounts (id),
	CONSTRAINT fk_money_entries_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT fk_money_entries_reverses_id_money_entries FOREIGN KEY(reverses_id) REFERENCES money_entries (id),
	CONSTRAINT pk_money_entries PRIMARY KEY (id),
	CONSTRAINT uq_money_entries_key UNIQUE ("key"),
	CONSTRAINT uq_money_entries_reverses_id UNIQUE (reverses_id)
);

CREATE TABLE mutes (
	resident_id INTEGER NOT NULL,
	topic VARCHAR NOT NULL,
	how VARCHAR NOT NULL,
	at DATETIME NOT NULL,
	CONSTRAINT fk_mutes_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT pk_mutes PRIMARY KEY (resident_id, topic)
);

CREATE TABLE need_lines (
	resident_id INTEGER NOT NULL,
	item_id INTEGER NOT NULL,
	amount INTEGER NOT NULL,
	CONSTRAINT ck_need_lines_ck_need_lines_amount CHECK (amount >= 0),
	CONSTRAINT fk_need_lines_item_id_items FOREIGN KEY(item_id) REFERENCES items (id),
	CONSTRAINT fk_need_lines_resident_id_needs FOREIGN KEY(resident_id) REFERENCES needs (resident_id),
	CONSTRAINT pk_need_lines PRIMARY KEY (resident_id, item_id)
);

CREATE TABLE needs (
	resident_id INTEGER NOT NULL,
	household_id INTEGER,
	people INTEGER NOT NULL,
	answered_at DATETIME NOT NULL,
	CONSTRAINT ck_needs_ck_needs_people CHECK (people > 0),
	CONSTRAINT fk_needs_household_id_households FOREIGN KEY(household_id) REFERENCES households (id) ON DELETE SET NULL,
	CONSTRAINT fk_needs_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT pk_needs PRIMARY KEY (resident_id)
);

CREATE TABLE "outbox" (
	id INTEGER NOT NULL,
	resident_id INTEGER,
	notice VARCHAR NOT NULL,
	fields TEXT NOT NULL,
	dedupe_key VARCHAR NOT NULL,
	subject VARCHAR NOT NULL,
	priority INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	due_at DATETIME NOT NULL,
	expires_at DATETIME,
	state VARCHAR NOT NULL,
	attempts INTEGER NOT NULL,
	taken_at DATETIME,
	sent_at DATETIME,
	account_id INTEGER,
	reference VARCHAR NOT NULL,
	detail VARCHAR NOT NULL,
	group_id INTEGER,
	broadcast_id INTEGER,
	delivered_at DATETIME,
	read_at DATETIME,
	template VARCHAR NOT NULL,
	CONSTRAINT ck_outbox_to_one CHECK ((resident_id IS NULL) <> (group_id IS NULL)),
	CONSTRAINT fk_outbox_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
	CONSTRAINT fk_outbox_broadcast_id_broadcasts FOREIGN KEY(broadcast_id) REFERENCES broadcasts (id),
	CONSTRAINT fk_outbox_group_id_accounts FOREIGN KEY(group_id) REFERENCES accounts (id),
	CONSTRAINT fk_outbox_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT pk_outbox PRIMARY KEY (id),
	CONSTRAINT uq_outbox_dedupe_key UNIQUE (dedupe_key)
);

CREATE TABLE paper_ballots (
	id INTEGER NOT NULL,
	poll_id INTEGER NOT NULL,
	resident_id INTEGER,
	choice VARCHAR NOT NULL,
	entered_by INTEGER NOT NULL,
	CONSTRAINT fk_paper_ballots_entered_by_residents FOREIGN KEY(entered_by) REFERENCES residents (id),
	CONSTRAINT fk_paper_ballots_poll_id_polls FOREIGN KEY(poll_id) REFERENCES polls (id),
	CONSTRAINT fk_paper_ballots_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT pk_paper_ballots PRIMARY KEY (id)
);

CREATE TABLE pickup_windows (
	id INTEGER NOT NULL,
	batch_id INTEGER NOT NULL,
	starts_at DATETIME NOT NULL,
	ends_at DATETIME NOT NULL,
	late BOOLEAN NOT NULL,
	reminded_at DATETIME,
	settled_at DATETIME,
	CONSTRAINT ck_pickup_windows_ck_pickup_windows_span CHECK (ends_at > starts_at),
	CONSTRAINT fk_pickup_windows_batch_id_batches FOREIGN KEY(batch_id) REFERENCES batches (id),
	CONSTRAINT pk_pickup_windows PRIMARY KEY (id)
);

CREATE TABLE pictures (
	id INTEGER NOT NULL,
	digest VARCHAR NOT NULL,
	media_type VARCHAR NOT NULL,
	content BLOB NOT NULL,
	made_by INTEGER,
	made_at DATETIME NOT NULL,
	CONSTRAINT fk_pictures_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT pk_pictures PRIMARY KEY (id),
	CONSTRAINT uq_pictures_digest UNIQUE (digest)
);

CREATE TABLE plan_lines (
	plan_id INTEGER NOT NULL,
	shift_id INTEGER NOT NULL,
	resident_id INTEGER NOT NULL,
	skill_id INTEGER,
	learner BOOLEAN NOT NULL,
	state VARCHAR NOT NULL,
	why TEXT NOT NULL,
	CONSTRAINT fk_plan_lines_plan_id_plans FOREIGN KEY(plan_id) REFERENCES plans (id),
	CONSTRAINT fk_plan_lines_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT fk_plan_lines_shift_id_shifts FOREIGN KEY(shift_id) REFERENCES shifts (id),
	CONSTRAINT fk_plan_lines_skill_id_topics FOREIGN KEY(skill_id) REFERENCES topics (id),
	CONSTRAINT pk_plan_lines PRIMARY KEY (plan_id, shift_id, resident_id)
);

CREATE TABLE plans (
	id INTEGER NOT NULL,
	project_id INTEGER NOT NULL,
	week DATE NOT NULL,
	state VARCHAR NOT NULL,
	wanted_by INTEGER NOT NULL,
	wanted_at DATETIME NOT NULL,
	made_at DATETIME,
	sent_at DATETIME,
	found TEXT NOT NULL,
	detail VARCHAR NOT NULL,
	CONSTRAINT fk_plans_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id),
	CONSTRAINT fk_plans_wanted_by_residents FOREIGN KEY(wanted_by) REFERENCES residents (id),
	CONSTRAINT pk_plans PRIMARY KEY (id)
);

CREATE TABLE poll_cards (
	id INTEGER NOT NULL,
	poll_id INTEGER NOT NULL,
	account_id INTEGER NOT NULL,
	message VARCHAR NOT NULL,
	voted INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	changed_at DATETIME NOT NULL,
	done_at DATETIME,
	CONSTRAINT fk_poll_cards_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
	CONSTRAINT fk_poll_cards_poll_id_polls FOREIGN KEY(poll_id) REFERENCES polls (id),
	CONSTRAINT pk_poll_cards PRIMARY KEY (id)
);

CREATE TABLE poll_electors (
	poll_id INTEGER NOT NULL,
	resident_id INTEGER NOT NULL,
	how VARCHAR NOT NULL,
	"by" INTEGER,
	unconfirmed BOOLEAN NOT NULL,
	confirmed_by INTEGER,
	CONSTRAINT fk_poll_electors_by_residents FOREIGN KEY("by") REFERENCES residents (id),
	CONSTRAINT fk_poll_electors_confirmed_by_residents FOREIGN KEY(confirmed_by) REFERENCES residents (id),
	CONSTRAINT fk_poll_electors_poll_id_polls FOREIGN KEY(poll_id) REFERENCES polls (id),
	CONSTRAINT fk_poll_electors_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT pk_poll_electors PRIMARY KEY (poll_id, resident_id)
);

CREATE TABLE poll_proxies (
	id INTEGER NOT NULL,
	giver_id INTEGER NOT NULL,
	holder_id INTEGER NOT NULL,
	poll_id INTEGER,
	slot INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	ended_at DATETIME,
	ended_by INTEGER,
	CONSTRAINT ck_poll_proxies_ck_poll_proxies_other CHECK (giver_id <> holder_id),
	CONSTRAINT fk_poll_proxies_ended_by_residents FOREIGN KEY(ended_by) REFERENCES residents (id),
	CONSTRAINT fk_poll_proxies_giver_id_residents FOREIGN KEY(giver_id) REFERENCES residents (id),
	CONSTRAINT fk_poll_proxies_holder_id_residents FOREIGN KEY(holder_id) REFERENCES residents (id),
	CONSTRAINT fk_poll_proxies_poll_id_polls FOREIGN KEY(poll_id) REFERENCES polls (id),
	CONSTRAINT pk_poll_proxies PRIMARY KEY (id)
);

CREATE TABLE poll_tellers (
	poll_id INTEGER NOT NULL,
	resident_id INTEGER NOT NULL,
	named_by INTEGER NOT NULL,
	CONSTRAINT fk_poll_tellers_named_by_residents FOREIGN KEY(named_by) REFERENCES residents (id),
	CONSTRAINT fk_poll_tellers_poll_id_polls FOREIGN KEY(poll_id) REFERENCES polls (id),
	CONSTRAINT fk_poll_tellers_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT pk_poll_tellers PRIMARY KEY (poll_id, resident_id)
);

CREATE TABLE polls (
	id INTEGER NOT NULL,
	question VARCHAR NOT NULL,
	about TEXT NOT NULL,
	words TEXT NOT NULL,
	options TEXT NOT NULL,
	kind VARCHAR NOT NULL,
	secret BOOLEAN NOT NULL,
	hidden BOOLEAN NOT NULL,
	points INTEGER NOT NULL,
	most INTEGER NOT NULL,
	audience VARCHAR NOT NULL,
	benefits_only BOOLEAN NOT NULL,
	quorum INTEGER NOT NULL,
	quorum_people BOOLEAN NOT NULL,
	threshold VARCHAR NOT NULL,
	of_electorate BOOLEAN NOT NULL,
	proxies BOOLEAN NOT NULL,
	project_id INTEGER,
	meeting_id INTEGER,
	subject VARCHAR NOT NULL,
	made_by INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	opens_at DATETIME NOT NULL,
	closes_at DATETIME,
	opened_at DATETIME,
	reminded_at DATETIME,
	closed_at DATETIME,
	cancelled_at DATETIME,
	electorate INTEGER NOT NULL,
	boxes INTEGER NOT NULL,
	papers INTEGER NOT NULL,
	outcome VARCHAR NOT NULL,
	winners VARCHAR NOT NULL,
	tally TEXT NOT NULL,
	digest VARCHAR NOT NULL,
	scrubbed_at DATETIME,
	CONSTRAINT ck_polls_ck_polls_kind CHECK (kind IN ('yesno', 'single', 'approval', 'ranked', 'points')),
	CONSTRAINT ck_polls_ck_polls_quorum CHECK (quorum >= 0),
	CONSTRAINT ck_polls_ck_polls_threshold CHECK (threshold IN ('simple', 'two_thirds', 'absolute')),
	CONSTRAINT fk_polls_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT fk_polls_meeting_id_meetings FOREIGN KEY(meeting_id) REFERENCES meetings (id),
	CONSTRAINT fk_polls_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id),
	CONSTRAINT pk_polls PRIMARY KEY (id)
);

CREATE TABLE poster_visits (
	account_id INTEGER NOT NULL,
	poster_id INTEGER NOT NULL,
	at DATETIME NOT NULL,
	CONSTRAINT fk_poster_visits_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
	CONSTRAINT fk_poster_visits_poster_id_posters FOREIGN KEY(poster_id) REFERENCES posters (id),
	CONSTRAINT pk_poster_visits PRIMARY KEY (account_id)
);

CREATE TABLE posters (
	id INTEGER NOT NULL,
	campaign_id INTEGER,
	code VARCHAR NOT NULL,
	place VARCHAR NOT NULL,
	headline VARCHAR NOT NULL,
	text TEXT NOT NULL,
	language VARCHAR NOT NULL,
	made_by INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	gone_at DATETIME,
	CONSTRAINT fk_posters_campaign_id_campaigns FOREIGN KEY(campaign_id) REFERENCES campaigns (id),
	CONSTRAINT fk_posters_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT pk_posters PRIMARY KEY (id),
	CONSTRAINT uq_posters_code UNIQUE (code)
);

CREATE TABLE projects (
	id INTEGER NOT NULL,
	name VARCHAR NOT NULL,
	place VARCHAR NOT NULL,
	interest_id INTEGER,
	archived_at DATETIME,
	created_at DATETIME NOT NULL,
	CONSTRAINT fk_projects_interest_id_topics FOREIGN KEY(interest_id) REFERENCES topics (id),
	CONSTRAINT pk_projects PRIMARY KEY (id),
	CONSTRAINT uq_projects_name UNIQUE (name)
);

CREATE TABLE recall_people (
	recall_id INTEGER NOT NULL,
	resident_id INTEGER NOT NULL,
	handed INTEGER NOT NULL,
	carried INTEGER NOT NULL,
	read_at DATETIME,
	told_by INTEGER,
	CONSTRAINT fk_recall_people_recall_id_recalls FOREIGN KEY(recall_id) REFERENCES recalls (id),
	CONSTRAINT fk_recall_people_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT fk_recall_people_told_by_residents FOREIGN KEY(told_by) REFERENCES residents (id),
	CONSTRAINT pk_recall_people PRIMARY KEY (recall_id, resident_id)
);

CREATE TABLE recalls (
	id INTEGER NOT NULL,
	batch_id INTEGER NOT NULL,
	reason VARCHAR NOT NULL,
	made_by INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	cleared_by INTEGER,
	cleared_at DATETIME,
	CONSTRAINT fk_recalls_batch_id_batches FOREIGN KEY(batch_id) REFERENCES batches (id),
	CONSTRAINT fk_recalls_cleared_by_residents FOREIGN KEY(cleared_by) REFERENCES residents (id),
	CONSTRAINT fk_recalls_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT pk_recalls PRIMARY KEY (id)
);

CREATE TABLE receipts (
	number INTEGER NOT NULL,
	entry_id INTEGER NOT NULL,
	document TEXT NOT NULL,
	made_at DATETIME NOT NULL,
	CONSTRAINT fk_receipts_entry_id_money_entries FOREIGN KEY(entry_id) REFERENCES money_entries (id),
	CONSTRAINT pk_receipts PRIMARY KEY (number),
	CONSTRAINT uq_receipts_entry_id UNIQUE (entry_id)
);

CREATE TABLE "resident_topics" (
	resident_id INTEGER NOT NULL,
	topic_id INTEGER NOT NULL,
	level VARCHAR NOT NULL,
	signed_by INTEGER,
	signed_at DATETIME,
	CONSTRAINT fk_resident_topics_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT fk_resident_topics_signed_by_residents FOREIGN KEY(signed_by) REFERENCES residents (id),
	CONSTRAINT fk_resident_topics_topic_id_topics FOREIGN KEY(topic_id) REFERENCES topics (id),
	CONSTRAINT pk_resident_topics PRIMARY KEY (resident_id, topic_id)
);

CREATE TABLE "residents" (
	id INTEGER NOT NULL,
	name VARCHAR NOT NULL,
	street VARCHAR NOT NULL,
	state VARCHAR NOT NULL,
	free_times INTEGER NOT NULL,
	reminder_early INTEGER,
	reminder_late INTEGER,
	joined_at DATETIME NOT NULL,
	consent_at DATETIME NOT NULL,
	consent_version INTEGER NOT NULL,
	born DATE,
	household_id INTEGER,
	calendar_key VARCHAR,
	area VARCHAR NOT NULL,
	CONSTRAINT fk_residents_household_id_households FOREIGN KEY(household_id) REFERENCES households (id),
	CONSTRAINT pk_residents PRIMARY KEY (id),
	CONSTRAINT uq_residents_calendar_key UNIQUE (calendar_key)
);

CREATE TABLE role_grants (
	id INTEGER NOT NULL,
	resident_id INTEGER NOT NULL,
	role VARCHAR NOT NULL,
	project_id INTEGER,
	granted_by INTEGER,
	granted_at DATETIME NOT NULL,
	ended_by INTEGER,
	ended_at DATETIME,
	CONSTRAINT fk_role_grants_ended_by_residents FOREIGN KEY(ended_by) REFERENCES residents (id),
	CONSTRAINT fk_role_grants_granted_by_residents FOREIGN KEY(granted_by) REFERENCES residents (id),
	CONSTRAINT fk_role_grants_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id),
	CONSTRAINT fk_role_grants_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT pk_role_grants PRIMARY KEY (id)
);

CREATE TABLE saved_audiences (
	id INTEGER NOT NULL,
	name VARCHAR NOT NULL,
	audience TEXT NOT NULL,
	made_by INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	CONSTRAINT fk_saved_audiences_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT pk_saved_audiences PRIMARY KEY (id),
	CONSTRAINT uq_saved_audiences_name UNIQUE (name)
);

CREATE TABLE series (
	id INTEGER NOT NULL,
	project_id INTEGER NOT NULL,
	title VARCHAR NOT NULL,
	place VARCHAR NOT NULL,
	pattern VARCHAR NOT NULL,
	start INTEGER NOT NULL,
	length INTEGER NOT NULL,
	places INTEGER NOT NULL,
	first_day DATE NOT NULL,
	last_day DATE,
	made_until DATE,
	made_by INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	ended_at DATETIME,
	CONSTRAINT fk_series_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT fk_series_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id),
	CONSTRAINT pk_series PRIMARY KEY (id)
);

CREATE TABLE series_exceptions (
	series_id INTEGER NOT NULL,
	day DATE NOT NULL,
	made_by INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	CONSTRAINT fk_series_exceptions_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT fk_series_exceptions_series_id_series FOREIGN KEY(series_id) REFERENCES series (id),
	CONSTRAINT pk_series_exceptions PRIMARY KEY (series_id, day)
);

CREATE TABLE series_skills (
	series_id INTEGER NOT NULL,
	topic_id INTEGER NOT NULL,
	places INTEGER NOT NULL,
	learners INTEGER NOT NULL,
	CONSTRAINT fk_series_skills_series_id_series FOREIGN KEY(series_id) REFERENCES series (id),
	CONSTRAINT fk_series_skills_topic_id_topics FOREIGN KEY(topic_id) REFERENCES topics (id),
	CONSTRAINT pk_series_skills PRIMARY KEY (series_id, topic_id)
);

CREATE TABLE setup_codes (
	digest VARCHAR NOT NULL,
	expires_at DATETIME NOT NULL,
	used_at DATETIME,
	used_by INTEGER,
	CONSTRAINT fk_setup_codes_used_by_accounts FOREIGN KEY(used_by) REFERENCES accounts (id),
	CONSTRAINT pk_setup_codes PRIMARY KEY (digest)
);

CREATE TABLE "shift_skills" (
	shift_id INTEGER NOT NULL,
	topic_id INTEGER NOT NULL,
	places INTEGER NOT NULL,
	taken INTEGER NOT NULL,
	learners INTEGER NOT NULL,
	learning INTEGER NOT NULL,
	CONSTRAINT ck_shift_skills_learning CHECK (learning >= 0 AND learning <= learners),
	CONSTRAINT ck_shift_skills_taken CHECK (taken >= 0 AND taken <= places),
	CONSTRAINT fk_shift_skills_shift_id_shifts FOREIGN KEY(shift_id) REFERENCES shifts (id),
	CONSTRAINT fk_shift_skills_topic_id_topics FOREIGN KEY(topic_id) REFERENCES topics (id),
	CONSTRAINT pk_shift_skills PRIMARY KEY (shift_id, topic_id)
);

CREATE TABLE "shifts" (
	id INTEGER NOT NULL,
	project_id INTEGER NOT NULL,
	title VARCHAR NOT NULL,
	place VARCHAR NOT NULL,
	starts_at DATETIME NOT NULL,
	ends_at DATETIME NOT NULL,
	week DATE NOT NULL,
	places INTEGER NOT NULL,
	taken INTEGER NOT NULL,
	made_by INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	cancelled_at DATETIME,
	asked_at DATETIME,
	reminded_at DATETIME,
	escalated_at DATETIME,
	closed_at DATETIME,
	reserved INTEGER NOT NULL,
	special INTEGER NOT NULL,
	series_id INTEGER,
	series_day DATE,
	checkin_key VARCHAR,
	warned_at DATETIME,
	CONSTRAINT ck_shifts_ck_shifts_span CHECK (ends_at > starts_at),
	CONSTRAINT ck_shifts_ck_shifts_taken CHECK (taken >= 0 AND taken <= places),
	CONSTRAINT ck_shifts_general CHECK (taken - special >= 0 AND taken - special <= places - reserved),
	CONSTRAINT ck_shifts_special CHECK (special >= 0 AND special <= reserved),
	CONSTRAINT fk_shifts_made_by_residents FOREIGN KEY(made_by) REFERENCES residents (id),
	CONSTRAINT fk_shifts_project_id_projects FOREIGN KEY(project_id) REFERENCES projects (id),
	CONSTRAINT fk_shifts_series_id_series FOREIGN KEY(series_id) REFERENCES series (id),
	CONSTRAINT pk_shifts PRIMARY KEY (id),
	CONSTRAINT uq_shifts_series_id_series_day UNIQUE (series_id, series_day)
);

CREATE TABLE "signups" (
	shift_id INTEGER NOT NULL,
	resident_id INTEGER NOT NULL,
	state VARCHAR NOT NULL,
	joined_at DATETIME NOT NULL,
	coming_at DATETIME,
	skill_id INTEGER,
	learner BOOLEAN NOT NULL,
	waiting_since DATETIME,
	offer VARCHAR NOT NULL,
	offer_until DATETIME,
	checked_in_at DATETIME,
	CONSTRAINT fk_signups_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT fk_signups_shift_id_shifts FOREIGN KEY(shift_id) REFERENCES shifts (id),
	CONSTRAINT fk_signups_skill_id_topics FOREIGN KEY(skill_id) REFERENCES topics (id),
	CONSTRAINT pk_signups PRIMARY KEY (shift_id, resident_id)
);

CREATE TABLE speakers (
	account_id INTEGER NOT NULL,
	resident_id INTEGER NOT NULL,
	made_at DATETIME NOT NULL,
	CONSTRAINT fk_speakers_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
	CONSTRAINT fk_speakers_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT pk_speakers PRIMARY KEY (account_id, resident_id)
);

CREATE TABLE standing_signups (
	series_id INTEGER NOT NULL,
	resident_id INTEGER NOT NULL,
	since DATETIME NOT NULL,
	ended_at DATETIME,
	CONSTRAINT fk_standing_signups_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT fk_standing_signups_series_id_series FOREIGN KEY(series_id) REFERENCES series (id),
	CONSTRAINT pk_standing_signups PRIMARY KEY (series_id, resident_id)
);

CREATE TABLE stewards (
	id INTEGER NOT NULL,
	resident_id INTEGER NOT NULL,
	steward_id INTEGER NOT NULL,
	consent VARCHAR NOT NULL,
	consent_at DATETIME NOT NULL,
	made_at DATETIME NOT NULL,
	ended_at DATETIME,
	ended_by INTEGER,
	CONSTRAINT ck_stewards_ck_stewards_another CHECK (steward_id <> resident_id),
	CONSTRAINT ck_stewards_ck_stewards_consent CHECK (consent IN ('spoken', 'written')),
	CONSTRAINT fk_stewards_ended_by_residents FOREIGN KEY(ended_by) REFERENCES residents (id),
	CONSTRAINT fk_stewards_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT fk_stewards_steward_id_residents FOREIGN KEY(steward_id) REFERENCES residents (id),
	CONSTRAINT pk_stewards PRIMARY KEY (id)
);

CREATE TABLE stock_entries (
	id INTEGER NOT NULL,
	batch_id INTEGER NOT NULL,
	claim_id INTEGER,
	kind VARCHAR NOT NULL,
	free INTEGER NOT NULL,
	shelf INTEGER NOT NULL,
	reason VARCHAR NOT NULL,
	by_id INTEGER,
	to_id INTEGER,
	at DATETIME NOT NULL,
	CONSTRAINT ck_stock_entries_ck_stock_entries_kind CHECK (kind IN ('made', 'claimed', 'given_back', 'lapsed', 'handed_over', 'sold', 'spoiled', 'corrected', 'recalled')),
	CONSTRAINT fk_stock_entries_batch_id_batches FOREIGN KEY(batch_id) REFERENCES batches (id),
	CONSTRAINT fk_stock_entries_by_id_residents FOREIGN KEY(by_id) REFERENCES residents (id),
	CONSTRAINT fk_stock_entries_claim_id_claims FOREIGN KEY(claim_id) REFERENCES claims (id),
	CONSTRAINT fk_stock_entries_to_id_residents FOREIGN KEY(to_id) REFERENCES residents (id),
	CONSTRAINT pk_stock_entries PRIMARY KEY (id)
);

CREATE TABLE swaps (
	id INTEGER NOT NULL,
	from_id INTEGER NOT NULL,
	to_id INTEGER NOT NULL,
	give_shift_id INTEGER NOT NULL,
	take_shift_id INTEGER,
	state VARCHAR NOT NULL,
	asked_at DATETIME NOT NULL,
	expires_at DATETIME NOT NULL,
	answered_at DATETIME,
	CONSTRAINT ck_swaps_ck_swaps_two_people CHECK (from_id <> to_id),
	CONSTRAINT fk_swaps_from_id_residents FOREIGN KEY(from_id) REFERENCES residents (id),
	CONSTRAINT fk_swaps_give_shift_id_shifts FOREIGN KEY(give_shift_id) REFERENCES shifts (id),
	CONSTRAINT fk_swaps_take_shift_id_shifts FOREIGN KEY(take_shift_id) REFERENCES shifts (id),
	CONSTRAINT fk_swaps_to_id_residents FOREIGN KEY(to_id) REFERENCES residents (id),
	CONSTRAINT pk_swaps PRIMARY KEY (id)
);

CREATE TABLE topics (
	id INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	retired BOOLEAN NOT NULL,
	CONSTRAINT ck_topics_ck_topics_kind CHECK (kind IN ('skill', 'interest')),
	CONSTRAINT pk_topics PRIMARY KEY (id),
	CONSTRAINT uq_topics_kind_name UNIQUE (kind, name)
);

CREATE TABLE town (
	id INTEGER NOT NULL,
	settings TEXT NOT NULL,
	clock_offset INTEGER NOT NULL,
	is_sample BOOLEAN NOT NULL,
	CONSTRAINT ck_town_ck_town_one_town CHECK (id = 1),
	CONSTRAINT pk_town PRIMARY KEY (id)
);

CREATE TABLE update_pictures (
	update_id INTEGER NOT NULL,
	picture_id INTEGER NOT NULL,
	position INTEGER NOT NULL,
	CONSTRAINT fk_update_pictures_picture_id_pictures FOREIGN KEY(picture_id) REFERENCES pictures (id),
	CONSTRAINT fk_update_pictures_update_id_updates FOREIGN KEY(update_id) REFERENCES updates (id),
	CONSTRAINT pk_update_pictures PRIMARY KEY (update_id, picture_id)
);

CREATE TABLE updates (
	id INTEGER NOT NULL,
	week DATE NOT NULL,
	state VARCHAR NOT NULL,
	language VARCHAR NOT NULL,
	text TEXT NOT NULL,
	texts TEXT NOT NULL,
	video VARCHAR NOT NULL,
	numbers TEXT NOT NULL,
	numbers_at DATETIME NOT NULL,
	folded TEXT NOT NULL,
	made_at DATETIME NOT NULL,
	due_at DATETIME NOT NULL,
	edited_by INTEGER,
	ready_by INTEGER,
	reminded_at DATETIME,
	sent_at DATETIME,
	broadcast_id INTEGER,
	corrections TEXT NOT NULL,
	CONSTRAINT ck_updates_ck_updates_state CHECK (state IN ('draft', 'ready', 'sent', 'skipped')),
	CONSTRAINT fk_updates_broadcast_id_broadcasts FOREIGN KEY(broadcast_id) REFERENCES broadcasts (id),
	CONSTRAINT fk_updates_edited_by_residents FOREIGN KEY(edited_by) REFERENCES residents (id),
	CONSTRAINT fk_updates_ready_by_residents FOREIGN KEY(ready_by) REFERENCES residents (id),
	CONSTRAINT pk_updates PRIMARY KEY (id),
	CONSTRAINT uq_updates_broadcast_id UNIQUE (broadcast_id),
	CONSTRAINT uq_updates_week UNIQUE (week)
);

CREATE TABLE web_chats (
	account_id INTEGER NOT NULL,
	rev INTEGER NOT NULL,
	CONSTRAINT fk_web_chats_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
	CONSTRAINT pk_web_chats PRIMARY KEY (account_id)
);

CREATE TABLE web_contents (
	digest VARCHAR NOT NULL,
	content BLOB NOT NULL,
	at DATETIME NOT NULL,
	CONSTRAINT pk_web_contents PRIMARY KEY (digest)
);

CREATE TABLE web_files (
	id VARCHAR NOT NULL,
	account_id INTEGER NOT NULL,
	name VARCHAR NOT NULL,
	media_type VARCHAR NOT NULL,
	content BLOB NOT NULL,
	at DATETIME NOT NULL, shared VARCHAR,
	CONSTRAINT fk_web_files_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
	CONSTRAINT pk_web_files PRIMARY KEY (id)
);

CREATE TABLE web_messages (
	id INTEGER NOT NULL,
	account_id INTEGER NOT NULL,
	rev INTEGER NOT NULL,
	"key" VARCHAR NOT NULL,
	mine BOOLEAN NOT NULL,
	body TEXT NOT NULL,
	at DATETIME NOT NULL,
	edited_at DATETIME,
	gone BOOLEAN NOT NULL,
	CONSTRAINT fk_web_messages_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
	CONSTRAINT pk_web_messages PRIMARY KEY (id),
	CONSTRAINT uq_web_messages_account_id_key UNIQUE (account_id, "key")
);

CREATE TABLE web_sessions (
	digest VARCHAR NOT NULL,
	account_id INTEGER NOT NULL,
	created_at DATETIME NOT NULL,
	seen_at DATETIME NOT NULL,
	CONSTRAINT fk_web_sessions_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
	CONSTRAINT pk_web_sessions PRIMARY KEY (digest)
);

CREATE TABLE week_closes (
	week DATE NOT NULL,
	closed_at DATETIME NOT NULL,
	residents INTEGER NOT NULL,
	CONSTRAINT pk_week_closes PRIMARY KEY (week)
);

CREATE TABLE week_standings (
	week DATE NOT NULL,
	resident_id INTEGER NOT NULL,
	standing VARCHAR NOT NULL,
	minutes INTEGER NOT NULL,
	carried_in INTEGER NOT NULL,
	carried_out INTEGER NOT NULL,
	missing INTEGER NOT NULL,
	revised_at DATETIME,
	CONSTRAINT fk_week_standings_resident_id_residents FOREIGN KEY(resident_id) REFERENCES residents (id),
	CONSTRAINT pk_week_standings PRIMARY KEY (week, resident_id)
);

CREATE INDEX ix_accounts_phone ON accounts (channel, phone) WHERE phone IS NOT NULL;

CREATE INDEX ix_accounts_resident_id ON accounts (resident_id);

CREATE INDEX ix_agenda_items_meeting_id ON agenda_items (meeting_id);

CREATE INDEX ix_batch_series_project_id ON batch_series (project_id);

CREATE INDEX ix_batches_draw_at ON batches (draw_at) WHERE draw_at IS NOT NULL;

CREATE INDEX ix_batches_ends_at ON batches (ends_at);

CREATE INDEX ix_batches_item_id_ends_at ON batches (item_id, ends_at);

CREATE INDEX ix_batches_project_id_ends_at ON batches (project_id, ends_at);

CREATE INDEX ix_broadcast_answers_resident_id ON broadcast_answers (resident_id);

CREATE INDEX ix_broadcast_events_broadcast_id ON broadcast_events (broadcast_id);

CREATE INDEX ix_broadcasts_made_by ON broadcasts (made_by);

CREATE INDEX ix_broadcasts_shift_id ON broadcasts (shift_id);

CREATE INDEX ix_broadcasts_state_due_at ON broadcasts (state, due_at);

CREATE INDEX ix_campaign_steps_campaign_id ON campaign_steps (campaign_id, position);

CREATE INDEX ix_campaign_steps_due ON campaign_steps (due) WHERE state = 'open';

CREATE INDEX ix_campaign_steps_owner_id ON campaign_steps (owner_id);

CREATE INDEX ix_claims_batch_id_state ON claims (batch_id, state);

CREATE INDEX ix_claims_helper_id ON claims (helper_id);

CREATE INDEX ix_claims_household_id_item_id_week ON claims (household_id, item_id, week, amount);

CREATE INDEX ix_claims_resident_id_item_id_week ON claims (resident_id, item_id, week, amount);

CREATE INDEX ix_claims_window_id ON claims (window_id);

CREATE INDEX ix_contests_resident_id ON contests (resident_id);

CREATE INDEX ix_contests_state_due_at ON contests (state, due_at);

CREATE INDEX ix_cover_asks_resident_id ON cover_asks (resident_id);

CREATE INDEX ix_cover_calls_shift_id ON cover_calls (shift_id);

CREATE INDEX ix_decisions_decided_at ON decisions (decided_at);

CREATE INDEX ix_decisions_meeting_id ON decisions (meeting_id);

CREATE INDEX ix_deeds_resident_id_at ON deeds (resident_id, at);

CREATE INDEX ix_deeds_steward_id ON deeds (steward_id);

CREATE INDEX ix_exemptions_resident_id ON exemptions (resident_id);

CREATE INDEX ix_exemptions_state_until_week ON exemptions (state, until_week);

CREATE INDEX ix_follow_ups_due ON follow_ups (due) WHERE state = 'open';

CREATE INDEX ix_follow_ups_meeting_id ON follow_ups (meeting_id);

CREATE INDEX ix_follow_ups_owner_id ON follow_ups (owner_id);

CREATE INDEX ix_hours_entries_resident_id_week ON hours_entries (resident_id, week);

CREATE INDEX ix_hours_entries_week ON hours_entries (week, resident_id, minutes);

CREATE INDEX ix_hours_reports_project_id ON hours_reports (project_id);

CREATE INDEX ix_hours_reports_resident_id ON hours_reports (resident_id, day);

CREATE INDEX ix_hours_reports_state_made_at ON hours_reports (state, made_at);

CREATE INDEX ix_inbox_account_id_at ON inbox (account_id, at);

CREATE INDEX ix_inbox_at ON inbox (at);

CREATE INDEX ix_link_codes_resident_id ON link_codes (resident_id);

CREATE INDEX ix_meeting_people_resident_id ON meeting_people (resident_id);

CREATE INDEX ix_meetings_project_id ON meetings (project_id);

CREATE INDEX ix_meetings_starts_at ON meetings (starts_at);

CREATE INDEX ix_merge_changes_merge_id ON merge_changes (merge_id);

CREATE INDEX ix_merges_gone_id ON merges (gone_id);

CREATE INDEX ix_merges_kept_id ON merges (kept_id);

CREATE INDEX ix_message_statuses_at ON message_statuses (at);

CREATE INDEX ix_message_statuses_row_id ON message_statuses (row_id);

CREATE INDEX ix_money_entries_batch_id ON money_entries (batch_id);

CREATE INDEX ix_money_entries_claim_id ON money_entries (claim_id);

CREATE INDEX ix_money_entries_day ON money_entries (day);

CREATE INDEX ix_need_lines_item_id ON need_lines (item_id);

CREATE INDEX ix_needs_household_id ON needs (household_id);

CREATE INDEX ix_outbox_account_id ON outbox (account_id, sent_at);

CREATE INDEX ix_outbox_broadcast_id ON outbox (broadcast_id, state) WHERE broadcast_id IS NOT NULL;

CREATE INDEX ix_outbox_due ON outbox (state, priority, due_at) WHERE state IN ('waiting', 'sending');

CREATE INDEX ix_outbox_failed ON outbox (made_at) WHERE state = 'failed';

CREATE INDEX ix_outbox_resident_id ON outbox (resident_id);

CREATE INDEX ix_outbox_subject ON outbox (subject);

CREATE INDEX ix_outbox_template ON outbox (sent_at, account_id) WHERE template <> '';

CREATE INDEX ix_paper_ballots_poll_id ON paper_ballots (poll_id);

CREATE INDEX ix_pickup_windows_batch_id ON pickup_windows (batch_id);

CREATE INDEX ix_pickup_windows_open ON pickup_windows (ends_at) WHERE settled_at IS NULL;

CREATE INDEX ix_plan_lines_shift_id_resident_id ON plan_lines (shift_id, resident_id);

CREATE INDEX ix_plans_project_id_week ON plans (project_id, week);

CREATE INDEX ix_plans_state ON plans (state);

CREATE INDEX ix_poll_cards_open ON poll_cards (poll_id) WHERE done_at IS NULL;

CREATE INDEX ix_poll_electors_resident_id ON poll_electors (resident_id);

CREATE INDEX ix_polls_closed_at ON polls (closed_at);

CREATE INDEX ix_polls_meeting_id ON polls (meeting_id);

CREATE INDEX ix_polls_project_id ON polls (project_id);

CREATE INDEX ix_polls_running ON polls (closes_at) WHERE closed_at IS NULL AND cancelled_at IS NULL;

CREATE INDEX ix_poster_visits_poster_id ON poster_visits (poster_id);

CREATE INDEX ix_posters_campaign_id ON posters (campaign_id);

CREATE INDEX ix_recall_people_resident_id ON recall_people (resident_id);

CREATE INDEX ix_recalls_batch_id ON recalls (batch_id);

CREATE INDEX ix_resident_topics_topic_id ON resident_topics (topic_id);

CREATE INDEX ix_residents_area ON residents (area);

CREATE INDEX ix_residents_household_id ON residents (household_id);

CREATE INDEX ix_residents_state_name ON residents (state, name);

CREATE INDEX ix_role_grants_resident_id ON role_grants (resident_id);

CREATE INDEX ix_series_project_id ON series (project_id);

CREATE INDEX ix_shifts_ends_at ON shifts (ends_at);

CREATE INDEX ix_shifts_open ON shifts (ends_at) WHERE closed_at IS NULL AND cancelled_at IS NULL;

CREATE INDEX ix_shifts_project_id_starts_at ON shifts (project_id, starts_at);

CREATE INDEX ix_shifts_starts_at ON shifts (starts_at);

CREATE INDEX ix_shifts_week ON shifts (week);

CREATE INDEX ix_signups_offer_until ON signups (offer_until) WHERE offer_until IS NOT NULL;

CREATE INDEX ix_signups_resident_id_state ON signups (resident_id, state);

CREATE INDEX ix_speakers_resident_id ON speakers (resident_id);

CREATE INDEX ix_standing_signups_resident_id ON standing_signups (resident_id);

CREATE INDEX ix_stewards_steward_id ON stewards (steward_id);

CREATE INDEX ix_stock_entries_batch_id ON stock_entries (batch_id);

CREATE INDEX ix_stock_entries_claim_id ON stock_entries (claim_id);

CREATE INDEX ix_swaps_from_id_state ON swaps (from_id, state);

CREATE INDEX ix_swaps_give_shift_id ON swaps (give_shift_id);

CREATE INDEX ix_swaps_take_shift_id ON swaps (take_shift_id);

CREATE INDEX ix_swaps_to_id_state ON swaps (to_id, state);

CREATE INDEX ix_update_pictures_picture_id ON update_pictures (picture_id);

CREATE INDEX ix_updates_state_due_at ON updates (state, due_at);

CREATE INDEX ix_web_files_account_id ON web_files (account_id);

CREATE INDEX ix_web_files_shared ON web_files (shared) WHERE shared IS NOT NULL;

CREATE INDEX ix_web_messages_account_id_id ON web_messages (account_id, id);

CREATE INDEX ix_web_messages_account_id_rev ON web_messages (account_id, rev);

CREATE INDEX ix_web_sessions_account_id ON web_sessions (account_id);

CREATE UNIQUE INDEX uq_broadcast_events_approved ON broadcast_events (broadcast_id, resident_id) WHERE kind = 'approved';

CREATE UNIQUE INDEX uq_campaigns_running ON campaigns (round) WHERE state = 'running';

CREATE UNIQUE INDEX uq_claims_code ON claims (code) WHERE code IS NOT NULL;

CREATE UNIQUE INDEX uq_contests_report ON contests (report_id) WHERE report_id IS NOT NULL;

CREATE UNIQUE INDEX uq_contests_shift ON contests (shift_id, resident_id) WHERE shift_id IS NOT NULL;

CREATE UNIQUE INDEX uq_cover_calls_open ON cover_calls (shift_id) WHERE closed_at IS NULL;

CREATE UNIQUE INDEX uq_poll_cards_poll_id_account_id ON poll_cards (poll_id, account_id);

CREATE UNIQUE INDEX uq_poll_proxies_given ON poll_proxies (giver_id, coalesce(poll_id, 0)) WHERE ended_at IS NULL;

CREATE UNIQUE INDEX uq_poll_proxies_slot ON poll_proxies (holder_id, slot) WHERE ended_at IS NULL;

CREATE UNIQUE INDEX uq_recalls_standing ON recalls (batch_id) WHERE cleared_at IS NULL;

CREATE UNIQUE INDEX uq_role_grants_current ON role_grants (resident_id, role, coalesce(project_id, 0)) WHERE ended_at IS NULL;

CREATE UNIQUE INDEX uq_stewards_current ON stewards (resident_id) WHERE ended_at IS NULL;

CREATE UNIQUE INDEX uq_swaps_asked ON swaps (give_shift_id, from_id, to_id) WHERE state = 'asked';

CREATE TRIGGER hours_entries_no_delete BEFORE DELETE ON hours_entries
    BEGIN SELECT RAISE(ABORT, 'the hours ledger is append-only'); END;

CREATE TRIGGER hours_entries_no_replace BEFORE INSERT ON hours_entries
    WHEN EXISTS (SELECT 1 FROM hours_entries WHERE id = NEW.id OR "key" = NEW."key")
    BEGIN SELECT RAISE(ABORT, 'the hours ledger is append-only'); END;

CREATE TRIGGER hours_entries_no_update BEFORE UPDATE ON hours_entries
    BEGIN SELECT RAISE(ABORT, 'the hours ledger is append-only'); END;

CREATE TRIGGER money_accounts_no_delete BEFORE DELETE ON money_accounts
    BEGIN SELECT RAISE(ABORT, 'the money ledger is append-only'); END;

CREATE TRIGGER money_accounts_no_replace BEFORE INSERT ON money_accounts
    WHEN EXISTS (SELECT 1 FROM money_accounts WHERE id = NEW.id OR (kind = NEW.kind AND project_id = NEW.project_id))
    BEGIN SELECT RAISE(ABORT, 'the money ledger is append-only'); END;

CREATE TRIGGER money_accounts_no_update BEFORE UPDATE ON money_accounts
    BEGIN SELECT RAISE(ABORT, 'the money ledger is append-only'); END;

CREATE TRIGGER money_entries_no_delete BEFORE DELETE ON money_entries
    BEGIN SELECT RAISE(ABORT, 'the money ledger is append-only'); END;

CREATE TRIGGER money_entries_no_replace BEFORE INSERT ON money_entries
    WHEN EXISTS (SELECT 1 FROM money_entries WHERE id = NEW.id OR "key" = NEW."key")
    BEGIN SELECT RAISE(ABORT, 'the money ledger is append-only'); END;

CREATE TRIGGER money_entries_no_update BEFORE UPDATE ON money_entries
    BEGIN SELECT RAISE(ABORT, 'the money ledger is append-only'); END;

CREATE TRIGGER receipts_no_delete BEFORE DELETE ON receipts
    BEGIN SELECT RAISE(ABORT, 'the receipts ledger is append-only'); END;

CREATE TRIGGER receipts_no_replace BEFORE INSERT ON receipts
    WHEN EXISTS (SELECT 1 FROM receipts WHERE number = NEW.number OR entry_id = NEW.entry_id)
    BEGIN SELECT RAISE(ABORT, 'the receipts ledger is append-only'); END;

CREATE TRIGGER receipts_no_update BEFORE UPDATE ON receipts
    BEGIN SELECT RAISE(ABORT, 'the receipts ledger is append-only'); END;

CREATE TRIGGER stock_entries_no_delete BEFORE DELETE ON stock_entries
    BEGIN SELECT RAISE(ABORT, 'the stock ledger is append-only'); END;

CREATE TRIGGER stock_entries_no_replace BEFORE INSERT ON stock_entries
    WHEN EXISTS (SELECT 1 FROM stock_entries WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'the stock ledger is append-only'); END;

CREATE TRIGGER stock_entries_no_update BEFORE UPDATE ON stock_entries
    BEGIN SELECT RAISE(ABORT, 'the stock ledger is append-only'); END;

INSERT INTO alembic_version (version_num) VALUES ('0007');
