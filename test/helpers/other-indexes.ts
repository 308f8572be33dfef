/** Indexes of large tables that no hot query needs to have, and what they are for. */
export const OTHER_INDEXES: Readonly<Record<string, readonly string[]>> = {
  'hold what must be unique, or what a key refers to': [
    ...[
      'api_key_pkey',
      'deadline_feed_pkey',
      'digest_pkey',
      'document_number',
      'document_of_bulletin',
      'document_pkey',
    ],
    ...['evidence_band_by_file', 'message_pkey', 'notice_once', 'recheck_pkey', 'recurrence_pkey'],
    ...['webhook_delivery_once', 'webhook_delivery_pkey'],
  ],
  'serve reports, bulletins and scores, which grow with their period': [
    ...['event_counted', 'event_extended', 'event_recheck_failed', 'event_recurred', 'item_by_closure', 'item_past_at'],
    ...['item_past_imported', 'item_past_late', 'score_by_day', 'score_by_unit'],
  ],
  'serve what is swept now and then': [
    ...['evidence_file_by_age', 'evidence_unused', 'idempotency_key_age', 'webhook_delivery_by_age'],
  ],
  'find a jurisdiction; of as few as there are here, the primary key finds it as fast': [
    'api_key_id',
    'deadline_feed_id',
  ],
  'serve what is few for each that it is asked of': [
    ...['deadline_feed_person', 'evidence_unused_of', 'message_by_attempt', 'message_by_contact', 'notice_unreceived'],
    ...['recurrence_by_origin', 'webhook_delivery_of_item'],
  ],
  'serve reference data, the same for everybody': ['area_parent', 'area_pkey'],
  'find what waits to go out at night, before the digests take it along': ['notice_urgent'],
  'is there for units of which little has been': ['item_past_by_concerned_unit'],
}
