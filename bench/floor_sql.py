"""What somebody would write by hand for the search page and for taking a seat."""

# IS NOT FALSE: looked up in a hash, place by place, instead of joined.
_FITS = """
    p.state = 'published' AND p.lead_time_days <= %(start_by)s::date - %(today)s::date
    AND (p.enterprise_id IN (SELECT enterprise_id FROM carrying)) IS NOT FALSE
    AND (%(kommuner)s::text[] IS NULL OR p.kommun_code = ANY (%(kommuner)s::text[]))
    AND (%(field)s::text IS NULL OR p.ssyk IN (SELECT ssyk FROM trade WHERE field_id = %(field)s::text))
    AND (%(ssyk)s::text IS NULL OR p.ssyk = %(ssyk)s::text)
    AND (%(hours)s::integer IS NULL OR %(hours)s BETWEEN p.hours_per_week_min AND p.hours_per_week_max)
"""
_HAS_A_FREE_SEAT = """(
    SELECT count(*) FROM seat s WHERE s.place_id = p.id AND NOT EXISTS (
        SELECT FROM seat_use u WHERE u.place_id = s.place_id AND u.seat_id = s.id
        AND u.first_day <= %(until)s AND u.last_day >= %(start_by)s)) > 0
"""
# OFFSET 0 is a fence: seats are looked at in order, and no further than to the bound. Hits go from the day's point to
# the end, and on from the beginning where those do not suffice.
SEARCH = f"""
WITH carrying AS MATERIALIZED (
    SELECT c.enterprise_id FROM contract c
    WHERE c.authority_id = %(authority)s AND c.state = 'active' AND c.starts_on <= %(start_by)s
      AND coalesce(c.ends_on, 'infinity') >= %(until)s
      AND (c.capacity_cap IS NULL
           OR contract_peak(c.id, %(start_by)s::date, %(until)s::date, NULL) < c.capacity_cap)
), hit AS MATERIALIZED (
    SELECT id, row_number() OVER () AS n FROM (
        (SELECT p.id FROM (SELECT p.id FROM place p WHERE {_FITS} AND p.order_key >= %(point)s
                           ORDER BY p.order_key, p.id OFFSET 0) p
         WHERE {_HAS_A_FREE_SEAT} LIMIT %(most)s)
        UNION ALL
        (SELECT p.id FROM (SELECT p.id FROM place p WHERE {_FITS} AND p.order_key < %(point)s
                           ORDER BY p.order_key, p.id OFFSET 0) p
         WHERE {_HAS_A_FREE_SEAT} LIMIT %(most)s)
        LIMIT %(most)s
    ) legs
)
SELECT (SELECT count(*) FROM hit), p.id, p.name, o.name, site.name, k.name, p.tasks_sv, t.plain_name,
       p.hours_per_week_min, p.hours_per_week_max, p.lead_time_days, p.adaptations, p.languages, p.confirmed_on,
       (SELECT json_agg(json_build_array(s.id, u.first_day, u.last_day, u.kind = 'retired'))
        FROM seat s LEFT JOIN seat_use u ON u.place_id = s.place_id AND u.seat_id = s.id
             AND u.first_day <= %(until)s AND u.last_day >= %(today)s::date - 1
        WHERE s.place_id = p.id)
FROM hit
JOIN place p USING (id)
JOIN organisation o ON o.id = p.enterprise_id
JOIN site ON site.id = p.site_id
JOIN kommun k ON k.code = p.kommun_code
JOIN trade t ON t.ssyk = p.ssyk
WHERE n <= %(per_page)s ORDER BY n
"""

TAKE_SEAT = """
INSERT INTO seat_use (seat_id, place_id, first_day, last_day, kind)
SELECT s.id, s.place_id, %(first_day)s, %(last_day)s, 'request' FROM seat s
WHERE s.place_id = %(place_id)s AND NOT EXISTS (
    SELECT FROM seat_use u WHERE u.place_id = s.place_id AND u.seat_id = s.id
    AND u.first_day <= %(last_day)s AND u.last_day >= %(first_day)s)
ORDER BY s.number LIMIT 1 RETURNING id
"""
