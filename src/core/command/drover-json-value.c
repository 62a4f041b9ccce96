/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-json-value.h"

/* QEMU's JSON (qobject/json-lexer.c) is the standard's, and has strings in single quotes
 * besides. json-glib knows neither those nor where in the text a member stood. */

/* As in drover_json_parse(): by far more than QEMU has, and no danger to the stack. */
#define DEEPEST 200

typedef struct
{
  const char *text;
  const char *p;
  guint depth;
} Scanner;

/* What is known of the path that is looked for. */
typedef struct
{
  DroverJsonMember member;
  gsize before;         /* end of the member before, or 0 */
  gsize after;          /* start of the member after, or 0 */
  const char *rest;     /* what of the path the deepest object lacks */
  gsize last_start;     /* that object's last member, or 0 */
  gsize last_key_end;
  gsize last_value_start;
  gsize last_end;
  gsize lead_start;     /* the blanks before that member */
  gsize inside;         /* after that object's brace */
  gboolean blocked;     /* a step of the path is there and is no object, or is there twice */
} Search;

static gboolean scan_value (Scanner *scanner, const char *path, Search *search);

static void
skip_blanks (Scanner *scanner)
{
  scanner->p += strspn (scanner->p, " \t\r\n");
}

static gboolean
scan_escape (Scanner *scanner)
{
  scanner->p++;
  if (*scanner->p != 'u')
    return *scanner->p != '\0' && strchr ("\"\\/'bfnrt", *scanner->p++) != NULL;

  for (guint i = 1; i <= 4; i++)
    if (!g_ascii_isxdigit (scanner->p[i]))
      return FALSE;

  /* A C string could not hold it. */
  if (strncmp (scanner->p, "u0000", 5) == 0)
    return FALSE;

  scanner->p += 5;
  return TRUE;
}

static gboolean
scan_string (Scanner *scanner)
{
  char quote = *scanner->p;

  if (quote != '"' && quote != '\'')
    return FALSE;

  scanner->p++;
  while (*scanner->p != quote)
    {
      if ((guchar) *scanner->p < 0x20)
        return FALSE;
      if (*scanner->p != '\\')
        scanner->p++;
      else if (!scan_escape (scanner))
        return FALSE;
    }

  scanner->p++;
  return TRUE;
}

static gboolean
scan_digits (Scanner *scanner)
{
  const char *start = scanner->p;

  while (g_ascii_isdigit (*scanner->p))
    scanner->p++;

  return scanner->p > start;
}

static gboolean
scan_number (Scanner *scanner)
{
  if (*scanner->p == '-')
    scanner->p++;
  if (*scanner->p == '0')
    scanner->p++;
  else if (!scan_digits (scanner))
    return FALSE;

  if (*scanner->p == '.')
    {
      scanner->p++;
      if (!scan_digits (scanner))
        return FALSE;
    }
  if (*scanner->p == 'e' || *scanner->p == 'E')
    {
      scanner->p++;
      if (*scanner->p == '+' || *scanner->p == '-')
        scanner->p++;
      return scan_digits (scanner);
    }

  return TRUE;
}

static gboolean
scan_literal (Scanner *scanner)
{
  static const char *const literals[] = { "true", "false", "null" };

  for (guint i = 0; i < G_N_ELEMENTS (literals); i++)
    if (g_str_has_prefix (scanner->p, literals[i]))
      {
        scanner->p += strlen (literals[i]);
        return TRUE;
      }

  return scan_number (scanner);
}

static guint
read_hex (const char *p)
{
  guint value = 0;

  for (guint i = 0; i < 4; i++)
    value = value * 16 + g_ascii_xdigit_value (p[i]);

  return value;
}

/* Appends what the escape at @p stands for, and returns what follows it. Half a surrogate pair
 * stands for no character: the replacement character is shown for it. */
