import type { App, Deps } from '../deps.js'
import { invalid } from '../domain/rejection.js'
import { CommandHeaders } from '../http/command.js'
import { inLanguage, languageOf } from '../language/language.js'
import { FORM_TYPES, hadFiles } from './body.js'
import { type Callers, keyOf } from './caller.js'
import { type About, describe } from './describe.js'
import { fileRequest, RequestForm } from './filing.js'
import { FORMATS, sendAs } from './format.js'
import { limitFilings } from './limits.js'
import { Credentials } from './schemas.js'
import { getService } from './services.js'
import { ANSWERS } from './views.js'

const FILING: About = {
  id: 'File',
  summary: 'File a request (公众上报)',
  description:
    'Files an item with source `public` or `hotline`, as the key is one of a public channel or the hotline; it waits for the office’s evaluation as any other. The id is in the answer at once. A repetition with the same `Idempotency-Key` answers the same id; without the header, so does the same form with the same key within ten minutes, so that a retry on a bad line files nothing twice. `lat` and `long` are WGS 84 unless `attribute[datum]` says another. Of persons nothing is kept: `email`, `phone`, names, `device_id` and `account_id` are taken and forgotten. `media_url` is kept as text and never followed; several are kept. A multipart form is taken too, but its files are not kept, which `service_notice` then says: send links to pictures.',
  answer: 'filed',
  isFiling: true,
}

const NOTICE = {
  zh: '已收到，安委办核实后立项，可凭编号查询办理情况。',
  en: 'Received. The office verifies it first; follow it by its id.',
}
const WITHOUT_FILES = {
  zh: `${NOTICE.zh}随表单上传的文件未保存；请用 media_url 给出图片链接。`,
  en: `${NOTICE.en} The files of the form were not kept; give links to pictures as media_url.`,
}
const SERVICE_MISSING = { zh: '缺少 service_code。', en: 'service_code was not provided.' }

/** POST Service Request. */
export function filingRoutes(app: App, { db, now, config, callers }: Deps & { callers: Callers }): void {
  const countFiling = limitFilings(app, config)
  for (const format of FORMATS) {
    app.post(
      `/requests.${format}`,
      {
        schema: {
          ...describe(FILING, format),
          consumes: FORM_TYPES,
          headers: CommandHeaders.omit({ 'if-match': true }),
          // Some clients send who they are in the query here too.
          querystring: Credentials,
          body: RequestForm,
        },
      },
      async (request, reply) => {
        const form = { ...request.query, ...request.body }
        const channel = await callers.filer(request, form)
        await countFiling(request, reply)
        if (form.service_code === undefined) throw invalid('/service_code', SERVICE_MISSING)
        const service = await getService(db, channel.jurisdiction.id, form.service_code)
        const { id, replayed } = await fileRequest(db, request, {
          channel,
          key: keyOf(request, form) ?? '',
          form,
          service,
          now: now(),
        })
        if (replayed) reply.header('idempotency-replayed', 'true')
        const notice = inLanguage(hadFiles(request) ? WITHOUT_FILES : NOTICE, languageOf(request))
        return sendAs(reply, format, ANSWERS.filed.root, [
          { service_request_id: id, service_notice: notice, account_id: null },
        ])
      },
    )
  }
}
