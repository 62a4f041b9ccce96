/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-import-scope-private.h"
#include "drover-shell-expand.h"

/* `${…}` that does something to a variable's value: nothing needs to be run for it. */

/* Those that begin as others do come first. */
static const char *const signs[] = { "##", "#", "%%", "%", "//", "/", "^^", "^", ",,", ",", ":-",
                                     ":=", ":+", ":?", ":", "-", "=", "+", "?", "" };

typedef struct
{
  char *name;
  char *index;      /* of an array; NULL without one */
  const char *sign; /* one of @signs */
  char *operand;
  gboolean is_length;
} Parameter;

static void
parameter_clear (Parameter *self)
{
  g_free (self->name);
  g_free (self->index);
  g_free (self->operand);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parameter, parameter_clear)

static gsize
match_name (const char *text)
{
  if (*text == '@' || *text == '*')
    return 1;
  if (g_ascii_isdigit (*text))
    return strspn (text, G_CSET_DIGITS);

  return strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_");
}

static gboolean
parse (const char *source, Parameter *self)
{
  gsize length = strlen (source);
  const char *pos = source + 2;
  gsize n;

  if (!g_str_has_prefix (source, "${") || source[length - 1] != '}' || length < 4)
    return FALSE;

  self->is_length = *pos == '#' && match_name (pos + 1) > 0;
  pos += self->is_length;
  n = match_name (pos);
  if (n == 0)
    return FALSE;
  self->name = g_strndup (pos, n);
  pos += n;

  if (*pos == '[')
    {
      const char *close = strchr (pos, ']');

      if (close == NULL)
        return FALSE;
      self->index = g_strndup (pos + 1, close - pos - 1);
      pos = close + 1;
    }

  for (guint i = 0; self->sign == NULL; i++)
    if (g_str_has_prefix (pos, signs[i]))
      self->sign = signs[i];
  self->operand = g_strndup (pos + strlen (self->sign),
                             source + length - 1 - (pos + strlen (self->sign)));
  return (*self->sign != '\0' || *self->operand == '\0') &&
         (!self->is_length || *self->sign == '\0');
}

/* values */

static char *
lookup_value (const char *name, gpointer data)
{
  g_autoptr (GPtrArray) value = drover_import_scope_dup_value (data, name, FALSE);
  const DroverImportField *field = value != NULL && value->len > 0 ? value->pdata[0] : NULL;

  return field != NULL && field->marks->len == 0 ? g_strdup (field->text->str) : NULL;
}

static gboolean
evaluate (DroverImportScope *scope, const char *text, gint64 *result)
{
  DroverImportField *flat = drover_import_flatten (scope, text);
  gboolean evaluated = flat->marks->len == 0 &&
                       drover_shell_evaluate (flat->text->str, lookup_value, scope, result);

  drover_import_field_free (flat);
  return evaluated;
}

static gboolean
is_whole (const Parameter *self)
{
  const char *text = self->index != NULL ? self->index : self->name;

  return g_str_equal (text, "@") || g_str_equal (text, "*");
}

/* `${A[1]}`, or of `A=([x]=1)` `${A[x]}`. Returns whether the index can be made out. */
static gboolean
pick_element (DroverImportScope *scope, const char *index, GPtrArray *value, GPtrArray *elements)
{
  g_autofree char *key = g_strdup_printf ("[%s]=", index);
  gint64 i;

  for (guint j = 0; j < value->len; j++)
    {
      DroverImportField *field = value->pdata[j];

      if (!g_str_has_prefix (field->text->str, key))
        continue;
      if (field->marks->len > 0)
        return FALSE;
      field = drover_import_field_copy (field);
      g_string_erase (field->text, 0, strlen (key));
      g_ptr_array_add (elements, field);
      return TRUE;
    }

  if (!evaluate (scope, index, &i))
    return FALSE;
  i += i < 0 ? value->len : 0;
  if (i >= 0 && i < value->len)
    g_ptr_array_add (elements, drover_import_field_copy (value->pdata[i]));
  return TRUE;
}

/* What the sign works on. Returns %FALSE when that cannot be made out; without a value @elements
 * stays %NULL. */
