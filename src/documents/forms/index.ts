import type { DocumentKind } from '../../domain/item/document.js'
import type { Block } from '../../render/blocks.js'
import { BULLETIN } from './bulletin.js'
import {
  ASSIGNMENT_ORDER,
  RECTIFICATION_NOTICE,
  SUPERVISION_LETTER,
  SUPERVISION_NOTICE,
  TALK_NOTICE,
} from './letters.js'
import { CLOSURE_FORM, EXTENSION_FORM, ITEM_FILE, RECEIPT } from './tables.js'

/** The service's own papers, of which Word file and PDF are made alike. */
export const FORMS: Record<DocumentKind, readonly Block[]> = {
  assignment_order: ASSIGNMENT_ORDER,
  rectification_notice: RECTIFICATION_NOTICE,
  supervision_notice: SUPERVISION_NOTICE,
  supervision_letter: SUPERVISION_LETTER,
  talk_notice: TALK_NOTICE,
  extension_form: EXTENSION_FORM,
  closure_form: CLOSURE_FORM,
  receipt: RECEIPT,
  item_file: ITEM_FILE,
  bulletin: BULLETIN,
}
