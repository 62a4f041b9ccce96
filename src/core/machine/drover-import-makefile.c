/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-import-rewrite.h"

/* Makefiles: what make would hand to the shell, as far as it can be known without running
 * anything. */

#define MAX_DEPTH 8
#define MAX_EXPANDED (64 * 1024)

typedef struct
{
  GHashTable *variables; /* name to value, unexpanded */
  char *target;          /* of the rule being read; NULL outside of one */
  char *sources;
} Make;

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

/* `NAME = value`, `:=`, `::=`, `?=`, `+=`. Returns the place of the sign and of the value. */
static gboolean
match_assignment (const DroverImportRewrite *self, gsize line, gsize end, char **name, char *sign,
                  gsize *value)
{
  gsize pos = line;
  gsize name_end;

  while (pos < end && (g_ascii_isalnum (self->text[pos]) || strchr ("_-.", self->text[pos])) &&
         self->text[pos] != '\0')
    pos++;
  name_end = pos;
  while (pos < end && is_blank (self->text[pos]))
    pos++;
  if (name_end == line || pos >= end)
    return FALSE;

  *sign = self->text[pos];
  if (*sign != '=' && strchr (":?+", *sign) == NULL)
    return FALSE;
  while (pos < end && self->text[pos] == ':')
    pos++;
  pos += pos < end && (*sign == '?' || *sign == '+');
  if (pos >= end || self->text[pos] != '=')
    return FALSE;

  for (pos++; pos < end && is_blank (self->text[pos]); pos++)
    ;
  *name = g_strndup (self->text + line, name_end - line);
  *value = pos;
  return TRUE;
}

/* A rule's head: `target: sources`. */
static gboolean
match_rule (const DroverImportRewrite *self, gsize line, gsize end, gsize *colon)
{
  const char *found = line < end ? memchr (self->text + line, ':', end - line) : NULL;

  if (found == NULL || is_blank (self->text[line]) || self->text[line] == '#' ||
      (found[1] != '\n' && found[1] != '\r' && found[1] != '\0' && !is_blank (found[1])))
    return FALSE;

  for (const char *p = self->text + line; p < found; p++)
    if (!g_ascii_isalnum (*p) && strchr ("_-./%$() ", *p) == NULL)
      return FALSE;

  *colon = found - self->text;
  return TRUE;
}

static gsize
logical_end (const DroverImportRewrite *self, gsize line)
{
  gsize end = drover_import_line_end (self, line);

  while (end < self->length && end > line && self->text[end - 1] == '\\')
    end = drover_import_line_end (self, end + 1);
  return end;
}

/* A makefile has a rule with a recipe, and uses make's variables. */
static gboolean
is_makefile (const DroverImportRewrite *self)
{
  gboolean after_rule = FALSE;

  if (g_strstr_len (self->text, self->length, "\n\t") == NULL ||
      (g_strstr_len (self->text, self->length, "qemu") == NULL &&
       g_strstr_len (self->text, self->length, "kvm") == NULL))
    return FALSE;

  for (gsize line = 0; line < self->length; line = drover_import_line_end (self, line) + 1)
    {
      gsize colon;

      if (after_rule && self->text[line] == '\t')
        return TRUE;
      after_rule = match_rule (self, line, drover_import_line_end (self, line), &colon);
    }

  return FALSE;
}

/* expanding */

static void expand (const Make *self, const char *text, guint depth, GString *out);

static const char *
get_automatic (const Make *self, char c)
{
  if (self->target == NULL || strchr (self->target, '%') != NULL || strchr (self->sources, '%'))
    return NULL;

  return c == '@' ? self->target : c == '^' || c == '<' ? self->sources : NULL;
}

static void
expand_automatic (const Make *self, char c, guint depth, GString *out)
{
  const char *value = get_automatic (self, c);
  g_autoptr (GString) expanded = g_string_new (NULL);

  if (value != NULL)
    expand (self, value, depth + 1, expanded);
  if (c == '<')
    g_string_truncate (expanded, strcspn (expanded->str, " \t"));

  /* Make knows both spellings, and a shell takes this one for something to be filled in. */
  if (expanded->len > 0)
    g_string_append (out, expanded->str);
  else
    g_string_append_printf (out, "$(%c)", c);
}