static gboolean
find_elements (DroverImportScope *scope, const Parameter *self, GPtrArray **elements)
{
  g_autoptr (GPtrArray) value =
    drover_import_scope_dup_value (scope, self->name, self->index != NULL || is_whole (self));

  if (value == NULL)
    return TRUE;

  *elements = drover_import_new_fields ();
  if (self->index != NULL && !is_whole (self))
    return pick_element (scope, self->index, value, *elements);
  for (guint i = 0; i < value->len && (i == 0 || is_whole (self)); i++)
    g_ptr_array_add (*elements, drover_import_field_copy (value->pdata[i]));

  return TRUE;
}

/* what the sign does */

/* The `/` between pattern and replacement. */
static const char *
find_slash (const char *operand)
{
  char quote = '\0';

  for (const char *p = operand; *p != '\0'; p++)
    if (*p == '\\' && p[1] != '\0')
      p++;
    else if (quote != '\0')
      quote = *p == quote ? '\0' : quote;
    else if (*p == '\'' || *p == '"')
      quote = *p;
    else if (*p == '/' && p > operand)
      return p;

  return NULL;
}

static char *
replace (DroverImportScope *scope, const Parameter *self, const char *value)
{
  const char *slash = find_slash (self->operand);
  g_autofree char *pattern = g_strndup (self->operand, slash != NULL ? slash - self->operand
                                                                     : (gssize) strlen (self->operand));
  DroverImportField *from = drover_import_flatten (scope, pattern);
  DroverImportField *to = drover_import_flatten (scope, slash != NULL ? slash + 1 : "");
  char *text = NULL;

  g_string_replace (to->text, "\\/", "/", 0);
  if (from->marks->len == 0 && to->marks->len == 0)
    text = drover_shell_replace (value, from->text->str, to->text->str,
                                 g_str_equal (self->sign, "//"));
  drover_import_field_free (from);
  drover_import_field_free (to);
  return text;
}

static char *
cut (DroverImportScope *scope, const Parameter *self, const char *value)
{
  DroverImportField *pattern = drover_import_flatten (scope, self->operand);
  gboolean longest = self->sign[1] != '\0';
  char *text = NULL;

  if (pattern->marks->len == 0)
    text = *self->sign == '#' ? drover_shell_cut_start (value, pattern->text->str, longest)
                              : drover_shell_cut_end (value, pattern->text->str, longest);
  drover_import_field_free (pattern);
  return text;
}

/* `1:2` */
static gboolean
parse_slice (DroverImportScope *scope, const char *operand, gint64 *offset, gint64 *length,
             gboolean *has_length)
{
  const char *colon = strchr (operand, ':');
  g_autofree char *first = g_strndup (operand, colon != NULL ? colon - operand
                                                             : (gssize) strlen (operand));

  *has_length = colon != NULL;
  *length = 0;
  return evaluate (scope, first, offset) &&
         (colon == NULL || evaluate (scope, colon + 1, length));
}

static char *
transform (DroverImportScope *scope, const Parameter *self, const char *value)
{
  gint64 offset, length;
  gboolean has_length;

  switch (*self->sign)
    {
    case '#':
    case '%':
      return cut (scope, self, value);
    case '/':
      return replace (scope, self, value);
    case '^':
    case ',':
      return *self->operand == '\0'
               ? drover_shell_change_case (value, *self->sign == '^', self->sign[1] != '\0')
               : NULL;
    case ':':
      return parse_slice (scope, self->operand, &offset, &length, &has_length)
               ? drover_shell_slice (value, offset, length, has_length)
               : NULL;
    default:
      return g_strdup (value);
    }
}

/* `${A[@]:1:2}`; `${@:1}` counts from 1. */
static gboolean
slice_elements (DroverImportScope *scope, const Parameter *self, GPtrArray *elements)
{
  gint64 offset, length, end;
  gboolean has_length;

  if (!parse_slice (scope, self->operand, &offset, &length, &has_length))
    return FALSE;

  offset += offset < 0 ? elements->len : 0;
  if (self->index == NULL)
    offset = MAX (offset - 1, 0);
  offset = CLAMP (offset, 0, elements->len);
  end = has_length ? CLAMP (length, 0, elements->len - offset) + offset : elements->len;
  g_ptr_array_set_size (elements, end);
  if (offset > 0)
    g_ptr_array_remove_range (elements, 0, offset);
  return TRUE;
}

