CREATE SCHEMA command;
CREATE SCHEMA gis;
CREATE SCHEMA gis_layers;
CREATE SCHEMA incidents;
CREATE SCHEMA notify;
CREATE SCHEMA spine;
CREATE DOMAIN gis.mark AS text
	CONSTRAINT mark_check CHECK ((VALUE = ANY (ARRAY['R'::text, 'K'::text, 'I'::text])));
CREATE FUNCTION gis.grams(VARIADIC names text[]) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path TO 'pg_catalog'
    AS $_$
    SELECT coalesce(array_agg(DISTINCT part), '{}')
    FROM unnest(names) AS name, generate_series(1, length(name)) AS at,
         LATERAL (VALUES (substr(name, at, 1)), (nullif(substr(name, at, 2), substr(name, at, 1)))) AS parts (part)
    WHERE part IS NOT NULL AND part !~ '^[ -~]{1}$'
$_$;
CREATE FUNCTION gis.road_layer_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE gis.road_layer_state SET version = version + 1;
    RETURN NULL;
END
$$;
CREATE TABLE command.consultation (
    id uuid NOT NULL,
    no text NOT NULL,
    incident_id uuid NOT NULL,
    incident_title text NOT NULL,
    area_code text,
    subject text NOT NULL,
    title text NOT NULL,
    question text NOT NULL,
    safety boolean NOT NULL,
    mode text NOT NULL,
    asker jsonb NOT NULL,
    asker_department text,
    lead text NOT NULL,
    state text NOT NULL,
    merge_minutes integer NOT NULL,
    merge_due timestamp with time zone,
    merge_escalated jsonb NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    answer jsonb,
    withdrawn jsonb,
    ended_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT consultation_check CHECK ((NOT (safety AND (mode = 'tacit'::text)))),
    CONSTRAINT consultation_merge_minutes_check CHECK ((merge_minutes > 0)),
    CONSTRAINT consultation_mode_check CHECK ((mode = ANY (ARRAY['explicit'::text, 'tacit'::text]))),
    CONSTRAINT consultation_question_check CHECK ((question <> ''::text)),
    CONSTRAINT consultation_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'ready'::text, 'answered'::text, 'withdrawn'::text])))
);
CREATE TABLE command.delegation (
    id uuid NOT NULL,
    incident_id uuid NOT NULL,
    matter text NOT NULL,
    up_to text,
    giver jsonb NOT NULL,
    receiver jsonb NOT NULL,
    seat_id uuid NOT NULL,
    reason text NOT NULL,
    given_at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    ended jsonb,
    CONSTRAINT delegation_check CHECK ((until > given_at)),
    CONSTRAINT delegation_reason_check CHECK ((reason <> ''::text)),
    CONSTRAINT delegation_up_to_check CHECK ((up_to = ANY (ARRAY['I'::text, 'II'::text, 'III'::text, 'IV'::text])))
);
CREATE TABLE command.department (
    code text NOT NULL,
    zh text NOT NULL,
    en text NOT NULL,
    role_zh text NOT NULL,
    role_en text NOT NULL,
    basis text NOT NULL,
    source text NOT NULL,
    area_code text,
    parent text,
    sort integer NOT NULL,
    CONSTRAINT department_basis_check CHECK ((basis = ANY (ARRAY['statute'::text, 'customary'::text])))
);
CREATE TABLE command.depot (
    code text NOT NULL,
    zh text NOT NULL,
    en text NOT NULL,
    department text NOT NULL,
    area_code text NOT NULL,
    point public.geometry(Point,4326) NOT NULL,
    phone text,
    illustrative boolean NOT NULL
);
CREATE TABLE command.duty (
    post text NOT NULL,
    post_zh text NOT NULL,
    post_en text NOT NULL,
    kind text NOT NULL,
    area_code text NOT NULL,
    holders text[] NOT NULL,
    account_id uuid,
    person text,
    since timestamp with time zone,
    how text,
    reason text,
    until timestamp with time zone,
    CONSTRAINT duty_check CHECK (((account_id IS NULL) = (since IS NULL))),
    CONSTRAINT duty_how_check CHECK ((how = ANY (ARRAY['first'::text, 'handover'::text, 'emergency'::text]))),
    CONSTRAINT duty_kind_check CHECK ((kind = ANY (ARRAY['duty'::text, 'command'::text])))
);
CREATE TABLE command.exercise (
    id uuid NOT NULL,
    only_one boolean DEFAULT true NOT NULL,
    scenario text NOT NULL,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    state text NOT NULL,
    ended jsonb,
    version integer NOT NULL,
    CONSTRAINT exercise_only_one_check CHECK (only_one),
    CONSTRAINT exercise_state_check CHECK ((state = ANY (ARRAY['running'::text, 'ended'::text])))
);
CREATE TABLE command.handover (
    id uuid NOT NULL,
    post text NOT NULL,
    from_id uuid NOT NULL,
    from_name text NOT NULL,
    to_person text,
    state text NOT NULL,
    sheet jsonb NOT NULL,
    digest text NOT NULL,
    checks jsonb NOT NULL,
    words text NOT NULL,
    signed_out jsonb NOT NULL,
    signed_in jsonb,
    ended jsonb,
    version integer NOT NULL,
    CONSTRAINT handover_check CHECK (((state = 'completed'::text) = (signed_in IS NOT NULL))),
    CONSTRAINT handover_state_check CHECK ((state = ANY (ARRAY['offered'::text, 'completed'::text, 'refused'::text, 'withdrawn'::text, 'superseded'::text])))
);
CREATE TABLE command.headquarters (
    incident_id uuid NOT NULL,
    title text NOT NULL,
    state text NOT NULL,
    established jsonb NOT NULL,
    dissolved jsonb,
    acting_seat uuid,
    acting jsonb,
    transfer jsonb,
    history jsonb NOT NULL,
    version integer NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT headquarters_check CHECK (((state = 'dissolved'::text) = (dissolved IS NOT NULL))),
    CONSTRAINT headquarters_state_check CHECK ((state = ANY (ARRAY['standing'::text, 'dissolved'::text])))
);
CREATE TABLE command.headquarters_group (
    incident_id uuid NOT NULL,
    id text NOT NULL,
    sort integer NOT NULL,
    zh text NOT NULL,
    en text NOT NULL,
    lead text NOT NULL,
    members text[] NOT NULL,
    duty_zh text NOT NULL,
    duty_en text NOT NULL,
    head jsonb NOT NULL,
    plans text[] NOT NULL,
    edited boolean NOT NULL,
    dissolved jsonb,
    CONSTRAINT headquarters_group_zh_check CHECK ((zh <> ''::text))
);
CREATE TABLE command.headquarters_seat (
    id uuid NOT NULL,
    incident_id uuid NOT NULL,
    role text NOT NULL,
    sort integer NOT NULL,
    person jsonb NOT NULL,
    state text NOT NULL,
    asked_by jsonb,
    asked_at timestamp with time zone,
    until timestamp with time zone,
    answered jsonb,
    call jsonb,
    place jsonb,
    CONSTRAINT headquarters_seat_check CHECK (((state <> ALL (ARRAY['asked'::text, 'silent'::text])) OR (until IS NOT NULL))),
    CONSTRAINT headquarters_seat_role_check CHECK ((role = ANY (ARRAY['commander'::text, 'deputy'::text, 'office'::text, 'forward'::text, 'rear'::text]))),
    CONSTRAINT headquarters_seat_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'taken'::text, 'silent'::text, 'declined'::text, 'vacant'::text])))
);
CREATE TABLE command.holding (
    person_id text NOT NULL,
    department text NOT NULL,
    title_zh text NOT NULL,
    title_en text NOT NULL
);
CREATE TABLE command.hospital (
    code text NOT NULL,
    zh text NOT NULL,
    en text NOT NULL,
    level text,
    area_code text NOT NULL,
    department text NOT NULL,
    point public.geometry(Point,4326) NOT NULL,
    emergency text,
    reported_at timestamp with time zone,
    reported_by jsonb,
    illustrative boolean NOT NULL,
    version integer NOT NULL,
    CONSTRAINT hospital_emergency_check CHECK ((emergency = ANY (ARRAY['open'::text, 'limited'::text, 'diverting'::text])))
);
CREATE TABLE command.hospital_beds (
    hospital text NOT NULL,
    ward text NOT NULL,
    total integer,
    available integer,
    extra_24h integer,
    reported_at timestamp with time zone,
    CONSTRAINT hospital_beds_available_check CHECK ((available >= 0)),
    CONSTRAINT hospital_beds_check CHECK ((available <= total)),
    CONSTRAINT hospital_beds_extra_24h_check CHECK ((extra_24h >= 0)),
    CONSTRAINT hospital_beds_total_check CHECK ((total >= 0))
);
CREATE TABLE command.inject (
    id uuid NOT NULL,
    exercise_id uuid NOT NULL,
    no text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    state text NOT NULL,
    delivered_at timestamp with time zone,
    delivered_by jsonb,
    reason text,
    outcome jsonb,
    done boolean DEFAULT false NOT NULL,
    version integer NOT NULL,
    CONSTRAINT inject_state_check CHECK ((state = ANY (ARRAY['planned'::text, 'delivered'::text, 'skipped'::text])))
);
CREATE TABLE command.instruction (
    id uuid NOT NULL,
    no text NOT NULL,
    incident_id uuid,
    incident_title text,
    area_code text,
    leader_name text NOT NULL,
    leader_post text,
    leader_account uuid,
    channel text NOT NULL,
    urgency text NOT NULL,
    text text NOT NULL,
    files jsonb NOT NULL,
    state text NOT NULL,
    given_at timestamp with time zone NOT NULL,
    captured_at timestamp with time zone NOT NULL,
    captured_by jsonb NOT NULL,
    feedback_due timestamp with time zone NOT NULL,
    orders_open integer DEFAULT 0 NOT NULL,
    orders_closed integer DEFAULT 0 NOT NULL,
    orders_total integer DEFAULT 0 NOT NULL,
    urged jsonb NOT NULL,
    escalated jsonb NOT NULL,
    answers jsonb NOT NULL,
    sent_back jsonb,
    ended jsonb,
    version integer DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT instruction_channel_check CHECK ((channel = ANY (ARRAY['oral'::text, 'written'::text, 'phone'::text, 'video'::text]))),
    CONSTRAINT instruction_text_check CHECK ((text <> ''::text))
);
CREATE TABLE command.leave (
    id uuid NOT NULL,
    person_id text NOT NULL,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    reason text,
    cancelled jsonb,
    entered jsonb NOT NULL,
    version integer NOT NULL,
    CONSTRAINT leave_check CHECK ((to_at > from_at))
);
CREATE TABLE command.opinion (
    id uuid NOT NULL,
    consultation_id uuid NOT NULL,
    place integer NOT NULL,
    department text NOT NULL,
    question text,
    minutes integer NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    due timestamp with time zone NOT NULL,
    state text NOT NULL,
    stance text,
    text text,
    decision_mode text,
    given jsonb,
    escalated jsonb NOT NULL,
    late jsonb NOT NULL,
    CONSTRAINT opinion_check CHECK (((state = ANY (ARRAY['given'::text, 'tacit'::text])) = (stance IS NOT NULL))),
    CONSTRAINT opinion_check1 CHECK (((stance IS NULL) = (decision_mode IS NULL))),
    CONSTRAINT opinion_decision_mode_check CHECK ((decision_mode = ANY (ARRAY['explicit'::text, 'tacit'::text, 'escalated'::text]))),
    CONSTRAINT opinion_minutes_check CHECK ((minutes > 0)),
    CONSTRAINT opinion_stance_check CHECK ((stance = ANY (ARRAY['agree'::text, 'conditions'::text, 'disagree'::text, 'abstain'::text]))),
    CONSTRAINT opinion_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'escalated'::text, 'given'::text, 'tacit'::text])))
);
CREATE TABLE command.person (
    id text NOT NULL,
    name text NOT NULL,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    phone text,
    pinyin text DEFAULT ''::text NOT NULL,
    department text,
    area_code text,
    place text,
    mobile text,
    duties text[] DEFAULT '{}'::text[] NOT NULL,
    account_id uuid,
    left_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL
);
CREATE TABLE command.plan_version (
    plan_id text NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    content jsonb NOT NULL,
    digest text NOT NULL,
    origin text NOT NULL,
    edition integer,
    based_on integer,
    writers text[] NOT NULL,
    author jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    history jsonb NOT NULL,
    changes integer NOT NULL,
    CONSTRAINT plan_version_check CHECK (((origin = 'shipped'::text) = (edition IS NOT NULL))),
    CONSTRAINT plan_version_origin_check CHECK ((origin = ANY (ARRAY['shipped'::text, 'city'::text]))),
    CONSTRAINT plan_version_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'reviewed'::text, 'approved'::text, 'filed'::text, 'in_force'::text, 'superseded'::text, 'withdrawn'::text]))),
    CONSTRAINT plan_version_version_check CHECK ((version > 0))
);
CREATE TABLE command.proposal (
    id uuid NOT NULL,
    incident_id uuid NOT NULL,
    response_id uuid,
    plan_zh text NOT NULL,
    plan_en text NOT NULL,
    rule text,
    kind text NOT NULL,
    level text,
    task text,
    zh text NOT NULL,
    en text NOT NULL,
    reasons jsonb NOT NULL,
    if_ignored_zh text NOT NULL,
    if_ignored_en text NOT NULL,
    automatic boolean DEFAULT false NOT NULL,
    rests_on jsonb NOT NULL,
    state text NOT NULL,
    made jsonb NOT NULL,
    asked jsonb NOT NULL,
    decide_by timestamp with time zone NOT NULL,
    decided jsonb,
    cleared_at timestamp with time zone,
    version integer NOT NULL,
    detail jsonb,
    CONSTRAINT proposal_check CHECK (((state = 'open'::text) = (decided IS NULL))),
    CONSTRAINT proposal_detail_check CHECK (((response_id IS NOT NULL) OR ((rule IS NOT NULL) AND (detail IS NOT NULL)))),
    CONSTRAINT proposal_kind_check CHECK ((kind = ANY (ARRAY['raise'::text, 'lower'::text, 'add_task'::text, 'move_unit'::text, 'extend_zone'::text, 'stand_down'::text, 'replace_unit'::text, 'next_shelter'::text]))),
    CONSTRAINT proposal_of_plan_check CHECK (((response_id IS NULL) = (kind = ANY (ARRAY['replace_unit'::text, 'next_shelter'::text])))),
    CONSTRAINT proposal_state_check CHECK ((state = ANY (ARRAY['open'::text, 'accepted'::text, 'rejected'::text, 'withdrawn'::text, 'overtaken'::text])))
);
CREATE TABLE command.rating (
    id uuid NOT NULL,
    exercise_id uuid NOT NULL,
    inject_id uuid,
    criterion text NOT NULL,
    rating text NOT NULL,
    text text NOT NULL,
    by jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT rating_rating_check CHECK ((rating = ANY (ARRAY['P'::text, 'S'::text, 'M'::text, 'U'::text])))
);
CREATE TABLE command.recommendation (
    id uuid NOT NULL,
    incident_id uuid NOT NULL,
    kind text NOT NULL,
    course text NOT NULL,
    head jsonb NOT NULL,
    changed jsonb NOT NULL,
    reason text NOT NULL,
    inputs_hash text NOT NULL,
    chosen jsonb NOT NULL,
    answer jsonb NOT NULL,
    orders jsonb NOT NULL,
    by jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT recommendation_kind_check CHECK ((kind = ANY (ARRAY['dispatch'::text, 'evacuation'::text])))
);
CREATE TABLE command.request (
    id uuid NOT NULL,
    no text NOT NULL,
    incident_id uuid,
    incident_title text,
    task_id uuid,
    department text NOT NULL,
    area_code text,
    item text NOT NULL,
    quantity bigint NOT NULL,
    priority text NOT NULL,
    text text NOT NULL,
    place text,
    needed_by timestamp with time zone,
    state text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    answer_due timestamp with time zone,
    ended jsonb,
    outlook jsonb,
    version integer NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT request_priority_check CHECK ((priority = ANY (ARRAY['life'::text, 'urgent'::text, 'normal'::text]))),
    CONSTRAINT request_quantity_check CHECK ((quantity > 0))
);
CREATE TABLE command.request_offer (
    id uuid NOT NULL,
    request_id uuid NOT NULL,
    nr integer NOT NULL,
    party text NOT NULL,
    source text NOT NULL,
    source_id text,
    state text NOT NULL,
    quantity bigint NOT NULL,
    committed bigint NOT NULL,
    deployed bigint NOT NULL,
    received bigint NOT NULL,
    returned bigint NOT NULL,
    used bigint NOT NULL,
    lost bigint NOT NULL,
    text text,
    arrives_at timestamp with time zone,
    transport text,
    task_id uuid,
    offered_at timestamp with time zone NOT NULL,
    state_at timestamp with time zone NOT NULL,
    reason text,
    version integer NOT NULL,
    CONSTRAINT request_offer_check CHECK (((committed <= quantity) AND (deployed <= committed) AND (received <= deployed))),
    CONSTRAINT request_offer_check1 CHECK ((((returned + used) + lost) <= deployed)),
    CONSTRAINT request_offer_check2 CHECK (((source = 'outside'::text) = (source_id IS NULL))),
    CONSTRAINT request_offer_committed_check CHECK ((committed >= 0)),
    CONSTRAINT request_offer_deployed_check CHECK ((deployed >= 0)),
    CONSTRAINT request_offer_lost_check CHECK ((lost >= 0)),
    CONSTRAINT request_offer_quantity_check CHECK ((quantity > 0)),
    CONSTRAINT request_offer_received_check CHECK ((received >= 0)),
    CONSTRAINT request_offer_returned_check CHECK ((returned >= 0)),
    CONSTRAINT request_offer_source_check CHECK ((source = ANY (ARRAY['stock'::text, 'shelter'::text, 'unit'::text, 'outside'::text]))),
    CONSTRAINT request_offer_used_check CHECK ((used >= 0))
);
CREATE TABLE command.request_party (
    request_id uuid NOT NULL,
    nr integer NOT NULL,
    party text NOT NULL,
    why text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    answer text,
    reason text,
    answered_at timestamp with time zone,
    CONSTRAINT request_party_answer_check CHECK ((answer = ANY (ARRAY['offered'::text, 'declined'::text]))),
    CONSTRAINT request_party_why_check CHECK ((why = ANY (ARRAY['asked'::text, 'passed_on'::text, 'escalated'::text])))
);
CREATE TABLE command.response (
    id uuid NOT NULL,
    incident_id uuid NOT NULL,
    plan_id text NOT NULL,
    plan_zh text NOT NULL,
    plan_en text NOT NULL,
    state text NOT NULL,
    suggested jsonb NOT NULL,
    decided jsonb,
    ended jsonb,
    proposed_tasks jsonb NOT NULL,
    approved_by text NOT NULL,
    proposed_at timestamp with time zone NOT NULL,
    decide_by timestamp with time zone NOT NULL,
    version integer NOT NULL,
    plan_version integer DEFAULT 1 NOT NULL,
    asked jsonb DEFAULT '[]'::jsonb NOT NULL,
    history jsonb DEFAULT '[]'::jsonb NOT NULL,
    orders jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT response_state_check CHECK ((state = ANY (ARRAY['proposed'::text, 'active'::text, 'ended'::text, 'declined'::text])))
);
CREATE TABLE command.roster_calendar (
    id uuid NOT NULL,
    token_hash bytea NOT NULL,
    account_id uuid NOT NULL,
    subject text NOT NULL,
    key text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT roster_calendar_subject_check CHECK ((subject = ANY (ARRAY['person'::text, 'post'::text])))
);
CREATE TABLE command.roster_head (
    area text NOT NULL,
    changes bigint DEFAULT 0 NOT NULL,
    at timestamp with time zone
);
CREATE TABLE command.shelter (
    id uuid NOT NULL,
    facility_code text,
    zh text NOT NULL,
    en text NOT NULL,
    kind text NOT NULL,
    indoor boolean,
    area_code text NOT NULL,
    department text NOT NULL,
    point public.geometry(Point,4326) NOT NULL,
    capacity integer NOT NULL,
    services jsonb NOT NULL,
    state text NOT NULL,
    state_at timestamp with time zone,
    incident_id uuid,
    occupied integer,
    needs jsonb,
    reported_at timestamp with time zone,
    reported_by jsonb,
    over_reason text,
    promised integer DEFAULT 0 NOT NULL,
    illustrative boolean NOT NULL,
    version integer NOT NULL,
    reserved integer DEFAULT 0 NOT NULL,
    CONSTRAINT shelter_capacity_check CHECK ((capacity > 0)),
    CONSTRAINT shelter_check CHECK (((occupied IS NULL) = (reported_at IS NULL))),
    CONSTRAINT shelter_occupied_check CHECK ((occupied >= 0)),
    CONSTRAINT shelter_promised_check CHECK ((promised >= 0)),
    CONSTRAINT shelter_reserved_check CHECK ((reserved >= 0))
);
CREATE TABLE command.shelter_reservation (
    id uuid NOT NULL,
    shelter_id uuid NOT NULL,
    incident_id uuid NOT NULL,
    plan_id uuid,
    task_id uuid NOT NULL,
    origin_id text NOT NULL,
    from_zh text NOT NULL,
    from_en text NOT NULL,
    people integer NOT NULL,
    expected integer NOT NULL,
    made_at timestamp with time zone NOT NULL,
    brought_at timestamp with time zone,
    CONSTRAINT shelter_reservation_check CHECK (((expected >= 0) AND (expected <= people))),
    CONSTRAINT shelter_reservation_people_check CHECK ((people > 0))
);
CREATE TABLE command.shift (
    id uuid NOT NULL,
    post text NOT NULL,
    seat integer NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    person_id text,
    origin text NOT NULL,
    note text,
    version integer NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT shift_check CHECK ((ends_at > starts_at)),
    CONSTRAINT shift_origin_check CHECK ((origin = ANY (ARRAY['rotation'::text, 'hand'::text, 'swap'::text, 'import'::text]))),
    CONSTRAINT shift_seat_check CHECK ((seat > 0))
);
CREATE TABLE command.shift_swap (
    id uuid NOT NULL,
    shift_id uuid NOT NULL,
    in_return_id uuid,
    from_person text NOT NULL,
    to_person text NOT NULL,
    post text NOT NULL,
    begins_at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    state text NOT NULL,
    asked jsonb NOT NULL,
    answered jsonb,
    decided jsonb,
    version integer NOT NULL,
    CONSTRAINT shift_swap_check CHECK ((from_person <> to_person)),
    CONSTRAINT shift_swap_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'agreed'::text, 'approved'::text, 'declined'::text, 'rejected'::text, 'withdrawn'::text, 'lapsed'::text])))
);
CREATE TABLE command.spot_check (
    id uuid NOT NULL,
    post text NOT NULL,
    shift_id uuid,
    expected text,
    means text NOT NULL,
    result text NOT NULL,
    note text,
    by jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT spot_check_means_check CHECK ((means = ANY (ARRAY['video'::text, 'phone'::text, 'visit'::text]))),
    CONSTRAINT spot_check_result_check CHECK ((result = ANY (ARRAY['present'::text, 'replaced'::text, 'absent'::text, 'no_answer'::text])))
);
CREATE TABLE command.stock_hold (
    id uuid NOT NULL,
    depot text NOT NULL,
    item text NOT NULL,
    offer_id uuid,
    incident_id uuid,
    task_id uuid,
    purpose text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    by jsonb NOT NULL,
    version integer NOT NULL
);
CREATE TABLE command.stock_hold_lot (
    hold_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    committed bigint NOT NULL,
    "out" bigint NOT NULL,
    returned bigint NOT NULL,
    used bigint NOT NULL,
    discarded bigint NOT NULL,
    CONSTRAINT stock_hold_lot_committed_check CHECK ((committed >= 0)),
    CONSTRAINT stock_hold_lot_discarded_check CHECK ((discarded >= 0)),
    CONSTRAINT stock_hold_lot_out_check CHECK (("out" >= 0)),
    CONSTRAINT stock_hold_lot_returned_check CHECK ((returned >= 0)),
    CONSTRAINT stock_hold_lot_used_check CHECK ((used >= 0))
);
CREATE TABLE command.stock_lot (
    id uuid NOT NULL,
    depot text NOT NULL,
    item text NOT NULL,
    lot_no text NOT NULL,
    made_on date,
    expires_on date,
    received bigint NOT NULL,
    adjusted bigint NOT NULL,
    free bigint NOT NULL,
    committed bigint NOT NULL,
    "out" bigint NOT NULL,
    used bigint NOT NULL,
    discarded bigint NOT NULL,
    received_at timestamp with time zone NOT NULL,
    counted_at timestamp with time zone,
    counted_by jsonb,
    illustrative boolean DEFAULT false NOT NULL,
    version integer NOT NULL,
    CONSTRAINT stock_lot_check CHECK (((received + adjusted) = ((((free + committed) + "out") + used) + discarded))),
    CONSTRAINT stock_lot_committed_check CHECK ((committed >= 0)),
    CONSTRAINT stock_lot_discarded_check CHECK ((discarded >= 0)),
    CONSTRAINT stock_lot_free_check CHECK ((free >= 0)),
    CONSTRAINT stock_lot_out_check CHECK (("out" >= 0)),
    CONSTRAINT stock_lot_received_check CHECK ((received >= 0)),
    CONSTRAINT stock_lot_used_check CHECK ((used >= 0))
);
CREATE TABLE command.stock_move (
    id bigint NOT NULL,
    lot_id uuid NOT NULL,
    kind text NOT NULL,
    quantity bigint NOT NULL,
    hold_id uuid,
    reason text,
    by jsonb NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT stock_move_kind_check CHECK ((kind = ANY (ARRAY['receive'::text, 'count'::text, 'commit'::text, 'release'::text, 'issue'::text, 'return'::text, 'use'::text, 'discard'::text])))
);
ALTER TABLE command.stock_move ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME command.stock_move_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE command.task (
    id uuid NOT NULL,
    no text NOT NULL,
    incident_id uuid NOT NULL,
    incident_title text NOT NULL,
    area_code text,
    response_id uuid,
    code text,
    title text NOT NULL,
    title_en text,
    text text NOT NULL,
    text_en text,
    department text NOT NULL,
    support text[] NOT NULL,
    unit_id uuid,
    clause text,
    source text,
    deliverable text,
    point public.geometry(Point,4326),
    origin text,
    place text,
    state text NOT NULL,
    state_at timestamp with time zone NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    sign_minutes integer NOT NULL,
    due_minutes integer NOT NULL,
    sign_due timestamp with time zone NOT NULL,
    due timestamp with time zone NOT NULL,
    signed_at timestamp with time zone,
    submitted_at timestamp with time zone,
    closed_at timestamp with time zone,
    arrived_at timestamp with time zone,
    returned jsonb,
    progress jsonb,
    need_help jsonb,
    version integer NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    parent_id uuid,
    joint boolean DEFAULT false NOT NULL,
    instruction_id uuid,
    after uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    start_at timestamp with time zone,
    evidence text[] DEFAULT '{}'::text[] NOT NULL,
    priority text DEFAULT 'normal'::text NOT NULL,
    due_from timestamp with time zone NOT NULL,
    step_from timestamp with time zone,
    step_due timestamp with time zone,
    pause jsonb,
    pause_ask jsonb,
    extension_ask jsonb,
    extension jsonb,
    urged jsonb,
    supervised jsonb,
    cards jsonb DEFAULT '{}'::jsonb NOT NULL,
    yellow_cards integer DEFAULT 0 NOT NULL,
    red_cards integer DEFAULT 0 NOT NULL,
    measured bytea GENERATED ALWAYS AS (((((int4send(((
CASE state
    WHEN 'closed'::text THEN 1
    WHEN 'cancelled'::text THEN 2
    WHEN 'waiting'::text THEN 3
    ELSE 0
END +
CASE
    WHEN (signed_at <= sign_due) THEN 16
    ELSE 0
END) +
CASE
    WHEN (submitted_at <= due) THEN 32
    ELSE 0
END)) || int4send(COALESCE((floor(EXTRACT(epoch FROM (signed_at - issued_at))))::integer, '-1'::integer))) || int4send(COALESCE((floor(EXTRACT(epoch FROM (submitted_at - issued_at))))::integer, '-1'::integer))) || int4send(COALESCE((floor(EXTRACT(epoch FROM (closed_at - issued_at))))::integer, '-1'::integer))) || int4send(COALESCE((floor(EXTRACT(epoch FROM (arrived_at - issued_at))))::integer, '-1'::integer)))) STORED NOT NULL,
    CONSTRAINT task_check CHECK (((step_from IS NULL) = (step_due IS NULL))),
    CONSTRAINT task_due_minutes_check CHECK ((due_minutes > 0)),
    CONSTRAINT task_priority_check CHECK ((priority = ANY (ARRAY['life'::text, 'urgent'::text, 'normal'::text]))),
    CONSTRAINT task_sign_minutes_check CHECK ((sign_minutes > 0))
);
CREATE TABLE command.task_event (
    id bigint NOT NULL,
    task_id uuid NOT NULL,
    incident_id uuid NOT NULL,
    area_code text,
    department text NOT NULL,
    at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    clock text,
    level text,
    cause text,
    minutes integer,
    ended_at timestamp with time zone,
    reason text,
    by jsonb NOT NULL,
    ran_over boolean DEFAULT false NOT NULL,
    CONSTRAINT task_event_check CHECK (((kind = 'card'::text) = (level IS NOT NULL))),
    CONSTRAINT task_event_clock_check CHECK ((clock = ANY (ARRAY['task_sign'::text, 'task_step'::text, 'task_due'::text]))),
    CONSTRAINT task_event_kind_check CHECK ((kind = ANY (ARRAY['card'::text, 'urge'::text, 'return'::text, 'reissue'::text, 'send_back'::text, 'pause'::text, 'pause_refused'::text, 'extension'::text, 'extension_refused'::text, 'supervise'::text, 'release'::text]))),
    CONSTRAINT task_event_level_check CHECK ((level = ANY (ARRAY['yellow'::text, 'red'::text, 'severe'::text])))
);
ALTER TABLE command.task_event ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME command.task_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE command.unit (
    id uuid NOT NULL,
    code text,
    call_sign text NOT NULL,
    name text NOT NULL,
    name_en text,
    department text NOT NULL,
    kind text NOT NULL,
    capabilities text[] NOT NULL,
    crew integer NOT NULL,
    status text NOT NULL,
    status_at timestamp with time zone,
    home public.geometry(Point,4326),
    point public.geometry(Point,4326),
    origin text DEFAULT 'WGS84'::text NOT NULL,
    accuracy_m double precision,
    seen_at timestamp with time zone,
    task_id uuid,
    need_help jsonb,
    phone text,
    area_code text,
    version integer DEFAULT 1 NOT NULL,
    on_duty_since timestamp with time zone,
    rest_until timestamp with time zone,
    CONSTRAINT unit_check CHECK (((rest_until IS NULL) OR (on_duty_since IS NOT NULL))),
    CONSTRAINT unit_crew_check CHECK ((crew > 0))
);
CREATE TABLE gis.base_map (
    name text NOT NULL,
    ordinal integer NOT NULL,
    kind text NOT NULL,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    attribution text NOT NULL,
    format text NOT NULL,
    min_zoom smallint NOT NULL,
    max_zoom smallint NOT NULL,
    tile_px smallint NOT NULL,
    origin text NOT NULL,
    bounds double precision[],
    source text NOT NULL,
    sheets text[] NOT NULL,
    subdomains text[] NOT NULL,
    flipped boolean NOT NULL,
    grid jsonb,
    file_sha256 text,
    file_size bigint,
    vector_layers jsonb NOT NULL,
    revision bigint NOT NULL,
    is_default boolean NOT NULL,
    added_at timestamp with time zone NOT NULL,
    added_by text NOT NULL,
    CONSTRAINT base_map_check CHECK (((kind = 'pmtiles'::text) = (file_sha256 IS NOT NULL))),
    CONSTRAINT base_map_format_check CHECK ((format = ANY (ARRAY['raster'::text, 'vector'::text]))),
    CONSTRAINT base_map_kind_check CHECK ((kind = ANY (ARRAY['xyz'::text, 'wmts'::text, 'tianditu'::text, 'pmtiles'::text]))),
    CONSTRAINT base_map_name_check CHECK ((name ~ '^[a-z][a-z0-9_]{1,39}$'::text)),
    CONSTRAINT base_map_origin_check CHECK ((origin = ANY (ARRAY['WGS84'::text, 'CGCS2000'::text, 'GCJ02'::text])))
);
CREATE TABLE gis.base_map_change (
    id bigint NOT NULL,
    name text NOT NULL,
    what text NOT NULL,
    at timestamp with time zone NOT NULL,
    by text NOT NULL,
    CONSTRAINT base_map_change_what_check CHECK ((what = ANY (ARRAY['added'::text, 'changed'::text, 'ordered'::text, 'default'::text, 'removed'::text])))
);
ALTER TABLE gis.base_map_change ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME gis.base_map_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE gis.base_map_key (
    name text NOT NULL,
    key text NOT NULL
);
CREATE TABLE gis.city_layer (
    name text NOT NULL,
    ordinal integer NOT NULL,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    owner text NOT NULL,
    department text,
    readers text[] DEFAULT '{}'::text[] NOT NULL,
    source text NOT NULL,
    source_en text NOT NULL,
    licence text NOT NULL,
    date date,
    illustrative boolean NOT NULL,
    sensitivity text NOT NULL,
    label text,
    current bigint,
    CONSTRAINT city_layer_name_check CHECK ((name ~ '^[a-z][a-z0-9_]{1,39}$'::text)),
    CONSTRAINT city_layer_sensitivity_check CHECK ((sensitivity = ANY (ARRAY['public'::text, 'internal'::text, 'restricted'::text])))
);
CREATE TABLE gis.elevation (
    only_one boolean DEFAULT true NOT NULL,
    current integer,
    last integer NOT NULL,
    CONSTRAINT elevation_only_one_check CHECK (only_one)
);
CREATE TABLE gis.elevation_tile (
    z smallint NOT NULL,
    x integer NOT NULL,
    y integer NOT NULL,
    version integer NOT NULL,
    origin integer,
    plane bytea,
    png bytea NOT NULL,
    CONSTRAINT elevation_tile_check CHECK (((origin IS NULL) <> (plane IS NULL)))
);
ALTER TABLE ONLY gis.elevation_tile ALTER COLUMN plane SET STORAGE EXTERNAL;
ALTER TABLE ONLY gis.elevation_tile ALTER COLUMN png SET STORAGE EXTERNAL;
CREATE TABLE gis.elevation_version (
    id integer NOT NULL,
    lineage integer[] NOT NULL,
    source text NOT NULL,
    source_en text NOT NULL,
    licence text NOT NULL,
    date date,
    sensitivity text NOT NULL,
    west double precision NOT NULL,
    south double precision NOT NULL,
    east double precision NOT NULL,
    north double precision NOT NULL,
    resolution_m real NOT NULL,
    zoom smallint NOT NULL,
    lowest_m real NOT NULL,
    highest_m real NOT NULL,
    tiles integer NOT NULL,
    crs text NOT NULL,
    file_name text NOT NULL,
    file_sha256 text NOT NULL,
    report jsonb NOT NULL,
    imported_at timestamp with time zone NOT NULL,
    imported_by text NOT NULL,
    CONSTRAINT elevation_version_sensitivity_check CHECK ((sensitivity = ANY (ARRAY['public'::text, 'internal'::text, 'restricted'::text])))
);
CREATE TABLE gis.exposure_point (
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    township text NOT NULL,
    people_day real NOT NULL,
    people_night real NOT NULL,
    buildings real NOT NULL,
    CONSTRAINT exposure_point_buildings_check CHECK ((buildings >= (0)::double precision)),
    CONSTRAINT exposure_point_lat_check CHECK (((lat >= ('-90'::integer)::double precision) AND (lat <= (90)::double precision))),
    CONSTRAINT exposure_point_lon_check CHECK (((lon >= ('-180'::integer)::double precision) AND (lon <= (180)::double precision))),
    CONSTRAINT exposure_point_people_day_check CHECK ((people_day >= (0)::double precision)),
    CONSTRAINT exposure_point_people_night_check CHECK ((people_night >= (0)::double precision))
);
CREATE TABLE gis.exposure_set (
    only_one boolean DEFAULT true NOT NULL,
    version uuid NOT NULL,
    made_from text NOT NULL,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    source text NOT NULL,
    source_en text NOT NULL,
    date date NOT NULL,
    synthetic boolean NOT NULL,
    points integer NOT NULL,
    people_day bigint NOT NULL,
    people_night bigint NOT NULL,
    buildings bigint,
    CONSTRAINT exposure_set_only_one_check CHECK (only_one),
    CONSTRAINT exposure_set_points_check CHECK ((points > 0))
);
CREATE TABLE gis.facility (
    code text NOT NULL,
    kind text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    pinyin text NOT NULL,
    initials text NOT NULL,
    area_code text NOT NULL,
    point public.geometry(Point,4326) NOT NULL,
    elevation_m integer,
    area public.geometry(Polygon,4326),
    properties jsonb DEFAULT '{}'::jsonb NOT NULL,
    mark gis.mark NOT NULL,
    CONSTRAINT facility_kind_check CHECK ((kind ~ '^[a-z_]+$'::text))
);
CREATE TABLE gis.fence (
    id uuid NOT NULL,
    name text NOT NULL,
    name_en text,
    purpose text NOT NULL,
    basis text NOT NULL,
    incident_id uuid,
    area_code text,
    area public.geometry(Geometry,4326) NOT NULL,
    margin_m double precision NOT NULL,
    drawn_at timestamp with time zone NOT NULL,
    drawn_by jsonb NOT NULL,
    lifted_at timestamp with time zone,
    lifted_by jsonb,
    reason text,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT fence_area_check CHECK ((public.st_geometrytype(area) = ANY (ARRAY['ST_Polygon'::text, 'ST_MultiPolygon'::text]))),
    CONSTRAINT fence_basis_check CHECK ((basis = ANY (ARRAY['drawn'::text, 'incident_area'::text, 'impact_area'::text, 'district'::text]))),
    CONSTRAINT fence_margin_m_check CHECK (((margin_m >= (0)::double precision) AND (margin_m <= (5000)::double precision))),
    CONSTRAINT fence_purpose_check CHECK ((purpose = ANY (ARRAY['hazard'::text, 'cordon'::text, 'evacuation'::text, 'district'::text, 'other'::text])))
);
CREATE TABLE gis.fence_state (
    fence_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    inside boolean NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    told_late boolean DEFAULT false NOT NULL
);
CREATE TABLE gis.layer (
    name text NOT NULL,
    ordinal integer NOT NULL,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    source text NOT NULL,
    source_en text NOT NULL,
    licence text NOT NULL,
    date date,
    illustrative boolean NOT NULL,
    sensitivity text NOT NULL,
    CONSTRAINT layer_name_check CHECK ((name ~ '^[a-z_]+$'::text)),
    CONSTRAINT layer_sensitivity_check CHECK ((sensitivity = ANY (ARRAY['public'::text, 'internal'::text, 'restricted'::text])))
);
CREATE TABLE gis.layer_change (
    id bigint NOT NULL,
    layer text NOT NULL,
    what text NOT NULL,
    number integer,
    at timestamp with time zone NOT NULL,
    by text NOT NULL,
    CONSTRAINT layer_change_what_check CHECK ((what = ANY (ARRAY['imported'::text, 'rolled_back'::text, 'described'::text, 'removed'::text])))
);
ALTER TABLE gis.layer_change ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME gis.layer_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE gis.layer_import (
    id uuid NOT NULL,
    layer text NOT NULL,
    state text NOT NULL,
    done bigint NOT NULL,
    total bigint,
    problem jsonb,
    report jsonb,
    started_at timestamp with time zone NOT NULL,
    heard_at timestamp with time zone NOT NULL,
    by text NOT NULL,
    CONSTRAINT layer_import_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'refused'::text, 'failed'::text])))
);
CREATE TABLE gis.layer_version (
    id bigint NOT NULL,
    layer text NOT NULL,
    number integer NOT NULL,
    features bigint NOT NULL,
    geometries jsonb NOT NULL,
    attributes jsonb NOT NULL,
    zooms integer[] NOT NULL,
    west double precision NOT NULL,
    south double precision NOT NULL,
    east double precision NOT NULL,
    north double precision NOT NULL,
    crs text NOT NULL,
    origin text NOT NULL,
    format text NOT NULL,
    file_name text NOT NULL,
    file_sha256 text NOT NULL,
    report jsonb NOT NULL,
    imported_at timestamp with time zone NOT NULL,
    imported_by text NOT NULL
);
ALTER TABLE gis.layer_version ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME gis.layer_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE gis.map_image (
    name text NOT NULL,
    media_type text NOT NULL,
    data bytea NOT NULL,
    west double precision NOT NULL,
    south double precision NOT NULL,
    east double precision NOT NULL,
    north double precision NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL
);
CREATE TABLE gis.named (
    source text NOT NULL,
    code text NOT NULL,
    kind text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    short_zh text NOT NULL,
    short_en text NOT NULL,
    area_code text,
    point public.geometry(Point,4326) NOT NULL,
    pinyin text NOT NULL,
    initials text NOT NULL,
    other_codes text[] DEFAULT '{}'::text[] NOT NULL,
    weight real DEFAULT 0 NOT NULL,
    latin text GENERATED ALWAYS AS (lower(name_en)) STORED NOT NULL,
    grams text[] GENERATED ALWAYS AS (gis.grams(VARIADIC ARRAY[name_zh, short_zh])) STORED NOT NULL
);
CREATE TABLE gis.place (
    code text NOT NULL,
    parent text,
    level text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    short_zh text NOT NULL,
    short_en text NOT NULL,
    pinyin text NOT NULL,
    initials text NOT NULL,
    other_codes text[] DEFAULT '{}'::text[] NOT NULL,
    point public.geometry(Point,4326) NOT NULL,
    elevation_m integer,
    area public.geometry(Polygon,4326) NOT NULL,
    area_km2 double precision NOT NULL,
    population integer,
    population_year integer,
    population_mark gis.mark,
    mark gis.mark NOT NULL,
    area_mark gis.mark NOT NULL,
    CONSTRAINT place_code_check CHECK ((code ~ '^([0-9]{6}|[0-9]{9}|[0-9]{12})$'::text)),
    CONSTRAINT place_level_check CHECK ((level = ANY (ARRAY['city'::text, 'county'::text, 'township'::text])))
);
CREATE TABLE gis."position" (
    unit_id uuid NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    accuracy_m double precision,
    at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    source text NOT NULL,
    CONSTRAINT position_accuracy_m_check CHECK ((accuracy_m >= (0)::double precision)),
    CONSTRAINT position_lat_check CHECK (((lat >= ('-90'::integer)::double precision) AND (lat <= (90)::double precision))),
    CONSTRAINT position_lon_check CHECK (((lon >= ('-180'::integer)::double precision) AND (lon <= (180)::double precision)))
);
CREATE TABLE gis.region (
    only_one boolean DEFAULT true NOT NULL,
    seed integer NOT NULL,
    made_from text NOT NULL,
    digest text NOT NULL,
    source text NOT NULL,
    source_en text NOT NULL,
    date date NOT NULL,
    CONSTRAINT region_only_one_check CHECK (only_one)
);
CREATE TABLE gis.river (
    code text NOT NULL,
    name_zh text,
    name_en text,
    "order" integer NOT NULL,
    line public.geometry(MultiLineString,4326) NOT NULL,
    mark gis.mark NOT NULL
);
CREATE TABLE gis.road_closure (
    id uuid NOT NULL,
    kind text NOT NULL,
    bars text NOT NULL,
    reason text NOT NULL,
    names_zh text[] NOT NULL,
    names_en text[] NOT NULL,
    edge_ids integer[] NOT NULL,
    layer_version bigint NOT NULL,
    length_m double precision NOT NULL,
    geom public.geometry(Geometry,4326) NOT NULL,
    origin text,
    counties text[] NOT NULL,
    until timestamp with time zone,
    closed_at timestamp with time zone NOT NULL,
    closed_by jsonb NOT NULL,
    opened_at timestamp with time zone,
    opened_by jsonb,
    open_reason text,
    version integer NOT NULL,
    CONSTRAINT road_closure_bars_check CHECK ((bars = ANY (ARRAY['all'::text, 'public'::text]))),
    CONSTRAINT road_closure_check CHECK (((opened_at IS NULL) = (opened_by IS NULL))),
    CONSTRAINT road_closure_kind_check CHECK ((kind = ANY (ARRAY['point'::text, 'roads'::text, 'area'::text]))),
    CONSTRAINT road_closure_length_m_check CHECK ((length_m >= (0)::double precision))
);
CREATE TABLE gis.road_edge (
    id integer NOT NULL,
    from_node integer NOT NULL,
    to_node integer NOT NULL,
    class text NOT NULL,
    ref text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    length_m double precision NOT NULL,
    speed_kmh double precision NOT NULL,
    line public.geometry(LineString,4326) NOT NULL,
    mark gis.mark NOT NULL,
    oneway boolean DEFAULT false NOT NULL,
    open_to text DEFAULT 'all'::text NOT NULL,
    rescue_both_ways boolean DEFAULT false NOT NULL,
    CONSTRAINT road_edge_class_check CHECK ((class = ANY (ARRAY['expressway'::text, 'national'::text, 'provincial'::text, 'county'::text, 'township'::text]))),
    CONSTRAINT road_edge_length_m_check CHECK ((length_m > (0)::double precision)),
    CONSTRAINT road_edge_open_to_check CHECK ((open_to = ANY (ARRAY['all'::text, 'rescue'::text, 'public'::text]))),
    CONSTRAINT road_edge_speed_kmh_check CHECK ((speed_kmh > (0)::double precision))
);
CREATE TABLE gis.road_layer_state (
    only_one boolean DEFAULT true NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT road_layer_state_only_one_check CHECK (only_one)
);
CREATE TABLE gis.road_node (
    id integer NOT NULL,
    kind text NOT NULL,
    point public.geometry(Point,4326) NOT NULL,
    place_code text,
    CONSTRAINT road_node_kind_check CHECK ((kind = ANY (ARRAY['place'::text, 'junction'::text, 'end'::text])))
);
CREATE TABLE gis.road_turn (
    id integer NOT NULL,
    from_edge integer NOT NULL,
    via_node integer NOT NULL,
    to_edge integer NOT NULL,
    kind text NOT NULL,
    sign text NOT NULL,
    excepts text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT road_turn_kind_check CHECK ((kind = ANY (ARRAY['no'::text, 'only'::text])))
);
CREATE TABLE gis.summit (
    name_zh text NOT NULL,
    name_en text NOT NULL,
    point public.geometry(Point,4326) NOT NULL,
    elevation_m integer NOT NULL,
    mark gis.mark NOT NULL
);
CREATE TABLE gis.track_point (
    unit_id uuid NOT NULL,
    slot bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    accuracy_m real
);
CREATE TABLE gis.village (
    code text NOT NULL,
    source text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    point public.geometry(Point,4326) NOT NULL,
    area public.geometry(MultiPolygon,4326),
    CONSTRAINT village_code_check CHECK ((code ~ '^[0-9]{12}$'::text))
);
CREATE TABLE incidents.alert (
    id uuid NOT NULL,
    feed text NOT NULL,
    external_id text NOT NULL,
    aliases text[] NOT NULL,
    revision text NOT NULL,
    source text NOT NULL,
    headline text NOT NULL,
    text text NOT NULL,
    status text NOT NULL,
    class_key text,
    colour text,
    severity text,
    urgency text,
    certainty text,
    sent_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    onset_at timestamp with time zone,
    expires_at timestamp with time zone,
    lon double precision,
    lat double precision,
    point public.geometry(Point,4326) GENERATED ALWAYS AS (public.st_setsrid(public.st_makepoint(lon, lat), 4326)) STORED,
    geometry jsonb,
    magnitude double precision,
    depth_km double precision,
    distance_km double precision,
    inside_area boolean,
    area_code text,
    area_text text,
    language text,
    state text NOT NULL,
    on_board boolean DEFAULT true NOT NULL,
    incident_id uuid,
    acknowledged jsonb,
    version integer NOT NULL
);
CREATE TABLE incidents.assessment (
    id uuid NOT NULL,
    incident_id uuid NOT NULL,
    no integer NOT NULL,
    scenario text NOT NULL,
    state text NOT NULL,
    model text NOT NULL,
    model_version text NOT NULL,
    author text NOT NULL,
    class_key text NOT NULL,
    asked_hash text NOT NULL,
    caused_by jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    supersedes uuid,
    wanted jsonb,
    refusal jsonb,
    brief jsonb,
    answer jsonb,
    differences jsonb NOT NULL,
    CONSTRAINT assessment_check CHECK (((state = 'answered'::text) = ((answer IS NOT NULL) AND (brief IS NOT NULL)))),
    CONSTRAINT assessment_check1 CHECK (((state = 'refused'::text) = (refusal IS NOT NULL))),
    CONSTRAINT assessment_state_check CHECK ((state = ANY (ARRAY['answered'::text, 'refused'::text])))
);
CREATE TABLE incidents.assessment_adjustment (
    incident_id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    value jsonb,
    what_if uuid,
    reason text NOT NULL,
    by jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    withdrawn boolean NOT NULL,
    version integer NOT NULL,
    CONSTRAINT assessment_adjustment_kind_check CHECK ((kind = ANY (ARRAY['input'::text, 'facility'::text, 'model'::text])))
);
CREATE TABLE incidents.assessment_score (
    assessment_id uuid NOT NULL,
    outcome text NOT NULL,
    incident_id uuid NOT NULL,
    model text NOT NULL,
    model_version text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    observed double precision NOT NULL,
    p10 double precision NOT NULL,
    p50 double precision NOT NULL,
    p90 double precision NOT NULL,
    band integer NOT NULL,
    best_band integer NOT NULL,
    inside boolean NOT NULL,
    log_score double precision NOT NULL,
    scored_at timestamp with time zone NOT NULL
);
CREATE TABLE incidents.call (
    id uuid NOT NULL,
    no text NOT NULL,
    caller_name text,
    caller_phone text,
    source text NOT NULL,
    text text NOT NULL,
    place text,
    lon double precision,
    lat double precision,
    origin text,
    area_code text,
    class_key text,
    figures jsonb NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    by jsonb NOT NULL,
    missing text[] NOT NULL,
    state text NOT NULL,
    incident_id uuid,
    version integer NOT NULL
);
CREATE TABLE incidents.drawing (
    id uuid NOT NULL,
    incident_id uuid,
    area_code text,
    kind text NOT NULL,
    on_board boolean NOT NULL,
    name text,
    symbol text,
    style jsonb NOT NULL,
    geometry jsonb NOT NULL,
    length_m double precision,
    area_m2 double precision,
    deleted boolean NOT NULL,
    department text,
    drawn_by jsonb NOT NULL,
    drawn_at timestamp with time zone NOT NULL,
    changed_by jsonb NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    CONSTRAINT drawing_check CHECK (((incident_id IS NULL) <> (area_code IS NULL)))
);
CREATE TABLE incidents.drawing_version (
    drawing_id uuid NOT NULL,
    version integer NOT NULL,
    action text NOT NULL,
    of_version integer,
    name text,
    symbol text,
    style jsonb NOT NULL,
    geometry jsonb NOT NULL,
    length_m double precision,
    area_m2 double precision,
    deleted boolean NOT NULL,
    by jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT drawing_version_action_check CHECK ((action = ANY (ARRAY['drawn'::text, 'changed'::text, 'deleted'::text, 'restored'::text])))
);
CREATE TABLE incidents.feed_document (
    sha256 text NOT NULL,
    feed text NOT NULL,
    size integer NOT NULL,
    content bytea NOT NULL,
    received_at timestamp with time zone NOT NULL
);
CREATE TABLE incidents.feed_rejection (
    id uuid NOT NULL,
    sha256 text NOT NULL,
    feed text NOT NULL,
    element text NOT NULL,
    reason_zh text NOT NULL,
    reason_en text NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE incidents.feed_source (
    address text NOT NULL,
    feed text,
    every_s integer NOT NULL,
    next_at timestamp with time zone NOT NULL,
    etag text,
    last_modified text,
    sha256 text,
    last_ok_at timestamp with time zone,
    last_error text,
    failures integer DEFAULT 0 NOT NULL,
    CONSTRAINT feed_source_every_s_check CHECK ((every_s >= 5))
);
CREATE TABLE incidents.figure (
    incident_id uuid NOT NULL,
    metric text NOT NULL,
    value double precision,
    source text NOT NULL,
    observed_at timestamp with time zone NOT NULL,
    by jsonb NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE incidents.incident (
    id uuid NOT NULL,
    no text NOT NULL,
    title text NOT NULL,
    class_key text NOT NULL,
    status text NOT NULL,
    place text NOT NULL,
    lon double precision,
    lat double precision,
    origin text,
    point public.geometry(Point,4326) GENERATED ALWAYS AS (public.st_setsrid(public.st_makepoint(lon, lat), 4326)) STORED,
    area_code text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    description text,
    incident_area jsonb,
    impact_area jsonb,
    sensitive boolean NOT NULL,
    from_alert uuid,
    from_call uuid,
    opened_by jsonb NOT NULL,
    closed jsonb,
    grade_suggested jsonb,
    grade_decided jsonb,
    response jsonb,
    tasks_open integer DEFAULT 0 NOT NULL,
    tasks_closed integer DEFAULT 0 NOT NULL,
    tasks_total integer DEFAULT 0 NOT NULL,
    version integer NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    assessment jsonb
);
CREATE TABLE incidents.involvement (
    incident_id uuid NOT NULL,
    department text,
    unit_id uuid,
    since timestamp with time zone NOT NULL,
    CONSTRAINT involvement_check CHECK (((department IS NULL) <> (unit_id IS NULL)))
);
CREATE TABLE incidents.link (
    id uuid NOT NULL,
    incident_id uuid NOT NULL,
    other_id uuid NOT NULL,
    relation text NOT NULL,
    at timestamp with time zone NOT NULL,
    by jsonb NOT NULL,
    CONSTRAINT link_check CHECK ((incident_id <> other_id))
);
CREATE TABLE incidents.note (
    id uuid NOT NULL,
    incident_id uuid NOT NULL,
    task_id uuid,
    unit_id uuid,
    kind text NOT NULL,
    text text NOT NULL,
    files jsonb NOT NULL,
    lon double precision,
    lat double precision,
    origin text,
    occurred_at timestamp with time zone NOT NULL,
    at timestamp with time zone NOT NULL,
    by jsonb NOT NULL,
    late boolean NOT NULL
);
CREATE TABLE incidents.number (
    prefix text NOT NULL,
    last integer NOT NULL
);
CREATE TABLE incidents.register_count (
    area text NOT NULL,
    changes bigint NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE incidents.register_scenario (
    site_id uuid NOT NULL,
    key text NOT NULL,
    scenario text NOT NULL,
    no integer NOT NULL,
    zh text NOT NULL,
    en text NOT NULL,
    class_key text NOT NULL,
    cases jsonb NOT NULL,
    hour integer,
    inputs jsonb NOT NULL,
    basis text NOT NULL,
    model text NOT NULL,
    model_version text,
    site_version integer NOT NULL,
    exposure text,
    exposure_date date,
    state text NOT NULL,
    refusal jsonb,
    answer jsonb,
    at timestamp with time zone NOT NULL,
    CONSTRAINT register_scenario_check CHECK (((state = 'computed'::text) = (answer IS NOT NULL))),
    CONSTRAINT register_scenario_check1 CHECK (((state = 'refused'::text) = (refusal IS NOT NULL))),
    CONSTRAINT register_scenario_hour_check CHECK (((hour >= 0) AND (hour <= 23))),
    CONSTRAINT register_scenario_state_check CHECK ((state = ANY (ARRAY['computed'::text, 'refused'::text])))
);
CREATE TABLE incidents.register_score (
    site_id uuid NOT NULL,
    no integer NOT NULL,
    site_version integer NOT NULL,
    basis text NOT NULL,
    low double precision NOT NULL,
    high double precision NOT NULL,
    level text NOT NULL,
    confidence text NOT NULL,
    score jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT register_score_check CHECK (((high >= low) AND (high <= (100)::double precision))),
    CONSTRAINT register_score_low_check CHECK (((low >= (0)::double precision) AND (low <= (100)::double precision)))
);
CREATE TABLE incidents.register_site (
    id uuid NOT NULL,
    facility_code text,
    facility_print text,
    kind text NOT NULL,
    name text NOT NULL,
    name_en text,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    origin text NOT NULL,
    area_code text,
    owner text,
    department text,
    surveyed_on date,
    properties jsonb NOT NULL,
    source text NOT NULL,
    source_en text,
    mark gis.mark NOT NULL,
    retired boolean NOT NULL,
    entered_by jsonb NOT NULL,
    entered_at timestamp with time zone NOT NULL,
    changed_by jsonb NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    recompute_at timestamp with time zone,
    version integer NOT NULL,
    CONSTRAINT register_site_lat_check CHECK (((lat >= ('-90'::integer)::double precision) AND (lat <= (90)::double precision))),
    CONSTRAINT register_site_lon_check CHECK (((lon >= ('-180'::integer)::double precision) AND (lon <= (180)::double precision)))
);
CREATE TABLE incidents.register_site_version (
    site_id uuid NOT NULL,
    version integer NOT NULL,
    action text NOT NULL,
    site jsonb NOT NULL,
    reason text NOT NULL,
    by jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT register_site_version_action_check CHECK ((action = ANY (ARRAY['entered'::text, 'taken_in'::text, 'corrected'::text, 'retired'::text, 'restored'::text])))
);
CREATE TABLE incidents.report (
    id uuid NOT NULL,
    incident_id uuid NOT NULL,
    form text NOT NULL,
    channel text NOT NULL,
    no integer NOT NULL,
    recipient text NOT NULL,
    text text NOT NULL,
    signed_by text NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    by jsonb NOT NULL,
    late boolean NOT NULL
);
CREATE TABLE incidents.what_if (
    id uuid NOT NULL,
    incident_id uuid NOT NULL,
    title text NOT NULL,
    inputs jsonb NOT NULL,
    excluded text[] NOT NULL,
    model text,
    reason text NOT NULL,
    state text NOT NULL,
    made_by jsonb NOT NULL,
    made_at timestamp with time zone NOT NULL,
    changed_by jsonb NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    CONSTRAINT what_if_state_check CHECK ((state = ANY (ARRAY['open'::text, 'dropped'::text, 'adopted'::text])))
);
CREATE TABLE notify.delivery (
    id uuid NOT NULL,
    message_id uuid NOT NULL,
    channel text NOT NULL,
    account_id uuid NOT NULL,
    name text NOT NULL,
    address text,
    subject text NOT NULL,
    text text NOT NULL,
    state text NOT NULL,
    queued_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    delivered_at timestamp with time zone,
    read_at timestamp with time zone,
    answered_at timestamp with time zone,
    failed_at timestamp with time zone,
    error text,
    attempts integer DEFAULT 0 NOT NULL,
    next_try_at timestamp with time zone,
    CONSTRAINT delivery_channel_check CHECK ((channel = ANY (ARRAY['in_app'::text, 'smtp'::text]))),
    CONSTRAINT delivery_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sent'::text, 'delivered'::text, 'read'::text, 'answered'::text, 'failed'::text])))
);
CREATE TABLE notify.message (
    id uuid NOT NULL,
    incident_id uuid,
    task_id uuid,
    kind text NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE spine.account (
    id uuid NOT NULL,
    login text NOT NULL,
    name text NOT NULL,
    password_hash text NOT NULL,
    email text,
    phone text,
    locale text DEFAULT 'zh'::text NOT NULL,
    disabled boolean DEFAULT false NOT NULL,
    demo_password text,
    CONSTRAINT account_login_check CHECK ((login = lower(login)))
);
CREATE TABLE spine.account_grant (
    account_id uuid NOT NULL,
    role text NOT NULL,
    area text NOT NULL,
    department text,
    unit text
);
CREATE TABLE spine.api_token (
    id uuid NOT NULL,
    token_hash bytea NOT NULL,
    name text NOT NULL,
    account_id uuid,
    feed text,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT api_token_check CHECK (((account_id IS NULL) <> (feed IS NULL)))
);
CREATE TABLE spine.cursor (
    follower text NOT NULL,
    stream text NOT NULL,
    seq bigint DEFAULT 0 NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    last_error text
);
CREATE TABLE spine.deadline (
    id uuid NOT NULL,
    kind text NOT NULL,
    incident_id uuid,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    department text,
    area text NOT NULL,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    to_zh text NOT NULL,
    to_en text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    passed_at timestamp with time zone,
    settled_at timestamp with time zone,
    outcome text,
    silent boolean DEFAULT false NOT NULL,
    CONSTRAINT deadline_outcome_check CHECK ((outcome = ANY (ARRAY['met'::text, 'late'::text, 'void'::text])))
);
CREATE TABLE spine.fact (
    stream text NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    by_id text NOT NULL,
    command_id uuid NOT NULL,
    body text NOT NULL,
    hash bytea NOT NULL
);
CREATE TABLE spine.file (
    sha256 text NOT NULL,
    stored_sha256 text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    name text,
    uploaded_by text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT file_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);
CREATE TABLE spine.realm (
    only_one boolean DEFAULT true NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    epoch uuid NOT NULL,
    base_at timestamp with time zone,
    base_wall timestamp with time zone,
    speed double precision DEFAULT 1 NOT NULL,
    paused boolean DEFAULT false NOT NULL,
    outbound jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT realm_kind_check CHECK ((kind = ANY (ARRAY['live'::text, 'exercise'::text, 'test'::text]))),
    CONSTRAINT realm_only_one_check CHECK (only_one),
    CONSTRAINT realm_speed_check CHECK (((speed >= (0)::double precision) AND (speed <= (120)::double precision)))
);
CREATE TABLE spine.receipt (
    command_id uuid NOT NULL,
    by_id text NOT NULL,
    kind text NOT NULL,
    digest bytea NOT NULL,
    at timestamp with time zone NOT NULL,
    answer text,
    refusal text
);
CREATE TABLE spine.seal_key (
    only_one boolean DEFAULT true NOT NULL,
    key bytea NOT NULL,
    CONSTRAINT seal_key_key_check CHECK ((octet_length(key) = 32)),
    CONSTRAINT seal_key_only_one_check CHECK (only_one)
);
CREATE TABLE spine.session (
    token_hash bytea NOT NULL,
    account_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE spine.stream_head (
    stream text NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT stream_head_stream_check CHECK (((length(stream) >= 1) AND (length(stream) <= 120)))
)
WITH (fillfactor='50');
ALTER TABLE ONLY command.consultation
    ADD CONSTRAINT consultation_no_key UNIQUE (no);
ALTER TABLE ONLY command.consultation
    ADD CONSTRAINT consultation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.delegation
    ADD CONSTRAINT delegation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.department
    ADD CONSTRAINT department_pkey PRIMARY KEY (code);
ALTER TABLE ONLY command.depot
    ADD CONSTRAINT depot_pkey PRIMARY KEY (code);
ALTER TABLE ONLY command.duty
    ADD CONSTRAINT duty_pkey PRIMARY KEY (post);
ALTER TABLE ONLY command.exercise
    ADD CONSTRAINT exercise_only_one_key UNIQUE (only_one);
ALTER TABLE ONLY command.exercise
    ADD CONSTRAINT exercise_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.handover
    ADD CONSTRAINT handover_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.headquarters_group
    ADD CONSTRAINT headquarters_group_pkey PRIMARY KEY (incident_id, id);
ALTER TABLE ONLY command.headquarters
    ADD CONSTRAINT headquarters_pkey PRIMARY KEY (incident_id);
ALTER TABLE ONLY command.headquarters_seat
    ADD CONSTRAINT headquarters_seat_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.holding
    ADD CONSTRAINT holding_pkey PRIMARY KEY (person_id, department, title_zh);
ALTER TABLE ONLY command.hospital_beds
    ADD CONSTRAINT hospital_beds_pkey PRIMARY KEY (hospital, ward);
ALTER TABLE ONLY command.hospital
    ADD CONSTRAINT hospital_pkey PRIMARY KEY (code);
ALTER TABLE ONLY command.inject
    ADD CONSTRAINT inject_exercise_id_no_key UNIQUE (exercise_id, no);
ALTER TABLE ONLY command.inject
    ADD CONSTRAINT inject_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.instruction
    ADD CONSTRAINT instruction_no_key UNIQUE (no);
ALTER TABLE ONLY command.instruction
    ADD CONSTRAINT instruction_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.leave
    ADD CONSTRAINT leave_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.opinion
    ADD CONSTRAINT opinion_consultation_id_department_key UNIQUE (consultation_id, department);
ALTER TABLE ONLY command.opinion
    ADD CONSTRAINT opinion_consultation_id_place_key UNIQUE (consultation_id, place);
ALTER TABLE ONLY command.opinion
    ADD CONSTRAINT opinion_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.person
    ADD CONSTRAINT person_account_id_key UNIQUE (account_id);
ALTER TABLE ONLY command.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.plan_version
    ADD CONSTRAINT plan_version_pkey PRIMARY KEY (plan_id, version);
ALTER TABLE ONLY command.proposal
    ADD CONSTRAINT proposal_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.rating
    ADD CONSTRAINT rating_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.recommendation
    ADD CONSTRAINT recommendation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.request
    ADD CONSTRAINT request_no_key UNIQUE (no);
ALTER TABLE ONLY command.request_offer
    ADD CONSTRAINT request_offer_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.request_party
    ADD CONSTRAINT request_party_pkey PRIMARY KEY (request_id, party);
ALTER TABLE ONLY command.request
    ADD CONSTRAINT request_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.response
    ADD CONSTRAINT response_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.roster_calendar
    ADD CONSTRAINT roster_calendar_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.roster_calendar
    ADD CONSTRAINT roster_calendar_token_hash_key UNIQUE (token_hash);
ALTER TABLE ONLY command.roster_head
    ADD CONSTRAINT roster_head_pkey PRIMARY KEY (area);
ALTER TABLE ONLY command.shelter
    ADD CONSTRAINT shelter_facility_code_key UNIQUE (facility_code);
ALTER TABLE ONLY command.shelter
    ADD CONSTRAINT shelter_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.shelter_reservation
    ADD CONSTRAINT shelter_reservation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.shift
    ADD CONSTRAINT shift_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.shift
    ADD CONSTRAINT shift_post_seat_starts_at_key UNIQUE (post, seat, starts_at);
ALTER TABLE ONLY command.shift_swap
    ADD CONSTRAINT shift_swap_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.spot_check
    ADD CONSTRAINT spot_check_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.stock_hold_lot
    ADD CONSTRAINT stock_hold_lot_pkey PRIMARY KEY (hold_id, lot_id);
ALTER TABLE ONLY command.stock_hold
    ADD CONSTRAINT stock_hold_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.stock_lot
    ADD CONSTRAINT stock_lot_depot_item_lot_no_key UNIQUE (depot, item, lot_no);
ALTER TABLE ONLY command.stock_lot
    ADD CONSTRAINT stock_lot_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.stock_move
    ADD CONSTRAINT stock_move_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.task_event
    ADD CONSTRAINT task_event_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.task
    ADD CONSTRAINT task_no_key UNIQUE (no);
ALTER TABLE ONLY command.task
    ADD CONSTRAINT task_pkey PRIMARY KEY (id);
ALTER TABLE ONLY command.unit
    ADD CONSTRAINT unit_call_sign_key UNIQUE (call_sign);
ALTER TABLE ONLY command.unit
    ADD CONSTRAINT unit_code_key UNIQUE (code);
ALTER TABLE ONLY command.unit
    ADD CONSTRAINT unit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY gis.base_map_change
    ADD CONSTRAINT base_map_change_pkey PRIMARY KEY (id);
ALTER TABLE ONLY gis.base_map_key
    ADD CONSTRAINT base_map_key_pkey PRIMARY KEY (name);
ALTER TABLE ONLY gis.base_map
    ADD CONSTRAINT base_map_pkey PRIMARY KEY (name);
ALTER TABLE ONLY gis.city_layer
    ADD CONSTRAINT city_layer_pkey PRIMARY KEY (name);
ALTER TABLE ONLY gis.elevation
    ADD CONSTRAINT elevation_pkey PRIMARY KEY (only_one);
ALTER TABLE ONLY gis.elevation_tile
    ADD CONSTRAINT elevation_tile_pkey PRIMARY KEY (z, x, y, version);
ALTER TABLE ONLY gis.elevation_version
    ADD CONSTRAINT elevation_version_pkey PRIMARY KEY (id);
ALTER TABLE ONLY gis.exposure_set
    ADD CONSTRAINT exposure_set_pkey PRIMARY KEY (only_one);
ALTER TABLE ONLY gis.facility
    ADD CONSTRAINT facility_pkey PRIMARY KEY (code);
ALTER TABLE ONLY gis.fence
    ADD CONSTRAINT fence_pkey PRIMARY KEY (id);
ALTER TABLE ONLY gis.fence_state
    ADD CONSTRAINT fence_state_pkey PRIMARY KEY (fence_id, unit_id);
ALTER TABLE ONLY gis.layer_change
    ADD CONSTRAINT layer_change_pkey PRIMARY KEY (id);
ALTER TABLE ONLY gis.layer_import
    ADD CONSTRAINT layer_import_pkey PRIMARY KEY (id);
ALTER TABLE ONLY gis.layer
    ADD CONSTRAINT layer_pkey PRIMARY KEY (name);
ALTER TABLE ONLY gis.layer_version
    ADD CONSTRAINT layer_version_layer_number_key UNIQUE (layer, number);
ALTER TABLE ONLY gis.layer_version
    ADD CONSTRAINT layer_version_pkey PRIMARY KEY (id);
ALTER TABLE ONLY gis.map_image
    ADD CONSTRAINT map_image_pkey PRIMARY KEY (name);
ALTER TABLE ONLY gis.named
    ADD CONSTRAINT named_pkey PRIMARY KEY (source, kind, code);
ALTER TABLE ONLY gis.place
    ADD CONSTRAINT place_pkey PRIMARY KEY (code);
ALTER TABLE ONLY gis."position"
    ADD CONSTRAINT position_pkey PRIMARY KEY (unit_id);
ALTER TABLE ONLY gis.region
    ADD CONSTRAINT region_pkey PRIMARY KEY (only_one);
ALTER TABLE ONLY gis.river
    ADD CONSTRAINT river_pkey PRIMARY KEY (code);
ALTER TABLE ONLY gis.road_closure
    ADD CONSTRAINT road_closure_pkey PRIMARY KEY (id);
ALTER TABLE ONLY gis.road_edge
    ADD CONSTRAINT road_edge_pkey PRIMARY KEY (id);
ALTER TABLE ONLY gis.road_layer_state
    ADD CONSTRAINT road_layer_state_pkey PRIMARY KEY (only_one);
ALTER TABLE ONLY gis.road_node
    ADD CONSTRAINT road_node_pkey PRIMARY KEY (id);
ALTER TABLE ONLY gis.road_turn
    ADD CONSTRAINT road_turn_pkey PRIMARY KEY (id);
ALTER TABLE ONLY gis.summit
    ADD CONSTRAINT summit_pkey PRIMARY KEY (name_zh);
ALTER TABLE ONLY gis.track_point
    ADD CONSTRAINT track_point_pkey PRIMARY KEY (unit_id, slot);
ALTER TABLE ONLY gis.village
    ADD CONSTRAINT village_pkey PRIMARY KEY (code);
ALTER TABLE ONLY incidents.alert
    ADD CONSTRAINT alert_pkey PRIMARY KEY (id);
ALTER TABLE ONLY incidents.assessment_adjustment
    ADD CONSTRAINT assessment_adjustment_pkey PRIMARY KEY (incident_id, kind, name);
ALTER TABLE ONLY incidents.assessment
    ADD CONSTRAINT assessment_incident_id_no_key UNIQUE (incident_id, no);
ALTER TABLE ONLY incidents.assessment
    ADD CONSTRAINT assessment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY incidents.assessment_score
    ADD CONSTRAINT assessment_score_pkey PRIMARY KEY (assessment_id, outcome);
ALTER TABLE ONLY incidents.call
    ADD CONSTRAINT call_no_key UNIQUE (no);
ALTER TABLE ONLY incidents.call
    ADD CONSTRAINT call_pkey PRIMARY KEY (id);
ALTER TABLE ONLY incidents.drawing
    ADD CONSTRAINT drawing_pkey PRIMARY KEY (id);
ALTER TABLE ONLY incidents.drawing_version
    ADD CONSTRAINT drawing_version_pkey PRIMARY KEY (drawing_id, version);
ALTER TABLE ONLY incidents.feed_document
    ADD CONSTRAINT feed_document_pkey PRIMARY KEY (sha256);
ALTER TABLE ONLY incidents.feed_rejection
    ADD CONSTRAINT feed_rejection_pkey PRIMARY KEY (id);
ALTER TABLE ONLY incidents.feed_source
    ADD CONSTRAINT feed_source_pkey PRIMARY KEY (address);
ALTER TABLE ONLY incidents.figure
    ADD CONSTRAINT figure_pkey PRIMARY KEY (incident_id, metric);
ALTER TABLE ONLY incidents.incident
    ADD CONSTRAINT incident_no_key UNIQUE (no);
ALTER TABLE ONLY incidents.incident
    ADD CONSTRAINT incident_pkey PRIMARY KEY (id);
ALTER TABLE ONLY incidents.involvement
    ADD CONSTRAINT involvement_incident_id_department_key UNIQUE (incident_id, department);
ALTER TABLE ONLY incidents.involvement
    ADD CONSTRAINT involvement_incident_id_unit_id_key UNIQUE (incident_id, unit_id);
ALTER TABLE ONLY incidents.link
    ADD CONSTRAINT link_incident_id_other_id_key UNIQUE (incident_id, other_id);
ALTER TABLE ONLY incidents.link
    ADD CONSTRAINT link_pkey PRIMARY KEY (id);
ALTER TABLE ONLY incidents.note
    ADD CONSTRAINT note_pkey PRIMARY KEY (id);
ALTER TABLE ONLY incidents.number
    ADD CONSTRAINT number_pkey PRIMARY KEY (prefix);
ALTER TABLE ONLY incidents.register_count
    ADD CONSTRAINT register_count_pkey PRIMARY KEY (area);
ALTER TABLE ONLY incidents.register_scenario
    ADD CONSTRAINT register_scenario_pkey PRIMARY KEY (site_id, key);
ALTER TABLE ONLY incidents.register_score
    ADD CONSTRAINT register_score_pkey PRIMARY KEY (site_id, no);
ALTER TABLE ONLY incidents.register_site
    ADD CONSTRAINT register_site_facility_code_key UNIQUE (facility_code);
ALTER TABLE ONLY incidents.register_site
    ADD CONSTRAINT register_site_pkey PRIMARY KEY (id);
ALTER TABLE ONLY incidents.register_site_version
    ADD CONSTRAINT register_site_version_pkey PRIMARY KEY (site_id, version);
ALTER TABLE ONLY incidents.report
    ADD CONSTRAINT report_incident_id_form_no_key UNIQUE (incident_id, form, no);
ALTER TABLE ONLY incidents.report
    ADD CONSTRAINT report_pkey PRIMARY KEY (id);
ALTER TABLE ONLY incidents.what_if
    ADD CONSTRAINT what_if_pkey PRIMARY KEY (id);
ALTER TABLE ONLY notify.delivery
    ADD CONSTRAINT delivery_pkey PRIMARY KEY (id);
ALTER TABLE ONLY notify.message
    ADD CONSTRAINT message_pkey PRIMARY KEY (id);
ALTER TABLE ONLY spine.account
    ADD CONSTRAINT account_login_key UNIQUE (login);
ALTER TABLE ONLY spine.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (id);
ALTER TABLE ONLY spine.api_token
    ADD CONSTRAINT api_token_pkey PRIMARY KEY (id);
ALTER TABLE ONLY spine.api_token
    ADD CONSTRAINT api_token_token_hash_key UNIQUE (token_hash);
ALTER TABLE ONLY spine.cursor
    ADD CONSTRAINT cursor_pkey PRIMARY KEY (follower, stream);
ALTER TABLE ONLY spine.deadline
    ADD CONSTRAINT deadline_kind_subject_id_key UNIQUE (kind, subject_id);
ALTER TABLE ONLY spine.deadline
    ADD CONSTRAINT deadline_pkey PRIMARY KEY (id);
ALTER TABLE ONLY spine.fact
    ADD CONSTRAINT fact_pkey PRIMARY KEY (stream, seq);
ALTER TABLE ONLY spine.file
    ADD CONSTRAINT file_pkey PRIMARY KEY (sha256);
ALTER TABLE ONLY spine.realm
    ADD CONSTRAINT realm_pkey PRIMARY KEY (only_one);
ALTER TABLE ONLY spine.receipt
    ADD CONSTRAINT receipt_pkey PRIMARY KEY (command_id);
ALTER TABLE ONLY spine.seal_key
    ADD CONSTRAINT seal_key_pkey PRIMARY KEY (only_one);
ALTER TABLE ONLY spine.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (token_hash);
ALTER TABLE ONLY spine.stream_head
    ADD CONSTRAINT stream_head_pkey PRIMARY KEY (stream);
CREATE INDEX consultation_asker ON command.consultation USING btree (asker_department);
CREATE INDEX consultation_incident ON command.consultation USING btree (incident_id);
CREATE INDEX consultation_lead ON command.consultation USING btree (lead);
CREATE INDEX delegation_incident ON command.delegation USING btree (incident_id);
CREATE INDEX depot_department ON command.depot USING btree (department);
CREATE INDEX duty_account ON command.duty USING btree (account_id);
CREATE UNIQUE INDEX handover_one_open ON command.handover USING btree (post) WHERE (state = 'offered'::text);
CREATE INDEX handover_post ON command.handover USING btree (post);
CREATE INDEX headquarters_group_lead ON command.headquarters_group USING btree (lead) WHERE (dissolved IS NULL);
CREATE INDEX headquarters_group_members ON command.headquarters_group USING gin (members) WHERE (dissolved IS NULL);
CREATE UNIQUE INDEX headquarters_one_commander ON command.headquarters_seat USING btree (incident_id) WHERE (role = 'commander'::text);
CREATE INDEX headquarters_seat_incident ON command.headquarters_seat USING btree (incident_id);
CREATE INDEX holding_department ON command.holding USING btree (department);
CREATE INDEX hospital_area ON command.hospital USING btree (area_code text_pattern_ops);
CREATE INDEX inject_due ON command.inject USING btree (due_at) WHERE (NOT done);
CREATE INDEX instruction_incident ON command.instruction USING btree (incident_id);
CREATE INDEX instruction_open ON command.instruction USING btree (area_code) WHERE (state <> ALL (ARRAY['closed'::text, 'cancelled'::text]));
CREATE INDEX leave_person ON command.leave USING btree (person_id, from_at);
CREATE INDEX opinion_department ON command.opinion USING btree (department);
CREATE INDEX person_department ON command.person USING btree (department);
CREATE UNIQUE INDEX plan_in_force ON command.plan_version USING btree (plan_id) WHERE (state = 'in_force'::text);
CREATE INDEX proposal_incident ON command.proposal USING btree (incident_id);
CREATE UNIQUE INDEX proposal_one_open ON command.proposal USING btree (response_id, rule) WHERE ((state = 'open'::text) AND (rule IS NOT NULL));
CREATE UNIQUE INDEX proposal_one_open_on_the_spot ON command.proposal USING btree (incident_id, rule) WHERE ((state = 'open'::text) AND (response_id IS NULL));
CREATE INDEX rating_exercise ON command.rating USING btree (exercise_id);
CREATE INDEX rating_inject ON command.rating USING btree (inject_id);
CREATE INDEX recommendation_incident ON command.recommendation USING btree (incident_id, at);
CREATE INDEX request_department ON command.request USING btree (department, state);
CREATE INDEX request_incident ON command.request USING btree (incident_id) WHERE (incident_id IS NOT NULL);
CREATE INDEX request_item ON command.request USING btree (item, state);
CREATE INDEX request_offer_request ON command.request_offer USING btree (request_id);
CREATE INDEX request_offer_source ON command.request_offer USING btree (source, source_id);
CREATE UNIQUE INDEX request_offer_unit ON command.request_offer USING btree (source_id) WHERE ((source = 'unit'::text) AND (state = ANY (ARRAY['offered'::text, 'committed'::text, 'deployed'::text, 'received'::text])));
CREATE INDEX request_party_party ON command.request_party USING btree (party);
CREATE INDEX request_task ON command.request USING btree (task_id) WHERE (task_id IS NOT NULL);
CREATE INDEX response_incident ON command.response USING btree (incident_id);
CREATE UNIQUE INDEX response_one_active ON command.response USING btree (incident_id, plan_id) WHERE (state = 'active'::text);
CREATE UNIQUE INDEX response_one_proposed ON command.response USING btree (incident_id, plan_id) WHERE (state = 'proposed'::text);
CREATE INDEX roster_calendar_account ON command.roster_calendar USING btree (account_id);
CREATE INDEX shelter_area ON command.shelter USING btree (area_code text_pattern_ops);
CREATE INDEX shelter_incident ON command.shelter USING btree (incident_id) WHERE (incident_id IS NOT NULL);
CREATE INDEX shelter_point ON command.shelter USING gist (point);
CREATE INDEX shelter_reservation_incident ON command.shelter_reservation USING btree (incident_id) WHERE (expected > 0);
CREATE INDEX shelter_reservation_shelter ON command.shelter_reservation USING btree (shelter_id) WHERE (expected > 0);
CREATE INDEX shelter_reservation_task ON command.shelter_reservation USING btree (task_id) WHERE (expected > 0);
CREATE INDEX shift_person ON command.shift USING btree (person_id, starts_at);
CREATE INDEX shift_post ON command.shift USING btree (post, starts_at);
CREATE INDEX shift_starts ON command.shift USING btree (starts_at);
CREATE INDEX spot_check_post ON command.spot_check USING btree (post, at);
CREATE INDEX stock_hold_depot ON command.stock_hold USING btree (depot, item);
CREATE INDEX stock_hold_incident ON command.stock_hold USING btree (incident_id) WHERE (incident_id IS NOT NULL);
CREATE INDEX stock_hold_lot_lot ON command.stock_hold_lot USING btree (lot_id);
CREATE INDEX stock_lot_item ON command.stock_lot USING btree (item, depot);
CREATE INDEX stock_move_issue ON command.stock_move USING btree (at) WHERE (kind = 'issue'::text);
CREATE INDEX stock_move_lot ON command.stock_move USING btree (lot_id, at);
CREATE INDEX swap_from ON command.shift_swap USING btree (from_person);
CREATE UNIQUE INDEX swap_one_open ON command.shift_swap USING btree (shift_id) WHERE (state = ANY (ARRAY['asked'::text, 'agreed'::text]));
CREATE INDEX swap_post ON command.shift_swap USING btree (post);
CREATE INDEX swap_return ON command.shift_swap USING btree (in_return_id) WHERE (in_return_id IS NOT NULL);
CREATE INDEX swap_to ON command.shift_swap USING btree (to_person);
CREATE INDEX task_department ON command.task USING btree (department, state);
CREATE INDEX task_event_at ON command.task_event USING btree (at);
CREATE INDEX task_event_board ON command.task_event USING btree (department, kind, level, cause) INCLUDE (clock, minutes, at, ended_at, ran_over, incident_id, area_code);
CREATE INDEX task_event_incident ON command.task_event USING btree (incident_id, at);
CREATE INDEX task_event_pauses ON command.task_event USING btree (department) INCLUDE (at, ended_at, incident_id, area_code) WHERE (kind = 'pause'::text);
CREATE INDEX task_event_task ON command.task_event USING btree (task_id, at);
CREATE INDEX task_incident ON command.task USING btree (incident_id);
CREATE INDEX task_instruction ON command.task USING btree (instruction_id) WHERE (instruction_id IS NOT NULL);
CREATE INDEX task_measured ON command.task USING btree (department) INCLUDE (measured, issued_at, incident_id, priority, response_id, area_code);
CREATE INDEX task_open ON command.task USING btree (incident_id) WHERE (closed_at IS NULL);
CREATE INDEX task_parent ON command.task USING btree (parent_id) WHERE (parent_id IS NOT NULL);
CREATE INDEX task_response ON command.task USING btree (response_id);
CREATE INDEX task_unit ON command.task USING btree (unit_id);
CREATE INDEX task_waits_for ON command.task USING gin (after) WHERE (state = 'waiting'::text);
CREATE INDEX unit_department ON command.unit USING btree (department);
CREATE INDEX unit_task ON command.unit USING btree (task_id);
CREATE UNIQUE INDEX base_map_one_default ON gis.base_map USING btree (is_default) WHERE is_default;
CREATE INDEX elevation_tile_version ON gis.elevation_tile USING btree (version);
CREATE INDEX facility_area_code ON gis.facility USING btree (area_code, kind);
CREATE INDEX facility_kind ON gis.facility USING btree (kind);
CREATE INDEX facility_name ON gis.facility USING gin (name_zh public.gin_trgm_ops);
CREATE INDEX facility_pinyin ON gis.facility USING gin (pinyin public.gin_trgm_ops);
CREATE INDEX facility_point ON gis.facility USING gist (point);
CREATE INDEX fence_standing ON gis.fence USING btree (incident_id) WHERE (lifted_at IS NULL);
CREATE INDEX fence_state_unit ON gis.fence_state USING btree (unit_id);
CREATE INDEX layer_change_layer ON gis.layer_change USING btree (layer, id);
CREATE INDEX named_code ON gis.named USING btree (code text_pattern_ops);
CREATE INDEX named_grams ON gis.named USING gin (grams);
CREATE INDEX named_initials ON gis.named USING btree (initials text_pattern_ops);
CREATE INDEX named_latin ON gis.named USING gin (latin public.gin_trgm_ops);
CREATE INDEX named_other_codes ON gis.named USING gin (other_codes) WHERE (other_codes <> '{}'::text[]);
CREATE INDEX named_pinyin ON gis.named USING btree (pinyin text_pattern_ops);
CREATE INDEX named_short ON gis.named USING btree (short_zh text_pattern_ops);
CREATE INDEX named_short_latin ON gis.named USING btree (lower(short_en));
CREATE INDEX named_sounds ON gis.named USING gin (pinyin public.gin_trgm_ops);
CREATE INDEX named_zh ON gis.named USING btree (name_zh text_pattern_ops);
CREATE INDEX place_area ON gis.place USING gist (area);
CREATE INDEX place_name ON gis.place USING gin (name_zh public.gin_trgm_ops);
CREATE INDEX place_parent ON gis.place USING btree (parent);
CREATE INDEX place_pinyin ON gis.place USING gin (pinyin public.gin_trgm_ops);
CREATE INDEX place_point ON gis.place USING gist (point);
CREATE INDEX river_line ON gis.river USING gist (line);
CREATE INDEX road_closure_standing ON gis.road_closure USING btree (closed_at, id) WHERE (opened_at IS NULL);
CREATE INDEX road_edge_from ON gis.road_edge USING btree (from_node);
CREATE INDEX road_edge_line ON gis.road_edge USING gist (line);
CREATE INDEX road_edge_to ON gis.road_edge USING btree (to_node);
CREATE INDEX road_node_point ON gis.road_node USING gist (point);
CREATE INDEX road_turn_from ON gis.road_turn USING btree (from_edge);
CREATE INDEX road_turn_to ON gis.road_turn USING btree (to_edge);
CREATE INDEX road_turn_via ON gis.road_turn USING btree (via_node);
CREATE INDEX track_point_slot ON gis.track_point USING btree (slot);
CREATE INDEX village_area ON gis.village USING gist (area);
CREATE INDEX village_point ON gis.village USING gist (point);
CREATE INDEX alert_board ON incidents.alert USING btree (sent_at) WHERE on_board;
CREATE INDEX alert_feed_aliases ON incidents.alert USING gin (aliases);
CREATE INDEX alert_incident ON incidents.alert USING btree (incident_id);
CREATE INDEX alert_received ON incidents.alert USING btree (feed, received_at);
CREATE INDEX assessment_newest ON incidents.assessment USING btree (incident_id, scenario, state, no DESC);
CREATE INDEX assessment_score_model ON incidents.assessment_score USING btree (model, outcome);
CREATE INDEX call_incident ON incidents.call USING btree (incident_id);
CREATE INDEX call_open ON incidents.call USING btree (received_at) WHERE (state = 'open'::text);
CREATE INDEX drawing_area ON incidents.drawing USING btree (area_code) WHERE (area_code IS NOT NULL);
CREATE INDEX drawing_incident ON incidents.drawing USING btree (incident_id) WHERE (incident_id IS NOT NULL);
CREATE INDEX feed_rejection_document ON incidents.feed_rejection USING btree (sha256);
CREATE INDEX incident_point ON incidents.incident USING gist (point);
CREATE INDEX incident_status ON incidents.incident USING btree (status, opened_at);
CREATE INDEX involvement_department ON incidents.involvement USING btree (department);
CREATE INDEX involvement_unit ON incidents.involvement USING btree (unit_id);
CREATE INDEX link_other ON incidents.link USING btree (other_id);
CREATE INDEX note_files ON incidents.note USING gin (files jsonb_path_ops);
CREATE INDEX note_incident ON incidents.note USING btree (incident_id);
CREATE INDEX note_task ON incidents.note USING btree (task_id) WHERE (task_id IS NOT NULL);
CREATE INDEX register_site_area ON incidents.register_site USING btree (area_code);
CREATE INDEX register_site_place ON incidents.register_site USING btree (lon, lat) WHERE (NOT retired);
CREATE INDEX what_if_open ON incidents.what_if USING btree (incident_id) WHERE (state = 'open'::text);
CREATE INDEX delivery_account ON notify.delivery USING btree (account_id);
CREATE INDEX delivery_message ON notify.delivery USING btree (message_id);
CREATE INDEX delivery_waiting ON notify.delivery USING btree (next_try_at) WHERE ((state = 'queued'::text) AND (channel <> 'in_app'::text));
CREATE INDEX message_incident ON notify.message USING btree (incident_id);
CREATE INDEX message_task ON notify.message USING btree (task_id);
CREATE INDEX account_grant_account ON spine.account_grant USING btree (account_id);
CREATE INDEX account_grant_department ON spine.account_grant USING btree (department);
CREATE INDEX account_grant_unit ON spine.account_grant USING btree (unit);
CREATE INDEX deadline_due ON spine.deadline USING btree (due_at) WHERE ((settled_at IS NULL) AND (passed_at IS NULL));
CREATE INDEX deadline_open_department ON spine.deadline USING btree (department) WHERE (settled_at IS NULL);
CREATE INDEX deadline_open_incident ON spine.deadline USING btree (incident_id) WHERE (settled_at IS NULL);
CREATE INDEX fact_at ON spine.fact USING brin (at);
CREATE INDEX fact_command ON spine.fact USING btree (command_id);
CREATE INDEX session_account ON spine.session USING btree (account_id);
CREATE TRIGGER road_edge_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON gis.road_edge FOR EACH STATEMENT EXECUTE FUNCTION gis.road_layer_changed();
CREATE TRIGGER road_node_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON gis.road_node FOR EACH STATEMENT EXECUTE FUNCTION gis.road_layer_changed();
CREATE TRIGGER road_turn_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON gis.road_turn FOR EACH STATEMENT EXECUTE FUNCTION gis.road_layer_changed();
ALTER TABLE ONLY command.consultation
    ADD CONSTRAINT consultation_asker_department_fkey FOREIGN KEY (asker_department) REFERENCES command.department(code);
ALTER TABLE ONLY command.consultation
    ADD CONSTRAINT consultation_lead_fkey FOREIGN KEY (lead) REFERENCES command.department(code);
ALTER TABLE ONLY command.delegation
    ADD CONSTRAINT delegation_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES command.headquarters(incident_id);
ALTER TABLE ONLY command.department
    ADD CONSTRAINT department_parent_fkey FOREIGN KEY (parent) REFERENCES command.department(code);
ALTER TABLE ONLY command.depot
    ADD CONSTRAINT depot_department_fkey FOREIGN KEY (department) REFERENCES command.department(code);
ALTER TABLE ONLY command.handover
    ADD CONSTRAINT handover_post_fkey FOREIGN KEY (post) REFERENCES command.duty(post);
ALTER TABLE ONLY command.headquarters_group
    ADD CONSTRAINT headquarters_group_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES command.headquarters(incident_id);
ALTER TABLE ONLY command.headquarters_group
    ADD CONSTRAINT headquarters_group_lead_fkey FOREIGN KEY (lead) REFERENCES command.department(code);
ALTER TABLE ONLY command.headquarters_seat
    ADD CONSTRAINT headquarters_seat_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES command.headquarters(incident_id);
ALTER TABLE ONLY command.holding
    ADD CONSTRAINT holding_department_fkey FOREIGN KEY (department) REFERENCES command.department(code);
ALTER TABLE ONLY command.holding
    ADD CONSTRAINT holding_person_id_fkey FOREIGN KEY (person_id) REFERENCES command.person(id);
ALTER TABLE ONLY command.hospital_beds
    ADD CONSTRAINT hospital_beds_hospital_fkey FOREIGN KEY (hospital) REFERENCES command.hospital(code);
ALTER TABLE ONLY command.hospital
    ADD CONSTRAINT hospital_department_fkey FOREIGN KEY (department) REFERENCES command.department(code);
ALTER TABLE ONLY command.inject
    ADD CONSTRAINT inject_exercise_id_fkey FOREIGN KEY (exercise_id) REFERENCES command.exercise(id);
ALTER TABLE ONLY command.leave
    ADD CONSTRAINT leave_person_id_fkey FOREIGN KEY (person_id) REFERENCES command.person(id);
ALTER TABLE ONLY command.opinion
    ADD CONSTRAINT opinion_consultation_id_fkey FOREIGN KEY (consultation_id) REFERENCES command.consultation(id);
ALTER TABLE ONLY command.opinion
    ADD CONSTRAINT opinion_department_fkey FOREIGN KEY (department) REFERENCES command.department(code);
ALTER TABLE ONLY command.person
    ADD CONSTRAINT person_account_id_fkey FOREIGN KEY (account_id) REFERENCES spine.account(id);
ALTER TABLE ONLY command.person
    ADD CONSTRAINT person_department_fkey FOREIGN KEY (department) REFERENCES command.department(code);
ALTER TABLE ONLY command.proposal
    ADD CONSTRAINT proposal_response_id_fkey FOREIGN KEY (response_id) REFERENCES command.response(id);
ALTER TABLE ONLY command.rating
    ADD CONSTRAINT rating_exercise_id_fkey FOREIGN KEY (exercise_id) REFERENCES command.exercise(id);
ALTER TABLE ONLY command.rating
    ADD CONSTRAINT rating_inject_id_fkey FOREIGN KEY (inject_id) REFERENCES command.inject(id);
ALTER TABLE ONLY command.recommendation
    ADD CONSTRAINT recommendation_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents.incident(id);
ALTER TABLE ONLY command.request
    ADD CONSTRAINT request_department_fkey FOREIGN KEY (department) REFERENCES command.department(code);
ALTER TABLE ONLY command.request_offer
    ADD CONSTRAINT request_offer_request_id_fkey FOREIGN KEY (request_id) REFERENCES command.request(id);
ALTER TABLE ONLY command.request_offer
    ADD CONSTRAINT request_offer_task_id_fkey FOREIGN KEY (task_id) REFERENCES command.task(id);
ALTER TABLE ONLY command.request_party
    ADD CONSTRAINT request_party_request_id_fkey FOREIGN KEY (request_id) REFERENCES command.request(id);
ALTER TABLE ONLY command.request
    ADD CONSTRAINT request_task_id_fkey FOREIGN KEY (task_id) REFERENCES command.task(id);
ALTER TABLE ONLY command.response
    ADD CONSTRAINT response_incident_fkey FOREIGN KEY (incident_id) REFERENCES incidents.incident(id);
ALTER TABLE ONLY command.roster_calendar
    ADD CONSTRAINT roster_calendar_account_id_fkey FOREIGN KEY (account_id) REFERENCES spine.account(id);
ALTER TABLE ONLY command.shelter
    ADD CONSTRAINT shelter_department_fkey FOREIGN KEY (department) REFERENCES command.department(code);
ALTER TABLE ONLY command.shelter_reservation
    ADD CONSTRAINT shelter_reservation_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES command.recommendation(id);
ALTER TABLE ONLY command.shelter_reservation
    ADD CONSTRAINT shelter_reservation_shelter_id_fkey FOREIGN KEY (shelter_id) REFERENCES command.shelter(id);
ALTER TABLE ONLY command.shelter_reservation
    ADD CONSTRAINT shelter_reservation_task_id_fkey FOREIGN KEY (task_id) REFERENCES command.task(id);
ALTER TABLE ONLY command.shift
    ADD CONSTRAINT shift_person_id_fkey FOREIGN KEY (person_id) REFERENCES command.person(id);
ALTER TABLE ONLY command.shift
    ADD CONSTRAINT shift_post_fkey FOREIGN KEY (post) REFERENCES command.duty(post);
ALTER TABLE ONLY command.shift_swap
    ADD CONSTRAINT shift_swap_from_person_fkey FOREIGN KEY (from_person) REFERENCES command.person(id);
ALTER TABLE ONLY command.shift_swap
    ADD CONSTRAINT shift_swap_post_fkey FOREIGN KEY (post) REFERENCES command.duty(post);
ALTER TABLE ONLY command.shift_swap
    ADD CONSTRAINT shift_swap_to_person_fkey FOREIGN KEY (to_person) REFERENCES command.person(id);
ALTER TABLE ONLY command.spot_check
    ADD CONSTRAINT spot_check_post_fkey FOREIGN KEY (post) REFERENCES command.duty(post);
ALTER TABLE ONLY command.stock_hold
    ADD CONSTRAINT stock_hold_depot_fkey FOREIGN KEY (depot) REFERENCES command.depot(code);
ALTER TABLE ONLY command.stock_hold_lot
    ADD CONSTRAINT stock_hold_lot_hold_id_fkey FOREIGN KEY (hold_id) REFERENCES command.stock_hold(id);
ALTER TABLE ONLY command.stock_hold_lot
    ADD CONSTRAINT stock_hold_lot_lot_id_fkey FOREIGN KEY (lot_id) REFERENCES command.stock_lot(id);
ALTER TABLE ONLY command.stock_lot
    ADD CONSTRAINT stock_lot_depot_fkey FOREIGN KEY (depot) REFERENCES command.depot(code);
ALTER TABLE ONLY command.stock_move
    ADD CONSTRAINT stock_move_hold_id_fkey FOREIGN KEY (hold_id) REFERENCES command.stock_hold(id);
ALTER TABLE ONLY command.stock_move
    ADD CONSTRAINT stock_move_lot_id_fkey FOREIGN KEY (lot_id) REFERENCES command.stock_lot(id);
ALTER TABLE ONLY command.task
    ADD CONSTRAINT task_department_fkey FOREIGN KEY (department) REFERENCES command.department(code);
ALTER TABLE ONLY command.task_event
    ADD CONSTRAINT task_event_task_id_fkey FOREIGN KEY (task_id) REFERENCES command.task(id);
ALTER TABLE ONLY command.task
    ADD CONSTRAINT task_incident_fkey FOREIGN KEY (incident_id) REFERENCES incidents.incident(id);
ALTER TABLE ONLY command.task
    ADD CONSTRAINT task_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES command.task(id);
ALTER TABLE ONLY command.task
    ADD CONSTRAINT task_response_id_fkey FOREIGN KEY (response_id) REFERENCES command.response(id);
ALTER TABLE ONLY command.task
    ADD CONSTRAINT task_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES command.unit(id);
ALTER TABLE ONLY command.unit
    ADD CONSTRAINT unit_department_fkey FOREIGN KEY (department) REFERENCES command.department(code);
ALTER TABLE ONLY gis.base_map_key
    ADD CONSTRAINT base_map_key_name_fkey FOREIGN KEY (name) REFERENCES gis.base_map(name) ON DELETE CASCADE;
ALTER TABLE ONLY gis.city_layer
    ADD CONSTRAINT city_layer_current_fkey FOREIGN KEY (current) REFERENCES gis.layer_version(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY gis.elevation
    ADD CONSTRAINT elevation_current_fkey FOREIGN KEY (current) REFERENCES gis.elevation_version(id);
ALTER TABLE ONLY gis.elevation_tile
    ADD CONSTRAINT elevation_tile_version_fkey FOREIGN KEY (version) REFERENCES gis.elevation_version(id) ON DELETE CASCADE;
ALTER TABLE ONLY gis.facility
    ADD CONSTRAINT facility_area_code_fkey FOREIGN KEY (area_code) REFERENCES gis.place(code);
ALTER TABLE ONLY gis.fence_state
    ADD CONSTRAINT fence_state_fence_id_fkey FOREIGN KEY (fence_id) REFERENCES gis.fence(id);
ALTER TABLE ONLY gis.layer_version
    ADD CONSTRAINT layer_version_layer_fkey FOREIGN KEY (layer) REFERENCES gis.city_layer(name) ON DELETE CASCADE;
ALTER TABLE ONLY gis.place
    ADD CONSTRAINT place_parent_fkey FOREIGN KEY (parent) REFERENCES gis.place(code);
ALTER TABLE ONLY gis.road_edge
    ADD CONSTRAINT road_edge_from_node_fkey FOREIGN KEY (from_node) REFERENCES gis.road_node(id);
ALTER TABLE ONLY gis.road_edge
    ADD CONSTRAINT road_edge_to_node_fkey FOREIGN KEY (to_node) REFERENCES gis.road_node(id);
ALTER TABLE ONLY gis.road_node
    ADD CONSTRAINT road_node_place_code_fkey FOREIGN KEY (place_code) REFERENCES gis.place(code);
ALTER TABLE ONLY gis.road_turn
    ADD CONSTRAINT road_turn_from_edge_fkey FOREIGN KEY (from_edge) REFERENCES gis.road_edge(id) ON DELETE CASCADE;
ALTER TABLE ONLY gis.road_turn
    ADD CONSTRAINT road_turn_to_edge_fkey FOREIGN KEY (to_edge) REFERENCES gis.road_edge(id) ON DELETE CASCADE;
ALTER TABLE ONLY gis.road_turn
    ADD CONSTRAINT road_turn_via_node_fkey FOREIGN KEY (via_node) REFERENCES gis.road_node(id) ON DELETE CASCADE;
ALTER TABLE ONLY incidents.assessment_adjustment
    ADD CONSTRAINT assessment_adjustment_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents.incident(id);
ALTER TABLE ONLY incidents.assessment
    ADD CONSTRAINT assessment_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents.incident(id);
ALTER TABLE ONLY incidents.assessment_score
    ADD CONSTRAINT assessment_score_assessment_id_fkey FOREIGN KEY (assessment_id) REFERENCES incidents.assessment(id);
ALTER TABLE ONLY incidents.assessment_score
    ADD CONSTRAINT assessment_score_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents.incident(id);
ALTER TABLE ONLY incidents.assessment
    ADD CONSTRAINT assessment_supersedes_fkey FOREIGN KEY (supersedes) REFERENCES incidents.assessment(id);
ALTER TABLE ONLY incidents.drawing
    ADD CONSTRAINT drawing_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents.incident(id);
ALTER TABLE ONLY incidents.drawing_version
    ADD CONSTRAINT drawing_version_drawing_id_fkey FOREIGN KEY (drawing_id) REFERENCES incidents.drawing(id);
ALTER TABLE ONLY incidents.figure
    ADD CONSTRAINT figure_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents.incident(id);
ALTER TABLE ONLY incidents.involvement
    ADD CONSTRAINT involvement_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents.incident(id);
ALTER TABLE ONLY incidents.link
    ADD CONSTRAINT link_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents.incident(id);
ALTER TABLE ONLY incidents.link
    ADD CONSTRAINT link_other_id_fkey FOREIGN KEY (other_id) REFERENCES incidents.incident(id);
ALTER TABLE ONLY incidents.note
    ADD CONSTRAINT note_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents.incident(id);
ALTER TABLE ONLY incidents.register_scenario
    ADD CONSTRAINT register_scenario_site_id_fkey FOREIGN KEY (site_id) REFERENCES incidents.register_site(id);
ALTER TABLE ONLY incidents.register_score
    ADD CONSTRAINT register_score_site_id_fkey FOREIGN KEY (site_id) REFERENCES incidents.register_site(id);
ALTER TABLE ONLY incidents.register_site_version
    ADD CONSTRAINT register_site_version_site_id_fkey FOREIGN KEY (site_id) REFERENCES incidents.register_site(id);
ALTER TABLE ONLY incidents.report
    ADD CONSTRAINT report_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents.incident(id);
ALTER TABLE ONLY incidents.what_if
    ADD CONSTRAINT what_if_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents.incident(id);
ALTER TABLE ONLY notify.delivery
    ADD CONSTRAINT delivery_account_id_fkey FOREIGN KEY (account_id) REFERENCES spine.account(id);
ALTER TABLE ONLY notify.delivery
    ADD CONSTRAINT delivery_message_id_fkey FOREIGN KEY (message_id) REFERENCES notify.message(id);
ALTER TABLE ONLY spine.account_grant
    ADD CONSTRAINT account_grant_account_id_fkey FOREIGN KEY (account_id) REFERENCES spine.account(id);
ALTER TABLE ONLY spine.api_token
    ADD CONSTRAINT api_token_account_id_fkey FOREIGN KEY (account_id) REFERENCES spine.account(id);
ALTER TABLE ONLY spine.session
    ADD CONSTRAINT session_account_id_fkey FOREIGN KEY (account_id) REFERENCES spine.account(id);
