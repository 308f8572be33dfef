-- Roads are compared by what they are, not by how they were written.

-- The road that a text names: `roadKey` of src/domain/road.ts in SQL, held equal by a test. Its number, also where the name of the
-- route or a place stands beside it, else the text; with the county for a number that every county has. A function in
-- an index instead of a column, since a column that is computed would write the whole table anew.
create or replace function road_key(road text, area text) returns text
language plpgsql immutable parallel safe as $$
declare
  class constant text := '(国道|省道|县道|乡道|村道|专用公路)';
  han constant text := '[\u3400-\u4dbf\u4e00-\u9fff]';
  number_ constant text := class || '?(?:([GSXYCZ])[-.·]?)?([0-9]{1,10}|[〇○零幺一二三四五六七八九]{3,4})((?:[NSEW][0-9]?)?)' || class || '?';
  complete constant text := '^(?:[GS][0-9]{1,4}(?:[NSEW][0-9]?)?|[XYCZ][0-9]{3,4}(?:[0-9]{6})?)$';
  narrow text := road;
  parts text[];
  written text;
  letter text;
  letters text[];
begin
  if road is null then return null; end if;
  if road !~ complete then
    narrow := translate(road, E'！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～abcdefghijklmnopqrstuvwxyz【〔「『《〈[{】〕」』》〉]}\t\n\x0b\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff',
      '!"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ(\)^_`ABCDEFGHIJKLMNOPQRSTUVWXYZ(|)~ABCDEFGHIJKLMNOPQRSTUVWXYZ(((((((())))))))');
  end if;
  if narrow !~ complete then
    parts := regexp_match(regexp_replace(narrow, '^\(([^()]*)\)', '\1'),
      '^' || number_ || '[-:·]?(?![和及至到跟接交])(' || han || '{0,20})(?:\((' || han || '{1,20})\))?(' || han || '{0,20})$');
    if parts is not null then
      written := concat(parts[6], parts[7], parts[8]);
    else
      parts := regexp_match(regexp_replace(narrow, '\(([^()]*)\)$', '\1'), '^(' || han || '{2,20})' || number_ || '$');
      if parts is null then return road; end if;
      written := parts[1];
      if right(narrow, 1) <> ')' and written !~ '(线|高速|公路|国道|省道|县道|乡道|村道|大道|路|街|段)$' then return road; end if;
      parts := array[coalesce(parts[2], substring(written from class || '$')), parts[3], parts[4], parts[5], parts[6]];
    end if;
    if written ~ '与|交叉|交汇|交口|路口|道口|岔口|互通|立交|枢纽|匝道|辅道|辅路|辅线|复线|支线|连接线|联络线|老线|老路|旧线|旧路|改线|共线|收费|服务区|出口|入口|[线路道街速段][和及至到跟]'
      then return road; end if;
    letters := array_remove(array[translate(substring(parts[1] for 1), '国省县乡村专', 'GSXYCZ'),
      translate(substring(parts[5] for 1), '国省县乡村专', 'GSXYCZ')], null);
    letter := coalesce(parts[2], letters[1]);
    if letter is null or exists (select from unnest(letters) l where l <> letter and not (l ~ '[XYCZ]' and letter ~ '[XYCZ]')) then
      return road;
    end if;
    narrow := letter || translate(parts[3], '〇○零幺一二三四五六七八九', '0001123456789') || coalesce(parts[4], '');
    if narrow !~ complete then return road; end if;
  end if;
  if narrow ~ '^[XYCZ][0-9]{3,4}$' then return narrow || coalesce(left(area, 6), ''); end if;
  return narrow;
end $$;

-- In the place of the indexes by the text. On a large table build them beforehand, while the service runs: the function as it
-- stands here, then each index with `concurrently` after `index`; the migration finds them and builds nothing.
create index if not exists item_by_road_key on item (jurisdiction_id, (road_key(road collate "C", area)), reported_at, id);
create index if not exists item_past_by_road_key on item_past
  (jurisdiction_id, (road_key(road collate "C", area)), reported_at, id, updated_at, valid_to);
drop index if exists item_by_road;
drop index if exists item_past_by_road;