static gboolean
transform_elements (DroverImportScope *scope, const Parameter *self, GPtrArray *elements)
{
  if (is_whole (self) && g_str_equal (self->sign, ":"))
    return slice_elements (scope, self, elements);
  if (*self->sign == '\0' || strchr ("-=+?", self->sign[strlen (self->sign) - 1]) != NULL)
    return TRUE;

  for (guint i = 0; i < elements->len; i++)
    {
      DroverImportField *field = elements->pdata[i];
      g_autofree char *text =
        field->marks->len == 0 ? transform (scope, self, field->text->str) : NULL;

      if (text == NULL)
        return FALSE;
      g_string_assign (field->text, text);
    }

  return TRUE;
}

/* appending */

static void
append_length (DroverImportSplitter *splitter, const Parameter *self, GPtrArray *elements,
               gboolean quoted)
{
  const DroverImportField *first = elements->len > 0 ? elements->pdata[0] : NULL;
  glong n = is_whole (self) ? (glong) elements->len
            : first != NULL ? g_utf8_strlen (first->text->str, -1)
                            : 0;
  g_autofree char *text = g_strdup_printf ("%ld", n);
  g_autoptr (GPtrArray) value = drover_import_new_value (text);

  drover_import_splitter_append_value (splitter, value->pdata[0], quoted);
}

static void
append_nested (DroverImportSplitter *splitter, const char *text, gboolean quoted)
{
  splitter->scope->depth++;
  drover_import_append_otherwise (splitter, text, quoted);
  splitter->scope->depth--;
}

/* `:-` and its like. Returns whether it settles the matter. */
static gboolean
append_choice (DroverImportSplitter *splitter, const Parameter *self, GPtrArray *elements,
               gboolean quoted)
{
  char kind = *self->sign != '\0' ? self->sign[strlen (self->sign) - 1] : '\0';
  gboolean is_set = elements != NULL && elements->len > 0 &&
                    (*self->sign != ':' || elements->len > 1 ||
                     ((DroverImportField *) elements->pdata[0])->text->len > 0);

  if (kind == '+')
    {
      if (is_set)
        append_nested (splitter, self->operand, quoted);
      return TRUE;
    }
  if (is_set || (kind != '-' && kind != '='))
    return FALSE;

  append_nested (splitter, self->operand, quoted);
  return TRUE;
}

static void
append_unknown (DroverImportSplitter *splitter, const Parameter *self,
                const DroverShellPiece *piece, gboolean quoted)
{
  drover_import_scope_note_use (splitter->scope, self->name, NULL);
  drover_import_splitter_append_mark (splitter, self->name, NULL, piece, piece->text,
                                      is_whole (self) && !quoted);
}

/**
 * drover_import_append_parameter:
 * @piece: a substitution
 *
 * Appends what `${NAME%.*}` and its like make of a value; of what has none, a place to fill in
 * that is named.
 *
 * Returns: whether it is one of these, and its result follows from the text
 */
gboolean
drover_import_append_parameter (DroverImportSplitter *splitter, const DroverShellPiece *piece,
                                gboolean quoted)
{
  DroverImportScope *scope = splitter->scope;
  g_autoptr (GPtrArray) elements = NULL;
  g_auto (Parameter) self = { 0 };

  if (scope->depth >= DROVER_IMPORT_MAX_DEPTH || !parse (piece->text, &self) ||
      !find_elements (scope, &self, &elements))
    return FALSE;

  if (!self.is_length && append_choice (splitter, &self, elements, quoted))
    return TRUE;
  if (elements == NULL)
    {
      append_unknown (splitter, &self, piece, quoted);
      return TRUE;
    }

  if (self.is_length)
    {
      const DroverImportField *first = elements->len > 0 ? elements->pdata[0] : NULL;

      if (first != NULL && first->marks->len > 0 && !is_whole (&self))
        return FALSE;
      drover_import_scope_note_value (scope, self.name, elements);
      append_length (splitter, &self, elements, quoted);
      return TRUE;
    }

  if (self.index == NULL)
    drover_import_scope_note_value (scope, self.name, elements);
  if (!transform_elements (scope, &self, elements))
    return FALSE;
  if (is_whole (&self))
    drover_import_splitter_append_array (splitter, elements, quoted,
                                         quoted && (self.index != NULL ? *self.index : *self.name) == '*');
  else if (elements->len > 0)
    drover_import_splitter_append_value (splitter, elements->pdata[0], quoted);
  else if (quoted)
    drover_import_splitter_append_text (splitter, "", 0, TRUE);
  return TRUE;
}