static const char *
append_escape (GString *result, const char *p)
{
  static const char letters[] = "bfnrt";
  static const char controls[] = "\b\f\n\r\t";
  const char *letter = strchr (letters, p[1]);
  gunichar c;

  if (p[1] != 'u')
    {
      g_string_append_c (result, letter != NULL ? controls[letter - letters] : p[1]);
      return p + 2;
    }

  c = read_hex (p + 2);
  p += 6;
  if (c >= 0xd800 && c < 0xdc00 && p[0] == '\\' && p[1] == 'u')
    {
      guint low = read_hex (p + 2);

      if (low >= 0xdc00 && low < 0xe000)
        {
          c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
          p += 6;
        }
    }

  g_string_append_unichar (result, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
  return p;
}

/* @text is a whole string literal. */
static char *
dup_string (const char *text, gsize length)
{
  GString *result = g_string_new (NULL);
  const char *end = text + length - 1;

  for (const char *p = text + 1; p < end;)
    if (*p == '\\')
      p = append_escape (result, p);
    else
      g_string_append_c (result, *p++);

  return g_string_free_and_steal (result);
}

static void
note_match (Search *search, const DroverJsonMember *member, gsize before)
{
  guint n_found = search->member.n_found + 1;

  search->member = *member;
  search->member.n_found = n_found;
  search->before = before;
  search->after = 0;
}

/* An element is found by its number. What leads into it is a way; a new one is never made, as it
 * would have a place among the others. */
static gboolean
scan_element (Scanner *scanner, const char *path, Search *search, guint index, gsize before,
              gboolean blocked)
{
  gsize start = scanner->p - scanner->text;
  DroverJsonMember member = { .start = start, .value_start = start };
  g_autofree char *key = path != NULL ? g_strdup_printf ("%u", index) : NULL;
  const char *step = NULL;

  if (path != NULL && g_str_has_prefix (path, key) && path[strlen (key)] == '.' &&
      (*scanner->p == '{' || *scanner->p == '['))
    {
      step = path + strlen (key) + 1;
      search->blocked = blocked;
    }
  if (!scan_value (scanner, step, search))
    return FALSE;

  member.end = scanner->p - scanner->text;
  if (path != NULL && g_str_equal (key, path))
    note_match (search, &member, before);
  return TRUE;
}

static gboolean
scan_array (Scanner *scanner, const char *path, Search *search)
{
  gboolean blocked = path != NULL && search->blocked;
  gsize before = 0;

  if (path != NULL)
    {
      search->rest = path;
      search->blocked = TRUE;
    }
  scanner->p++;
  skip_blanks (scanner);
  if (*scanner->p == ']')
    {
      scanner->p++;
      return TRUE;
    }

  for (guint index = 0;; index++)
    {
      guint n_found = search != NULL ? search->member.n_found : 0;

      if (!scan_element (scanner, path, search, index, before, blocked))
        return FALSE;
      before = scanner->p - scanner->text;
      skip_blanks (scanner);
      if (*scanner->p == ']')
        {
          scanner->p++;
          return TRUE;
        }
      if (*scanner->p++ != ',')
        return FALSE;
      skip_blanks (scanner);
      if (path != NULL && search->member.n_found > n_found && search->member.end == before)
        search->after = scanner->p - scanner->text;
    }
}

static gboolean
scan_member (Scanner *scanner, const char *path, Search *search, gsize lead_start, gsize before)
{
  gsize start = scanner->p - scanner->text;
  DroverJsonMember member = { .start = start };
  g_autofree char *key = NULL;
  const char *step = NULL;
  gsize key_end;

  if (!scan_string (scanner))
    return FALSE;
  key_end = scanner->p - scanner->text;
  skip_blanks (scanner);
  if (*scanner->p++ != ':')
    return FALSE;
  skip_blanks (scanner);
  member.value_start = scanner->p - scanner->text;

  if (path != NULL)
    {
      key = dup_string (scanner->text + start, key_end - start);
      if (*key != '\0' && strchr (key, '.') == NULL && g_str_has_prefix (path, key) &&
          path[strlen (key)] == '.')
        step = path + strlen (key) + 1;
    }
  /* A second way to the same place is no way either. */
  if (step != NULL && ((*scanner->p != '{' && *scanner->p != '[') || search->rest != path))
    search->blocked = TRUE;
  if (!scan_value (scanner, step, search))
    return FALSE;

  member.end = scanner->p - scanner->text;
  if (path != NULL && g_str_equal (key, path))
    note_match (search, &member, before);
  if (path != NULL && search->rest == path)
    {
      search->lead_start = lead_start;
      search->last_start = start;
      search->last_key_end = key_end;
      search->last_value_start = member.value_start;
      search->last_end = member.end;
    }
  return TRUE;
}

/* With a @path, whatever is found of it goes into @search. */
static gboolean
scan_object (Scanner *scanner, const char *path, Search *search)
{
  gsize before = 0;
  gsize lead_start;

  scanner->p++;
  lead_start = scanner->p - scanner->text;
  if (path != NULL)
    {
      search->rest = path;
      search->inside = lead_start;
      search->last_end = 0;
    }

  skip_blanks (scanner);
  if (*scanner->p == '}')
    {
      scanner->p++;
      return TRUE;
    }

  for (;;)
    {
      guint n_found = search != NULL ? search->member.n_found : 0;

      if (!scan_member (scanner, path, search, lead_start, before))
        return FALSE;
      before = scanner->p - scanner->text;
      skip_blanks (scanner);
      if (*scanner->p == '}')
        {
          scanner->p++;
          return TRUE;
        }
      if (*scanner->p++ != ',')
        return FALSE;
      lead_start = scanner->p - scanner->text;
      skip_blanks (scanner);
      if (path != NULL && search->member.n_found > n_found && search->member.end == before)
        search->after = scanner->p - scanner->text;
    }
}

static gboolean
scan_value (Scanner *scanner, const char *path, Search *search)
{
  gboolean valid;

  if (++scanner->depth > DEEPEST)
    return FALSE;

  if (*scanner->p == '{')
    valid = scan_object (scanner, path, search);
  else if (*scanner->p == '[')
    valid = scan_array (scanner, path, search);
  else if (*scanner->p == '"' || *scanner->p == '\'')
    valid = scan_string (scanner);
  else
    valid = scan_literal (scanner);

  scanner->depth--;
  return valid;
}

static gboolean
search_text (const char *text, const char *path, Search *search)
{
  Scanner scanner = { text, text, 0 };

  memset (search, 0, sizeof *search);
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  skip_blanks (&scanner);
  if (*scanner.p != '{' || !scan_value (&scanner, path, search))
    return FALSE;

  skip_blanks (&scanner);
  return *scanner.p == '\0';
}

/**
 * drover_json_value_is_valid:
 * @text: an argument's value
 *
 * Returns: whether @text is one JSON object, as QEMU reads it
 */
gboolean
drover_json_value_is_valid (const char *text)
{
  Search search;

  return search_text (text, NULL, &search);
}

/**
 * drover_json_value_find:
 * @text: a JSON object
 * @path: the member asked for; `file.filename` is a member of a member, `children.0` the first
 *   element of a list
 * @member: (out): where it stands; of several the last
 *
 * Returns: whether @text is valid and has that member
 */
gboolean
drover_json_value_find (const char *text, const char *path, DroverJsonMember *member)
{
  Search search;
  gboolean valid = search_text (text, path, &search);

  *member = search.member;
  return valid && member->n_found > 0;
}

/**
 * drover_json_value_dup:
 * @text: a JSON object
 * @member: a member of it
 *
 * Returns: (transfer full) (nullable): its value as people read it: a text without its quotes,
 *   a number as it stands, `on` or `off`; %NULL for an object, a list or null
 */
char *
drover_json_value_dup (const char *text, const DroverJsonMember *member)
{
  const char *value = text + member->value_start;
  gsize length = member->end - member->value_start;

  switch (*value)
    {
    case '"':
    case '\'':
      return dup_string (value, length);
    case '{':
    case '[':
    case 'n':
      return NULL;
    case 't':
      return g_strdup ("on");
    case 'f':
      return g_strdup ("off");
    default:
      return g_strndup (value, length);
    }
}

/**
 * drover_json_value_quote:
 * @value: any text in UTF-8
 *
 * Returns: (transfer full): it as a JSON string, with its quotes
 */
char *
drover_json_value_quote (const char *value)
{
  GString *result = g_string_new ("\"");

  for (const char *p = value; *p != '\0'; p++)
    if (*p == '"' || *p == '\\')
      g_string_append_printf (result, "\\%c", *p);
    else if ((guchar) *p < 0x20)
      g_string_append_printf (result, "\\u%04x", *p);
    else
      g_string_append_c (result, *p);

  g_string_append_c (result, '"');
  return g_string_free_and_steal (result);
}

/* A member of the path @rest: `"file": {"filename": "a"}` for what lacks both. */
static char *
make_member (const char *rest, const char *gap, const char *literal)
{
  g_auto (GStrv) steps = g_strsplit (rest, ".", -1);
  GString *result = g_string_new (NULL);
  guint n = g_strv_length (steps);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = drover_json_value_quote (steps[i]);

      g_string_append_printf (result, "%s%s%s", key, gap, i + 1 < n ? "{" : literal);
    }
  for (guint i = 1; i < n; i++)
    g_string_append_c (result, '}');

  return g_string_free_and_steal (result);
}