/* `$(NAME)`, from its bracket on. Returns its bytes. */
static gsize
expand_reference (const Make *self, const char *text, guint depth, GString *out)
{
  char close = *text == '(' ? ')' : '}';
  gsize length = 1;
  guint open = 1;
  g_autofree char *name = NULL;
  const char *value;

  for (; text[length] != '\0' && open > 0; length++)
    {
      open += text[length] == *text;
      open -= text[length] == close;
    }
  if (open > 0)
    {
      g_string_append_printf (out, "\\$%c", *text);
      return 1;
    }

  name = g_strndup (text + 1, length - 2);
  value = g_hash_table_lookup (self->variables, name);
  if (value != NULL && depth < MAX_DEPTH && out->len < MAX_EXPANDED)
    expand (self, value, depth + 1, out);
  else if (strlen (name) == 1 && strchr ("@<^", *name) != NULL)
    expand_automatic (self, *name, depth, out);
  else if (name[strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_")] == '\0')
    g_string_append_printf (out, "${%s}", name);
  else
    g_string_append_printf (out, "$(%s)", name);

  return length;
}

static void
expand (const Make *self, const char *text, guint depth, GString *out)
{
  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p != '$' || p[1] == '\0')
        g_string_append_c (out, *p);
      else if (p[1] == '$')
        g_string_append_c (out, *p++);
      else if (p[1] == '(' || p[1] == '{')
        p += expand_reference (self, p + 1, depth, out);
      else if (strchr ("@<^*+?", p[1]) != NULL)
        expand_automatic (self, *++p, depth, out);
      else
        {
          /* Of `$NAME` make takes the first letter. */
          char reference[] = { '(', *++p, ')', '\0' };

          expand_reference (self, reference, depth, out);
        }
    }
}

static void
assign (Make *self, char *name, char sign, const char *value)
{
  const char *old = g_hash_table_lookup (self->variables, name);

  if (sign == '+' && old != NULL && strlen (old) < MAX_EXPANDED)
    g_hash_table_insert (self->variables, name, g_strdup_printf ("%s %s", old, value));
  else if (sign == '?' && old != NULL)
    g_free (name);
  else
    g_hash_table_insert (self->variables, name, g_strdup (value));
}

/* The value in one line: make puts a blank for a line's end. */
static char *
dup_value (const DroverImportRewrite *self, gsize start, gsize end)
{
  g_autofree char *source = g_strndup (self->text + start, end - start);
  g_auto (GStrv) lines = g_regex_split_simple ("[ \\t]*\\\\\\r?\\n[ \\t]*", source, 0, 0);
  char *value = g_strjoinv (" ", lines);
  char *comment = strstr (value, " #");

  if (comment != NULL)
    *comment = '\0';
  return g_strchomp (value);
}

/* going over the file */

static void
start_rule (Make *self, const DroverImportRewrite *rewrite, gsize line, gsize colon, gsize end)
{
  g_clear_pointer (&self->target, g_free);
  g_clear_pointer (&self->sources, g_free);
  self->target = g_strstrip (g_strndup (rewrite->text + line, colon - line));
  self->sources = g_strstrip (g_strndup (rewrite->text + colon + 1, end - colon - 1));
}

static void
read_recipe (Make *self, DroverImportRewrite *rewrite, gsize line, gsize end)
{
  gsize start = line;
  g_autofree char *source = NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  while (start < end && strchr ("\t @-+", rewrite->text[start]) != NULL)
    start++;
  source = g_strndup (rewrite->text + start, end - start);
  expand (self, source, 0, out);
  drover_import_rewrite_replace (rewrite, line, start, "", 0);
  if (!g_str_equal (out->str, source))
    {
      drover_import_rewrite_replace (rewrite, start, end, out->str, out->len);
      drover_import_rewrite_note (rewrite, DROVER_IMPORT_CHANGE_MAKEFILE, start, end);
    }
}

static void
read_variables (Make *self, const DroverImportRewrite *rewrite)
{
  for (gsize line = 0; line < rewrite->length; line = logical_end (rewrite, line) + 1)
    {
      gsize end = logical_end (rewrite, line);
      char *name;
      gsize value;
      char sign;

      if (match_assignment (rewrite, line, end, &name, &sign, &value))
        {
          g_autofree char *text = dup_value (rewrite, value, end);

          assign (self, name, sign, text);
        }
    }
}

/**
 * drover_import_unpack_makefile:
 *
 * Puts make’s variables in their places in the recipes of a makefile. Those that it does not
 * set become a shell’s, which are asked for; `$<` and its like are known in rules without
 * patterns.
 */
void
drover_import_unpack_makefile (DroverImportRewrite *rewrite)
{
  Make self = { 0 };

  if (!is_makefile (rewrite))
    return;

  self.variables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  read_variables (&self, rewrite);
  for (gsize line = 0; line < rewrite->length; line = logical_end (rewrite, line) + 1)
    {
      gsize end = logical_end (rewrite, line);
      g_autofree char *name = NULL;
      gsize place;
      char sign;

      if (rewrite->text[line] == '\t')
        read_recipe (&self, rewrite, line, end);
      else if (match_assignment (rewrite, line, end, &name, &sign, &place))
        drover_import_rewrite_replace (rewrite, line, end, "", 0);
      else if (match_rule (rewrite, line, end, &place))
        {
          start_rule (&self, rewrite, line, place, end);
          drover_import_rewrite_replace (rewrite, line, end, "", 0);
        }
    }

  drover_import_rewrite_finish_pass (rewrite);
  g_hash_table_unref (self.variables);
  g_free (self.target);
  g_free (self.sources);
}