/* Blanks are set as the neighbour has them. */
static char *
insert_member (const char *text, const Search *search, const char *literal)
{
  g_autofree char *gap = g_strdup (":");
  g_autofree char *lead = g_strdup ("");
  g_autofree char *member = NULL;
  gsize at = search->inside;

  if (search->last_end > 0)
    {
      g_free (gap);
      g_free (lead);
      gap = g_strndup (text + search->last_key_end,
                       search->last_value_start - search->last_key_end);
      lead = g_strndup (text + search->lead_start, search->last_start - search->lead_start);
      at = search->last_end;
    }

  member = make_member (search->rest, gap, literal);
  return g_strdup_printf ("%.*s%s%s%s%s", (int) at, text, search->last_end > 0 ? "," : "", lead,
                          member, text + at);
}

/**
 * drover_json_value_set:
 * @text: a JSON object
 * @path: the member to set
 * @literal: its new value, as JSON
 *
 * Edits by splicing: every byte outside the member's value stays as it is. A member that is
 * not there is added behind the last one.
 *
 * Returns: (transfer full) (nullable): the new text; %NULL when @text is not valid, or has the
 *   member twice, or has something else where the path leads through
 */
char *
drover_json_value_set (const char *text, const char *path, const char *literal)
{
  Search search;

  if (!search_text (text, path, &search) || search.member.n_found > 1)
    return NULL;

  if (search.member.n_found == 1)
    return g_strdup_printf ("%.*s%s%s", (int) search.member.value_start, text, literal,
                            text + search.member.end);

  return search.blocked ? NULL : insert_member (text, &search, literal);
}

/**
 * drover_json_value_remove:
 * @text: a JSON object
 * @path: the member to remove
 *
 * Returns: (transfer full) (nullable): @text without that member and one comma; %NULL as in
 *   drover_json_value_set()
 */
char *
drover_json_value_remove (const char *text, const char *path)
{
  Search search;
  gsize start;
  gsize end;

  if (!search_text (text, path, &search) || search.member.n_found > 1)
    return NULL;
  if (search.member.n_found == 0)
    return g_strdup (text);

  start = search.after == 0 && search.before > 0 ? search.before : search.member.start;
  end = search.after > 0 ? search.after : search.member.end;
  return g_strdup_printf ("%.*s%s", (int) start, text, text + end);
}
